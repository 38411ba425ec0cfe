"""What a manifest would have to say if somebody else's edits were its own."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.normal import without_unknown
from reconciler.model.plan import FieldChange
from reconciler.model.shape import Keyed, Record, Set, Shape
from reconciler.model.values import ABSENT, Absent, Json, Normal, Path, canonical


def taken_over(shape: Record, desired: Normal, drifted: Iterable[FieldChange]) -> Normal:
    """The normal form of a manifest with every drifted path as it is observed. Raises ValueError where the manifest
    does not have the place any more."""
    result: Json = desired
    for part in drifted:
        observed = part.before
        result = _placed(shape, result, part.path, observed)
    return result  # type: ignore[no-any-return]


def _placed(shape: Shape | None, value: Json, path: Path, observed: Json | Absent) -> Json:
    head, *rest = path
    match shape:
        case Record():
            member = shape.member(head)
            inner = member.shape if member else None
            return _in_record(value, head, inner, tuple(rest), observed)
        case Keyed():
            return _in_list(shape, value, head, tuple(rest), observed)
        case Set():
            return _in_set(value, head, observed)
        case _:
            raise ValueError(f"the manifest has no place {head}")


def _in_record(value: Json, name: str, shape: Shape | None, rest: Path, observed: Json | Absent) -> Json:
    if rest:
        empty: Json = [] if isinstance(shape, Keyed | Set) else {}
        return {**value, name: _placed(shape, value.get(name, empty), rest, observed)}
    if observed is ABSENT:
        return {other: part for other, part in value.items() if other != name}
    return {**value, name: observed if shape is None else without_unknown(shape, observed)}


def _in_list(shape: Keyed, value: Json, key: str, rest: Path, observed: Json | Absent) -> Json:
    """An element of a keyed list, whole or a part of it."""
    if rest:
        if all(element[shape.key] != key for element in value):
            raise ValueError(f"the manifest has no element {key}")
        return [
            _placed(shape.element, element, rest, observed) if element[shape.key] == key else element
            for element in value
        ]
    others = [element for element in value if element[shape.key] != key]
    return others if observed is ABSENT else [*others, without_unknown(shape.element, observed)]


def _in_set(value: Json, key: str, observed: Json | Absent) -> Json:
    others = [each for each in value if canonical(each).decode() != key]
    return others if observed is ABSENT else [*others, observed]
