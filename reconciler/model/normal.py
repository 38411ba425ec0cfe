"""Between the three forms of an object: what a manifest states, the normal form, and the wire.

Normal form speaks the manifest's vocabulary. Two additions keep it lossless: a member that the organisation sends and
the shape does not know is kept under `+<wire name>`, unowned, and goes back unchanged in every PUT; a reference to a
live object that no manifest describes is `{"id": ...}`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from reconciler.model.hidden import is_stated, seen, sent
from reconciler.model.secret import MASK
from reconciler.model.shape import Hidden, Keyed, Ordered, Record, Reference, Scalar, Set, Shape
from reconciler.model.values import ABSENT, Absent, Json, Normal, canonical, fingerprint, same

_LEVELS_ABOVE: Final = 32
"""More than a plan file has above any value of an object."""
UNKNOWN: Final = "+"
"""Prefix of a wire member that the shape does not know."""


def complete(shape: Shape, value: Json) -> Json:
    """A stated value (already valid) in normal form: canonical scalars, defaults filled in."""
    match shape:
        case Scalar():
            return shape.canon(value)
        case Record():
            stated = {
                member.name: complete(member.shape, value[member.name])
                for member in shape.members
                if member.name in value
            }
            for member in shape.members:
                if member.default is not ABSENT and member.name not in stated:
                    stated[member.name] = member.default
            return stated
        case Keyed():
            return [complete(shape.element, element) for element in value]
        case Set() | Reference() | Hidden() | Ordered():
            return value


def from_wire(
    shape: Record, body: Mapping[str, Json], *, named: Callable[[str, str], str | None], ignore: Collection[str] = ()
) -> dict[str, Json]:
    """An answer of the organisation in normal form.

    `named(kind, live id)` gives the manifest name bound to a live object, or None; `ignore` lists server-owned members.
    A known member whose value is null counts as absent. Raises ValueError when the answer does not fit the shape.
    """
    known = {member.wire_name: member for member in shape.members if not member.local}
    result: dict[str, Json] = {}
    for name, value in body.items():
        if name in ignore:
            continue
        member = known.get(name)
        if member is None:
            result[UNKNOWN + name] = _spelled(value)
        elif value is not None:
            result[member.name] = _read(member.shape, value, named)
    for member in shape.members:
        if member.default is not ABSENT and not member.local and member.name not in result:
            result[member.name] = member.default
    return result


def _read(shape: Shape, value: Json, named: Callable[[str, str], str | None]) -> Json:
    match shape:
        case Scalar():
            return shape.canon(_spelled(value))
        case Reference():
            if not isinstance(value, str):
                raise ValueError(f"a reference to {shape.kind} is not a string")
            return named(shape.kind, value) or {"id": value}
        case Record():
            if not isinstance(value, dict):
                raise ValueError("an object was expected")
            return from_wire(shape, value, named=named)
        case Keyed():
            return _read_keyed(shape, value, named)
        case Set():
            if not isinstance(value, list):
                raise ValueError("a list was expected")
            return _spelled(value)
        case Hidden():
            return seen(value)
        case Ordered():
            return _spelled(value)


def _read_keyed(shape: Keyed, value: Json, named: Callable[[str, str], str | None]) -> Json:
    if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
        raise ValueError("a list of objects was expected")
    key = _wire_key(shape)
    if not all(isinstance(element.get(key), str) for element in value):
        raise ValueError(f"an element has no {key}")
    elements = [from_wire(shape.element, element, named=named) for element in value]
    if len({element[shape.key] for element in elements}) < len(elements):
        raise ValueError(f"two elements have the same {key}")  # by the key alone one of them would be lost
    return elements


def _spelled(value: Json) -> Json:
    """The value, if it has canonical bytes, also inside a plan. ValueError where it is nested too deeply for them."""
    if isinstance(value, list | dict):
        within: Json = value
        for _ in range(_LEVELS_ABOVE):
            within = [within]
        try:
            canonical(within)
        except TypeError:
            raise ValueError("a value is nested too deeply") from None
    return value


def _wire_key(shape: Keyed) -> str:
    member = shape.element.member(shape.key)
    return member.wire_name if member else shape.key


def masked(_: str) -> Json:
    """A secret in a body that is noted and not sent."""
    return MASK


def to_wire(
    shape: Record,
    value: Mapping[str, Json],
    *,
    live: Callable[[str, str], str],
    secret: Callable[[str], Json] = masked,
) -> dict[str, Json]:
    """The body to send. `live(kind, manifest name)` gives the live id; it raises where there is none yet.
    `secret(variable)` gives what stands in the place of a stated secret."""
    known = {member.name: member for member in shape.members}
    body: dict[str, Json] = {}
    for name, part in value.items():
        if name.startswith(UNKNOWN):
            body[name.removeprefix(UNKNOWN)] = part
        elif not known[name].local:
            body[known[name].wire_name] = _write(known[name].shape, part, live, secret)
    return body


def _write(shape: Shape, value: Json, live: Callable[[str, str], str], secret: Callable[[str], Json]) -> Json:
    match shape:
        case Reference():
            return value["id"] if isinstance(value, dict) else live(shape.kind, value)
        case Record():
            return to_wire(shape, value, live=live, secret=secret)
        case Keyed():
            return [to_wire(shape.element, element, live=live, secret=secret) for element in value]
        case Hidden():
            return secret(value["fromEnv"]) if is_stated(value) else value
        case Scalar() | Set() | Ordered():
            return value


def without_local(shape: Shape, value: Json) -> Json:
    """A normal form less what is never sent, for comparing with what the organisation answers."""
    match shape:
        case Record():
            known = {member.name: member for member in shape.members}
            return {
                name: without_local(known[name].shape, part) if name in known else part
                for name, part in value.items()
                if name not in known or not known[name].local
            }
        case Keyed():
            return [without_local(shape.element, element) for element in value]
        case Hidden():
            return sent(value)
        case _:
            return value


def without_unknown(shape: Shape, value: Json) -> Json:
    """A normal form less what the shape does not know, for comparing with what a manifest states."""
    match shape:
        case Record():
            known = {member.name: member for member in shape.members}
            return {name: without_unknown(known[name].shape, part) for name, part in value.items() if name in known}
        case Keyed():
            return [without_unknown(shape.element, element) for element in value]
        case _:
            return value


def ordered(shape: Shape, value: Json) -> Json:
    """A normal form in one fixed order: keyed lists by key, sets by value. Order without meaning must not be seen."""
    match shape:
        case Record():
            known = {member.name: member for member in shape.members}
            return {name: ordered(known[name].shape, part) if name in known else part for name, part in value.items()}
        case Keyed():
            elements = [ordered(shape.element, element) for element in value]
            return sorted(elements, key=lambda element: canonical(element.get(shape.key)))
        case Set():
            return sorted(value, key=canonical)
        case _:
            return value


def alike(shape: Shape, left: Json | Absent, right: Json | Absent) -> bool:
    """Whether two normal forms say the same, whatever the order of what has none."""
    if left is ABSENT or right is ABSENT:
        return left is right
    return left is right or canonical(ordered(shape, left)) == canonical(ordered(shape, right))


def agrees(shape: Shape, stated: Json, observed: Json | Absent) -> bool:
    """Whether `observed` has everything that `stated` says, local members aside. It may have more.

    Of a secret it is seen that there is one. A list that is not there has everything that an empty one says.
    """
    if observed is ABSENT:
        return isinstance(shape, Keyed | Set) and not stated
    match shape:
        case Record():
            return all(
                agrees(member.shape, stated[member.name], observed.get(member.name, ABSENT))
                for member in shape.members
                if member.name in stated and not member.local
            )
        case Keyed():
            live = {element.get(shape.key): element for element in observed}
            return all(agrees(shape.element, element, live.get(element[shape.key], ABSENT)) for element in stated)
        case Hidden():
            return True
        case Set():
            live_values = {canonical(value) for value in observed}
            return all(canonical(value) in live_values for value in stated)
        case _:
            return same(stated, observed)


def imprint(shape: Shape, value: Normal) -> str:
    """The fingerprint of a normal form as the organisation knows it: no local members, no meaningless order."""
    return fingerprint(ordered(shape, without_local(shape, value)))


def answer_print(shape: Record, body: Mapping[str, Json], *, named: Callable[[str, str], str | None]) -> str:
    """The fingerprint of an answer as it came, and of the manifest names that its references stand for.

    While it is the same, so is the normal form, which need not be made to know that. Raises ValueError for an answer
    that does not fit the shape.
    """
    names = [named(kind, live_id) or "" for kind, live_id in _pointed_at(shape, body)]
    try:
        return fingerprint([body, names])
    except TypeError:
        raise ValueError("a value is nested too deeply") from None


def _pointed_at(shape: Shape, value: Json) -> Iterator[tuple[str, str]]:
    """The kind and live id of every reference on the wire."""
    match shape:
        case Record():
            if not isinstance(value, dict):
                raise ValueError("an object was expected")
            for member in shape.pointing:
                if not member.local and value.get(member.wire_name) is not None:
                    yield from _pointed_at(member.shape, value[member.wire_name])
        case Keyed():
            if not isinstance(value, list):
                raise ValueError("a list of objects was expected")
            for element in value:
                yield from _pointed_at(shape.element, element)
        case Reference():
            yield shape.kind, str(value)
        case _:
            return
