"""Our walk against DeepDiff on lists turned into maps: the same paths, however they are found."""

from __future__ import annotations

from typing import Any

from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.plan import Cause
from reconciler.model.shape import Keyed, Ordered, Record, Set, Shape
from reconciler.model.values import Json, Path, canonical
from reconciler.planning.difference import difference, elements

from shapes import SHAPE, live, stated


def as_maps(shape: Shape, value: Json) -> Any:
    """A normal form in which whatever order means nothing is a map."""
    match shape:
        case Record():
            known = {member.name: member.shape for member in shape.members}
            return {name: as_maps(known.get(name, Ordered()), part) for name, part in value.items()}
        case Keyed():
            return {key: as_maps(shape.element, part) for key, part in elements(shape, value).items()}
        case Set():
            return dict.fromkeys(elements(shape, value), True)
        case _:
            return canonical(value).decode()  # in a list, DeepDiff takes true for 1


def deepdiff_paths(before: Json, after: Json) -> set[Path]:
    found = DeepDiff(as_maps(SHAPE, before), as_maps(SHAPE, after), view="tree", threshold_to_diff_deeper=0)
    return {tuple(map(str, change.path(output_format="list"))) for changes in found.values() for change in changes}


@given(stated, st.one_of(st.none(), stated), live)
def test_what_we_write_is_what_deepdiff_finds_between_before_and_after(desired: Json, base: Json, now: Json) -> None:
    found = difference(SHAPE, desired, base, now)
    ours = {part.path for part in found.fields if part.cause is not Cause.RECORD}
    theirs = deepdiff_paths(now, found.after)
    assert all(any(touch(path, mine) for mine in ours) for path in theirs)
    assert all(any(touch(path, mine) for path in theirs) for mine in ours)


def touch(left: Path, right: Path) -> bool:
    """One names the whole of what the other names a part of: a list that comes or goes is one change to DeepDiff."""
    shorter = min(len(left), len(right))
    return left[:shorter] == right[:shorter]
