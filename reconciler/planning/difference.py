"""The second table of ARCHITECTURE §3: one object, path by path, from desired, recorded and observed.

A manifest owns the scalars it states and the list elements it declared, now or when last applied. Everything else is
foreign and stays. A scalar that was stated, is no longer, and is still as we sent it, goes; if someone changed it
since, it is released.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.model.hidden import is_unchanged, sent
from reconciler.model.manifest import ForeignElements
from reconciler.model.normal import UNKNOWN, agrees, alike, without_local, without_unknown
from reconciler.model.plan import Cause, FieldChange
from reconciler.model.shape import Hidden, Keyed, Member, Record, Set, Shape
from reconciler.model.values import ABSENT, Absent, Json, Normal, Path, canonical

Side: TypeAlias = Json | Absent


def nothing_kept(_: Path) -> bool:
    """Every drift is set back."""
    return False


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one object.

    `after` is the whole target as the organisation will know it: foreign parts included, local members not. `kept` is
    drift left alone.
    """

    after: Normal
    fields: tuple[FieldChange, ...]
    kept: tuple[FieldChange, ...]
    foreign: tuple[Path, ...]


@dataclass(slots=True)
class _Walk:
    """One walk over the three sides, collecting."""

    keeps: Callable[[Path], bool]
    foreign_elements: ForeignElements
    fields: list[FieldChange] = field(default_factory=list)
    kept: list[FieldChange] = field(default_factory=list)
    foreign: list[Path] = field(default_factory=list)


def difference(
    shape: Record,
    desired: Normal,
    recorded: Normal | None,
    observed: Normal,
    *,
    keeps: Callable[[Path], bool] = nothing_kept,
    foreign_elements: ForeignElements = ForeignElements.KEEP,
) -> Difference:
    """Decide every path of one object that is there. `keeps(path)` says where someone else's edit is left alone."""
    walk = _Walk(keeps, foreign_elements)
    after = _record(walk, shape, desired, recorded or {}, observed, ())
    return Difference(after, tuple(walk.fields), tuple(walk.kept), tuple(walk.foreign))


def _record(walk: _Walk, shape: Record, desired: Normal, recorded: Normal, observed: Normal, path: Path) -> Normal:
    after: dict[str, Json] = {}
    for member in shape.members:
        wanted, sent = desired.get(member.name, ABSENT), recorded.get(member.name, ABSENT)
        if member.local:
            _local(walk, member, wanted, sent, path)
            continue
        value = _part(walk, member, wanted, sent, observed.get(member.name, ABSENT), path)
        if value is not ABSENT:
            after[member.name] = value
    after.update((name, value) for name, value in observed.items() if name.startswith(UNKNOWN))
    return after


def _local(walk: _Walk, member: Member, desired: Side, recorded: Side, path: Path) -> None:
    """A member that only the ledger knows: there is nothing to write to the organisation."""
    if not alike(member.shape, desired, recorded):
        walk.fields.append(FieldChange((*path, member.name), Cause.RECORD, recorded, desired, recorded))


def _part(walk: _Walk, member: Member, desired: Side, recorded: Side, observed: Side, path: Path) -> Side:
    path, shape = (*path, member.name), member.shape
    match shape:
        case Record(whole=False) if isinstance(desired, dict) and isinstance(observed, dict):
            return _record(walk, shape, desired, {} if recorded is ABSENT else recorded, observed, path)
        case Keyed() | Set():
            return _list(walk, shape, desired, recorded, observed, path)
        case Hidden() if desired is not ABSENT:
            return _secret(walk, desired, recorded, observed, path)
        case _:
            return _leaf(walk, shape, desired, recorded, observed, path)


def _leaf(walk: _Walk, shape: Shape, desired: Side, recorded: Side, observed: Side, path: Path) -> Side:
    """One value, owned whole. The table itself."""
    desired, recorded = _sent(shape, desired), _sent(shape, recorded)
    compared, after = _compared(shape, observed), _target(shape, desired, observed)
    if alike(shape, desired, compared):
        if not alike(shape, desired, recorded):
            walk.fields.append(FieldChange(path, Cause.RECORD, observed, after, recorded))
        return observed
    untouched = alike(shape, recorded, compared)
    if desired is ABSENT:
        if recorded is ABSENT or not untouched:
            return observed
        return _changed(walk, path, Cause.UPDATE, observed, desired, recorded)
    if alike(shape, desired, recorded):
        return _drifted(walk, path, observed, after, recorded)
    return _changed(walk, path, Cause.UPDATE if untouched else Cause.OVERRIDE, observed, after, recorded)


def _secret(walk: _Walk, desired: Side, recorded: Side, observed: Side, path: Path) -> Side:
    """A secret, of which nobody can see more than that there is one: it is judged by what was sent last, and is sent
    again whenever the object is."""
    after, base = sent(desired), sent(recorded)
    if not is_unchanged(desired, recorded):
        return _changed(walk, path, Cause.UPDATE, observed, after, base)
    if after != base:
        walk.fields.append(FieldChange(path, Cause.RECORD, observed, after, base))
    return after


