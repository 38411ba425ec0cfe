"""What holds for the difference of any three sides."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.manifest import ForeignElements
from reconciler.model.normal import UNKNOWN, agrees, alike, without_local
from reconciler.model.plan import Cause
from reconciler.model.shape import Keyed, Record, Set, Shape
from reconciler.model.values import ABSENT, Json
from reconciler.planning.difference import Difference, difference, elements

from shapes import SHAPE, live, stated

recorded = st.one_of(st.none(), stated)


def writes(found: Difference) -> list[Any]:
    return [part for part in found.fields if part.cause is not Cause.RECORD]


def everything(_: object) -> bool:
    return True


@given(stated, recorded, live)
def test_planning_again_after_an_apply_finds_nothing(desired: Json, base: Json, now: Json) -> None:
    after = difference(SHAPE, desired, base, now).after
    again = difference(SHAPE, desired, desired, after)
    assert again.fields == ()
    assert alike(SHAPE, again.after, after)


@given(stated, recorded, live)
def test_what_is_stated_is_so_afterwards(desired: Json, base: Json, now: Json) -> None:
    assert agrees(SHAPE, desired, difference(SHAPE, desired, base, now).after)


@given(stated, recorded, live)
def test_no_local_member_is_ever_sent(desired: Json, base: Json, now: Json) -> None:
    after = difference(SHAPE, desired, base, now).after
    assert without_local(SHAPE, after) == after


@given(stated, recorded, live)
def test_nothing_to_write_means_nothing_is_changed(desired: Json, base: Json, now: Json) -> None:
    found = difference(SHAPE, desired, base, now)
    if not writes(found):
        assert agrees(SHAPE, now, found.after)


@given(stated, recorded, live)
def test_foreign_elements_and_unknown_members_survive(desired: Json, base: Json, now: Json) -> None:
    found = difference(SHAPE, desired, base, now)
    gone = {part.path for part in found.fields if part.after is ABSENT}
    before = set(foreign(SHAPE, desired, base or {}, now))
    lost = before - set(foreign(SHAPE, desired, base or {}, found.after))
    assert all(any(path[: len(taken)] == taken for taken in gone) for path, _ in lost)
    assert {path for path, _ in before if path[-1] != "+more"} == {*found.foreign} | {
        path for path, _ in lost if path[-1] != "+more"
    }


@given(stated, live)
def test_every_element_is_foreign_where_nothing_is_stated(base: Json, now: Json) -> None:
    found = difference(SHAPE, {}, {}, now)
    assert alike(SHAPE, found.after, now)
    assert not found.fields


@given(stated, recorded, live)
def test_foreign_elements_go_only_where_they_are_unwanted(desired: Json, base: Json, now: Json) -> None:
    found = difference(SHAPE, desired, base, now, foreign_elements=ForeignElements.REMOVE)
    assert found.foreign == ()
    left = {path for path, _ in foreign(SHAPE, desired, base or {}, found.after)}
    assert {path for path in left if path[-1] != "+more"} == set()


@given(stated, stated, live)
def test_keeping_drift_changes_no_owned_value_that_somebody_edited(desired: Json, base: Json, now: Json) -> None:
    found = difference(SHAPE, desired, base, now, keeps=everything)
    for part in writes(found):
        assert part.cause is Cause.UPDATE
        assert part.base is ABSENT or part.before is not ABSENT


@given(stated, live)
def test_keeping_drift_with_an_unchanged_manifest_writes_nothing(desired: Json, now: Json) -> None:
    found = difference(SHAPE, desired, desired, now, keeps=everything)
    assert found.fields == ()
    assert alike(SHAPE, found.after, now)


@given(stated, recorded, live)
def test_each_change_says_what_is_there_now(desired: Json, base: Json, now: Json) -> None:
    for part in writes(difference(SHAPE, desired, base, now)):
        assert part.before == at(SHAPE, now, part.path)


@given(stated, recorded, live, st.randoms())
def test_order_without_meaning_changes_nothing(desired: Json, base: Json, now: Json, chance: Any) -> None:
    mixed = {name: chance.sample(part, len(part)) if name in ("tags", "parts") else part for name, part in now.items()}
    found, other = difference(SHAPE, desired, base, now), difference(SHAPE, desired, base, mixed)
    assert sorted(map(repr, found.fields)) == sorted(map(repr, other.fields))
    assert alike(SHAPE, found.after, other.after)


def foreign(shape: Shape, desired: Json, base: Json, now: Json, path: tuple[str, ...] = ()) -> list[Any]:
    """The paths in `now` that neither of ours has: list elements and unknown members, outermost only."""
    match shape:
        case Record():
            desired, base = ({} if side is ABSENT else side for side in (desired, base))
            found = [((*path, name), repr(part)) for name, part in now.items() if name.startswith(UNKNOWN)]
            for member in shape.members:
                if member.name in now:
                    sides = [side.get(member.name, ABSENT) for side in (desired, base, now)]
                    found += foreign(member.shape, *sides, (*path, member.name))
            return found
        case Keyed() | Set():
            ours = [elements(shape, side) for side in (desired, base)]
            found = []
            for key, element in elements(shape, now).items():
                sides = [side.get(key, ABSENT) for side in ours]
                if sides == [ABSENT, ABSENT]:
                    found.append(((*path, key), repr(element)))
                elif isinstance(shape, Keyed):
                    found += foreign(shape.element, *sides, element, (*path, key))
            return found
        case _:
            return []


def at(shape: Shape, value: Json, path: tuple[str, ...]) -> Json:
    for name in path:
        if value is ABSENT:
            return ABSENT
        if isinstance(shape, Record):
            member = shape.member(name)
            assert member is not None
            value, shape = value.get(name, ABSENT), member.shape
        elif isinstance(shape, Keyed):
            value, shape = elements(shape, value).get(name, ABSENT), shape.element
        elif isinstance(shape, Set):
            value = elements(shape, value).get(name, ABSENT)
    return value


@given(stated, recorded, live, st.booleans())
def test_a_whole_record_is_one_side_s_and_never_a_mixture(desired: Json, base: Json, now: Json, keep: bool) -> None:
    def keeps(_: object) -> bool:
        return keep

    after = difference(SHAPE, desired, base, now, keeps=keeps).after
    sides = [link for side in (desired, now) for link in links(side).items()]
    assert all(each in sides for each in links(after).items())


def links(side: Json) -> dict[str, Json]:
    parts = [part for part in side.get("parts", ()) if "link" in part]
    return {part["name"]: {name: part["link"][name] for name in ("to", "at")} for part in parts}
