"""The shape of a kind's objects: what each member is, which name it has on the wire, who may write it.

A shape is a tree of facts. Defaults, the wire mapping, differences, ownership and merging are all read from it, so that
a new kind brings a new tree and no new code:

    Scalar      one value, compared whole
    Reference   the name of another manifest, or {id: ...} for an unmanaged object; on the wire its live id
    Record      named members
    Keyed       a list whose elements are told apart by one member; order carries no meaning
    Set         a list of scalars without order or repetition
    Hidden      a secret: where it comes from; an answer shows a mask
    Ordered     a list whose order matters: compared and owned whole
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.model.values import ABSENT, Absent, Json, Path


def as_it_is(value: Json) -> Json:
    """The canonical spelling of a value that has only one."""
    return value


@dataclass(frozen=True, slots=True)
class Scalar:
    """`canon` maps every accepted spelling to the canonical one; it must accept what the organisation answers, too."""

    canon: Callable[[Json], Json] = as_it_is


@dataclass(frozen=True, slots=True)
class Reference:
    """Points at an object of `kind`. `needed_to_create` says that a creation cannot leave the edge out for later;
    `watching` that what points wants to hear of the target's changes: it is there before them, and does not keep the
    target from being deleted."""

    kind: str
    needed_to_create: bool = False
    watching: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """A list of scalars; elements are owned one by one."""


def anything(_: str) -> bool:
    """Every secret can be sent."""
    return True


@dataclass(frozen=True, slots=True)
class Hidden:
    """A secret that the organisation takes and never shows (see `model.hidden`). `admits` says what can be sent."""

    admits: Callable[[str], bool] = anything


@dataclass(frozen=True, slots=True)
class Ordered:
    """A list, or any other JSON value, that is owned whole."""


@dataclass(frozen=True, slots=True)
class Member:
    """A named part of a record.

    `wire` is its name in the API ("" = the same); `default` counts as stated when the manifest is silent; `local`
    members are kept by the ledger and never sent.
    """

    name: str
    shape: Shape
    wire: str = ""
    default: Json | Absent = ABSENT
    local: bool = False

    @property
    def wire_name(self) -> str:
        return self.wire or self.name


@dataclass(frozen=True, slots=True)
class Record:
    """Named members, in the order in which they are shown. One that is `whole` is never merged member by member.

    `pointing` are the members that are references or hold some, `hiding` those that are secrets or hold some: found
    once, since most do not.
    """

    members: tuple[Member, ...]
    whole: bool = False
    pointing: tuple[Member, ...] = field(init=False, repr=False, compare=False)
    hiding: tuple[Member, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pointing", tuple(each for each in self.members if _points(each.shape)))
        object.__setattr__(self, "hiding", tuple(each for each in self.members if _hides(each.shape)))

    def member(self, name: str) -> Member | None:
        return next((member for member in self.members if member.name == name), None)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list of records told apart by the member `key`; `type_member` names the one that gives an element its type."""

    key: str
    element: Record
    type_member: str = ""


Shape: TypeAlias = Scalar | Reference | Set | Hidden | Ordered | Record | Keyed


def _points(shape: Shape) -> bool:
    """Whether a shape is a reference or holds any."""
    match shape:
        case Reference():
            return True
        case Record():
            return bool(shape.pointing)
        case Keyed():
            return bool(shape.element.pointing)
        case _:
            return False


def _hides(shape: Shape) -> bool:
    """Whether a shape is a secret or holds any."""
    match shape:
        case Hidden():
            return True
        case Record():
            return bool(shape.hiding)
        case Keyed():
            return bool(shape.element.hiding)
        case _:
            return False


def references(shape: Shape, value: Json, path: Path = ()) -> Iterator[tuple[Path, Reference, Json]]:
    """Every reference stated in a normal form, local members included: its path, its shape and its value.

    Parts that do not fit the shape are passed over, so that a spec with mistakes can be asked, too.
    """
    match shape:
        case Record():
            for member in shape.pointing:
                if not isinstance(value, dict) or member.name not in value:
                    continue
                part = value[member.name]
                if isinstance(member.shape, Reference):
                    yield (*path, member.name), member.shape, part
                else:
                    yield from references(member.shape, part, (*path, member.name))
        case Keyed() if isinstance(value, list):
            for element in value:
                if isinstance(element, dict):
                    yield from references(shape.element, element, (*path, str(element.get(shape.key, ""))))
        case _:
            return