def _sent(shape: Shape, side: Side) -> Side:
    return side if side is ABSENT else without_local(shape, side)


def _compared(shape: Shape, observed: Side) -> Side:
    return observed if observed is ABSENT else without_unknown(shape, observed)


def _target(shape: Shape, desired: Side, observed: Side) -> Side:
    """What is desired, with what the organisation added to a record of ours."""
    if not isinstance(shape, Record) or desired is ABSENT or observed is ABSENT:
        return desired
    return {**desired, **{name: value for name, value in observed.items() if name.startswith(UNKNOWN)}}


def _changed(walk: _Walk, path: Path, cause: Cause, before: Side, after: Side, base: Side) -> Side:
    if cause is Cause.OVERRIDE and walk.keeps(path):
        walk.kept.append(FieldChange(path, cause, before, after, base))
        return before
    walk.fields.append(FieldChange(path, cause, before, after, base))
    return after


def _drifted(walk: _Walk, path: Path, before: Side, after: Side, base: Side) -> Side:
    if walk.keeps(path):
        walk.kept.append(FieldChange(path, Cause.DRIFT, before, after, base))
        return before
    return _changed(walk, path, Cause.DRIFT, before, after, base)


def _list(walk: _Walk, shape: Keyed | Set, desired: Side, recorded: Side, observed: Side, path: Path) -> Side:
    """Element by element: the observed order is kept, new elements follow in the manifest's order.

    An organisation that leaves out an empty list says the same as one that shows it.
    """
    wanted, sent, live = (elements(shape, side) for side in (desired, recorded, observed))
    after = []
    for key in _keys(live, wanted, sent):
        sides = (wanted.get(key, ABSENT), sent.get(key, ABSENT), live.get(key, ABSENT))
        value = _element(walk, shape, *sides, (*path, key))
        if value is not ABSENT:
            after.append(value)
    if after or observed == []:
        return after
    return ABSENT if desired is ABSENT or observed is ABSENT else after


def elements(shape: Keyed | Set, side: Side) -> Mapping[str, Json]:
    """A list's elements by what tells them apart: the key, or for a set the value's canonical spelling."""
    if side is ABSENT:
        return {}
    if isinstance(shape, Keyed):
        return {str(element[shape.key]): element for element in side}
    return {canonical(value).decode(): value for value in side}


def _keys(*sides: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(key for side in sides for key in side)


def _element(walk: _Walk, shape: Keyed | Set, desired: Side, recorded: Side, observed: Side, path: Path) -> Side:
    if desired is ABSENT and recorded is ABSENT:
        return _foreign(walk, observed, path)
    if desired is ABSENT:
        return _undeclared(walk, shape, recorded, observed, path)
    if observed is ABSENT:
        return _missing(walk, shape, desired, recorded, path)
    if isinstance(shape, Keyed):
        return _record(walk, shape.element, desired, {} if recorded is ABSENT else recorded, observed, path)
    if recorded is ABSENT:
        walk.fields.append(FieldChange(path, Cause.RECORD, observed, desired))
    return observed


def _foreign(walk: _Walk, observed: Side, path: Path) -> Side:
    if walk.foreign_elements is ForeignElements.REMOVE:
        return _changed(walk, path, Cause.FOREIGN, observed, ABSENT, ABSENT)
    walk.foreign.append(path)
    return observed


def _undeclared(walk: _Walk, shape: Keyed | Set, recorded: Side, observed: Side, path: Path) -> Side:
    """An element that the manifest declared and no longer does."""
    if observed is ABSENT:
        return _changed(walk, path, Cause.RECORD, ABSENT, ABSENT, recorded)
    untouched = not isinstance(shape, Keyed) or _only_ours(shape.element, recorded, observed)
    return _changed(walk, path, Cause.UPDATE if untouched else Cause.OVERRIDE, observed, ABSENT, recorded)


def _only_ours(shape: Record, recorded: Json, observed: Json) -> bool:
    """Whether an element is as we sent it, with no element of somebody else's in it."""
    if not agrees(shape, recorded, observed):
        return False
    for member in shape.members:
        if isinstance(member.shape, Keyed | Set) and not member.local:
            live, sent = (elements(member.shape, side.get(member.name, ABSENT)) for side in (observed, recorded))
            if live.keys() - sent.keys():
                return False
    return True


def _missing(walk: _Walk, shape: Keyed | Set, desired: Side, recorded: Side, path: Path) -> Side:
    """An element that the manifest declares and the organisation does not have."""
    if recorded is ABSENT:
        after = without_local(shape.element, desired) if isinstance(shape, Keyed) else desired
        return _changed(walk, path, Cause.UPDATE, ABSENT, after, ABSENT)
    if isinstance(shape, Keyed):
        desired, recorded = (_sent(shape.element, side) for side in (desired, recorded))
        if not alike(shape.element, desired, recorded):
            return _changed(walk, path, Cause.OVERRIDE, ABSENT, desired, recorded)
    return _drifted(walk, path, ABSENT, desired, recorded)
