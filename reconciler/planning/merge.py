"""Three-way merge of one object (ARCHITECTURE §4.7): the planned base, what we want, what is there now.

Disjoint edits both stay, equal edits agree, everything else overlaps and nobody wins. The order is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reconciler.model.merged import Merged, Overlap
from reconciler.model.normal import alike
from reconciler.model.shape import Keyed, Ordered, Record, Set, Shape
from reconciler.model.values import ABSENT, Absent, Json, Normal, Path
from reconciler.planning.difference import elements


@dataclass(slots=True)
class _Walk:
    overlaps: list[Overlap] = field(default_factory=list)
    theirs: list[Path] = field(default_factory=list)


def merge(shape: Record, *, base: Normal, ours: Normal, theirs: Normal) -> Merged:
    """Merge three normal forms of one object, none with local members."""
    walk = _Walk()
    value = _record(walk, shape, base, ours, theirs, ())
    return Merged(value, tuple(walk.overlaps), tuple(walk.theirs))


def _record(walk: _Walk, shape: Record, base: Normal, ours: Normal, theirs: Normal, path: Path) -> Normal:
    known = {member.name: member for member in shape.members}
    value: dict[str, Json] = {}
    for name in _names(known, theirs, ours, base):
        shape_there = known[name].shape if name in known else Ordered()
        sides = (base.get(name, ABSENT), ours.get(name, ABSENT), theirs.get(name, ABSENT))
        part = _value(walk, shape_there, *sides, (*path, name))
        if part is not ABSENT:
            value[name] = part
    return value


def _names(*sides: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for side in sides for name in side))


def _value(
    walk: _Walk, shape: Shape, base: Json | Absent, ours: Json | Absent, theirs: Json | Absent, path: Path
) -> Json | Absent:
    """One value on three sides, ABSENT where a side has none."""
    if alike(shape, ours, theirs):
        return theirs
    if ours is not ABSENT and theirs is not ABSENT:
        match shape:
            case Record(whole=False):
                return _record(walk, shape, {} if base is ABSENT else base, ours, theirs, path)
            case Keyed():
                return _keyed(walk, shape, base, ours, theirs, path)
            case Set():
                return _set(walk, shape, base, ours, theirs, path)
    if alike(shape, theirs, base):
        return ours
    if alike(shape, ours, base):
        walk.theirs.append(path)
        return theirs
    if isinstance(shape, Set):
        return _set(walk, shape, base, ours, theirs, path)
    walk.overlaps.append(Overlap(path, base, ours, theirs))
    return theirs


def _keyed(walk: _Walk, shape: Keyed, base: Json | Absent, ours: Json, theirs: Json, path: Path) -> Json:
    was, mine, other = (elements(shape, side) for side in (base, ours, theirs))
    merged = (
        _value(walk, shape.element, was.get(key, ABSENT), mine.get(key, ABSENT), other.get(key, ABSENT), (*path, key))
        for key in _names(other, mine, was)
    )
    return [element for element in merged if element is not ABSENT]


def _set(
    walk: _Walk, shape: Set, base: Json | Absent, ours: Json | Absent, theirs: Json | Absent, path: Path
) -> Json | Absent:
    """Element by element a set cannot overlap: whoever changed an element's presence has it their way."""
    was, mine, other = (elements(shape, side) for side in (base, ours, theirs))
    values = {**was, **mine, **other}
    merged = []
    for key in _names(other, mine):
        present = key in mine if (key in mine) != (key in was) else key in other
        if present:
            merged.append(values[key])
        if (key in other) != (key in was) and (key in mine) == (key in was):
            walk.theirs.append((*path, key))
    return merged if merged or (ours is not ABSENT and theirs is not ABSENT) else ABSENT
