"""Limits that the organisation itself states, on one object and on all of a kind, counted before the first write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.finding import FindingClass
from reconciler.model.kind import Kind, Origin, Scopes, SizeLimit, Terms
from reconciler.model.manifest import Manifest
from reconciler.model.plan import Headroom, Plan
from reconciler.model.shape import Keyed, Member, Record, Scalar
from reconciler.model.values import Json
from reconciler.planning.binding import bind
from reconciler.planning.make import draft_all, make_plan

from builders import acknowledgement, blocking, live, manifest, observed, recorded, removal, situation

TREE_SHAPE = Record(
    (Member("name", Scalar()), Member("leaves", Keyed("name", Record((Member("name", Scalar()),))))),
)


def limits(terms: Terms) -> tuple[SizeLimit, ...]:
    """What the organisation says, or else the documented numbers."""
    cls = FindingClass.PLATFORM if terms else FindingClass.POLICY
    trees, leaves, all_leaves = (terms.get(name, most) for name, most in (("trees", 3), ("leaves", 2), ("all", 5)))
    return (
        SizeLimit(("leaves",), leaves, "TR1", "leaves", cls),
        SizeLimit((), trees, "TR2", "trees", cls, across=True),
        SizeLimit(("leaves",), all_leaves, "TR3", "leaves of all trees", cls, across=True),
    )


TREE = Kind(
    name="Tree",
    title="Something with parts that are counted",
    origin=Origin.PUBLISHED,
    path="/trees",
    schema={},
    scopes=Scopes("read", "write"),
    example="",
    shape=TREE_SHAPE,
    server_owned=frozenset({"id", "version"}),
    limits=limits,
)
SAID = {"trees": 3, "leaves": 2, "all": 5}


def tree(name: str, leaves: int, **lifecycle: Any) -> Manifest:
    return manifest(TREE, name, {"leaves": [{"name": f"l{number}"} for number in range(leaves)]}, **lifecycle)


def planned(*args: Any, terms: Mapping[str, Json] | None = None, kind: Kind = TREE, **more: Any) -> Plan:
    given = situation(*args, kinds={"Tree": kind}, **more)
    return make_plan(draft_all(given, bind(given)), {}, {"Tree": terms} if terms else {})


def test_what_the_organisation_says_no_acknowledgement_lifts() -> None:
    accepted = acknowledgement("TR1", "leaves", change="3 leaves, over 2")
    made = planned([tree("a", 3, acknowledge=(accepted,))], terms=SAID)
    [finding] = [each for each in made.findings if each.code == "TR1"]
    assert (blocking(made), finding.cls, finding.facet) == (["TR1"], FindingClass.PLATFORM, {})
    assert finding.detail == "leaves 0 -> 3 of 2, foreign ones included."


def test_what_is_only_documented_can_be_acknowledged() -> None:
    made = planned([tree("a", 3)])
    [finding] = [each for each in made.findings if each.code == "TR1"]
    assert (finding.acknowledgeable, finding.facet) == (True, {"change": "3 leaves, over 2"})
    assert "the organisation does not say which it has" in finding.detail
    accepted = acknowledgement("TR1", "leaves", change="3 leaves, over 2")
    assert blocking(planned([tree("a", 3, acknowledge=(accepted,))])) == []


def test_an_acknowledgement_of_so_many_does_not_fit_more() -> None:
    accepted = acknowledgement("TR1", "leaves", change="3 leaves, over 2")
    assert blocking(planned([tree("a", 4, acknowledge=(accepted,))])) == ["TR1"]


def test_what_is_over_a_limit_already_may_stay_as_it_is() -> None:
    before = tree("a", 3)
    after = replace(before, normal={**before.normal, "name": "b"})
    assert blocking(planned([after], [recorded(before)], [observed(before, kind=TREE)], terms=SAID)) == []


def test_a_quota_of_objects_can_be_acknowledged() -> None:
    names = [tree(name, 0) for name in "abcd"]
    [finding] = [each for each in planned(names).findings if each.code == "TR2"]
    assert (finding.dotted, finding.facet) == ("organisation", {"change": "4 trees, over 3"})
    accepted = acknowledgement("TR2", "organisation", change="4 trees, over 3")
    assert blocking(planned([*names[:3], tree("d", 0, acknowledge=(accepted,))])) == []


def test_another_organisation_may_have_other_limits() -> None:
    assert blocking(planned([tree("a", 9)], terms={"trees": 3, "leaves": 9, "all": 9})) == []


def test_the_first_object_too_many_is_named_and_foreign_ones_count() -> None:
    made = planned([tree("a", 0), tree("b", 0), tree("c", 0)], [], [live(TREE, "f", {"name": "f"})], terms=SAID)
    [finding] = [each for each in made.findings if each.blocks]
    assert (finding.code, str(finding.address)) == ("TR2", "Tree/c")
    assert finding.detail == "trees 1 -> 4 of 3, foreign ones included."


def test_the_parts_of_all_objects_are_counted_together() -> None:
    there = tree("b", 1)
    foreign = live(TREE, "f", {"name": "f", "leaves": [{"name": "x"}, {"name": "y"}]})
    made = planned([tree("a", 2), tree("b", 2)], [recorded(there)], [observed(there, kind=TREE), foreign], terms=SAID)
    [finding] = [each for each in made.findings if each.blocks]
    assert (finding.code, str(finding.address)) == ("TR3", "Tree/b")
    assert finding.detail == "leaves of all trees 3 -> 6 of 5, foreign ones included."


def test_an_object_that_does_not_fit_the_kind_is_counted_all_the_same() -> None:
    odd = live(TREE, "odd", {"name": "odd", "leaves": "?"})
    made = planned([tree(name, 0) for name in "abc"], [], [odd], terms=SAID)
    assert blocking(made) == ["TR2"]


def test_what_is_deleted_frees_no_place() -> None:
    going = tree("z", 0)
    made = planned(
        [tree(name, 0) for name in "abc"], [recorded(going)], [observed(going, kind=TREE)], terms=SAID,
        removals=[removal(going.address, delete=True)],
    )  # fmt: skip
    assert blocking(made) == ["TR2"]


def test_what_exceeds_a_quota_already_blocks_nothing_that_does_not_grow() -> None:
    before, after = tree("a", 2), tree("a", 1)
    others = [live(TREE, f"f{number}", {"name": f"f{number}", "leaves": [{"name": "x"}]}) for number in range(9)]
    assert blocking(planned([after], [recorded(before)], [observed(before, kind=TREE), *others], terms=SAID)) == []


def test_the_headroom_of_a_quota_stands_at_the_last_that_uses_it() -> None:
    made = planned([tree("a", 2), tree("b", 1)], terms=SAID)
    rooms = {room.noun: room for room in made.headroom if room.noun != "leaves"}
    assert rooms["trees"] == Headroom(tree("b", 0).address, "trees", 0, 2, 3)
    assert rooms["leaves of all trees"] == Headroom(tree("b", 0).address, "leaves of all trees", 0, 3, 5)


def test_a_plan_carries_what_the_organisation_said() -> None:
    assert planned([tree("a", 0)], terms=SAID).terms == {"Tree": SAID}


def test_a_deletion_asks_nothing() -> None:
    stated = tree("a", 1)
    given = situation(
        [], [recorded(stated)], [observed(stated, kind=TREE)], kinds={"Tree": TREE},
        removals=[removal(stated.address, delete=True)],
    )  # fmt: skip
    assert draft_all(given, bind(given)).written == ()


def test_only_kinds_that_are_written_are_asked_about() -> None:
    same, other = tree("a", 1), tree("a", 2)
    for stated, written in ((same, ()), (other, ("Tree",))):
        given = situation([stated], [recorded(same)], [observed(same, kind=TREE)], kinds={"Tree": replace(TREE)})
        assert draft_all(given, bind(given)).written == written
