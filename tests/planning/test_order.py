"""In which order changes are made: by example with real kinds, by law with one that has every sort of edge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.address import Address
from reconciler.model.kind import Kind, Origin, Scopes
from reconciler.model.plan import Action, Cause, Change, FieldChange, Plan
from reconciler.model.shape import Keyed, Member, Record, Reference, Scalar
from reconciler.model.values import ABSENT
from reconciler.planning.order import order
from reconciler.planning.splitting import COMPLETION, GROWTH, RELEASE, targets_of

from builders import blocking, codes, field, manifest, observed, plan_of, recorded, relation, removal, schema

NODE = Kind(
    name="Node",
    title="An object with every sort of edge",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/nodes",
    schema={},
    scopes=Scopes("read", "write"),
    example="",
    shape=Record(
        (
            Member("name", Scalar()),
            Member("needs", Reference("Node", needed_to_create=True)),
            Member("likes", Reference("Node")),
            Member("links", Keyed("name", Record((Member("name", Scalar()), Member("to", Reference("Node")))))),
        )
    ),
)
KINDS_HERE = {"Node": NODE}


def node(name: str, **references: str) -> Any:
    return manifest(NODE, name, references)


def created(*nodes: Any) -> Plan:
    return plan_of(nodes, kinds=KINDS_HERE)


def steps(made: Plan) -> list[str]:
    return [change.step.removeprefix("Node/").removeprefix("FlexSchema/") for change in made.changes]


def schemas(made: Plan) -> dict[str, Change]:
    return {change.step.removeprefix("FlexSchema/"): change for change in made.changes}


def test_what_is_pointed_at_is_created_first() -> None:
    made = created(node("a", likes="b"), node("b", likes="c"), node("c"))
    assert steps(made) == ["c", "b", "a"]


def test_without_a_need_the_address_decides() -> None:
    assert steps(created(node("c"), node("a"), node("b"))) == ["a", "b", "c"]


def test_two_schemas_that_point_at_each_other_are_created_in_three_steps() -> None:
    one = schema("one", field("id"), relation("a", "two"))
    two = schema("two", field("id"), relation("b", "one"))
    made = plan_of([one, two])
    assert steps(made) == ["one", "one" + COMPLETION, "two"] or steps(made) == ["one", "two", "one" + COMPLETION]
    first, completion = schemas(made)["one"], schemas(made)["one" + COMPLETION]
    assert first.deferred == (("fields", "a"),)
    assert [each["name"] for each in first.after["fields"]] == ["id"]  # type: ignore[index]
    assert first.declared == first.after
    assert (completion.action, completion.depends_on) == (Action.UPDATE, ("FlexSchema/one", "FlexSchema/two"))
    assert (completion.declared, completion.precondition) == (one.normal, None)
    assert [part.path for part in completion.fields] == [("fields", "a")]
    assert not made.blocked


def test_a_schema_that_points_at_itself_is_created_in_two_steps() -> None:
    made = plan_of([schema("one", field("id"), relation("parent", "one"))])
    assert steps(made) == ["one", "one" + COMPLETION]
    assert schemas(made)["one" + COMPLETION].depends_on == ("FlexSchema/one",)


def test_a_circle_of_three_is_broken_once() -> None:
    made = created(node("a", likes="b"), node("b", likes="c"), node("c", likes="a"))
    assert steps(made) == ["a", "c", "b", "a" + COMPLETION]
    assert not made.blocked


def test_only_the_reference_that_closes_the_circle_is_left_for_later() -> None:
    both = [schema("b", field("id"), relation("back", "a")), schema("c", field("id"))]
    made = plan_of([schema("a", field("id"), relation("x", "b"), relation("y", "c")), *both])
    assert schemas(made)["a"].deferred == (("fields", "x"),)


def test_a_circle_is_broken_where_a_reference_can_wait() -> None:
    made = created(node("a", needs="b"), node("b", likes="a"))
    assert steps(made) == ["b", "a", "b" + COMPLETION]
    assert not made.blocked


def test_a_circle_in_which_nothing_can_wait_is_an_error() -> None:
    made = created(node("a", needs="b"), node("b", needs="a"))
    assert blocking(made) == ["RC401"]
    assert "Node/b" in made.findings[0].detail


def test_needing_oneself_is_an_error() -> None:
    assert blocking(created(node("a", needs="a"))) == ["RC401"]


def test_what_is_not_on_the_circle_keeps_its_references() -> None:
    made = created(node("a", likes="b"), node("b", likes="c"), node("c", likes="b"))
    assert {change.step for change in made.changes if change.deferred} == {"Node/b"}


def test_an_update_waits_for_the_creation_that_it_points_at() -> None:
    old, new = schema("a", field("x")), schema("a", field("x"), relation("r", "z"))
    made = plan_of([new, schema("z", field("id"))], [recorded(old)], [observed(old)])
    assert steps(made) == ["z", "a"]


def test_updates_follow_what_they_point_at_where_they_can() -> None:
    olds, news = (
        [schema("a", *fields, relation("r", "b")), schema("b", *fields, relation("r", "a"))]
        for fields in ([field("x")], [field("x"), field("y")])
    )
    made = plan_of(news, [recorded(each) for each in olds], [observed(each) for each in olds])
    assert steps(made) == ["a", "b"]
    assert not made.blocked


def test_a_soft_circle_through_a_creation_keeps_the_hard_edge() -> None:
    old, changed = schema("a", field("id")), schema("a", field("id"), relation("r", "new"))
    made = plan_of([changed, schema("new", field("id"), relation("r", "a"))], [recorded(old)], [observed(old)])
    assert steps(made) == ["new", "a"]


def test_mutual_deletions_let_go_first() -> None:
    olds = [schema("a", field("x"), relation("r", "b")), schema("b", field("x"), relation("r", "a"))]
    away = [removal(each.address, delete=True) for each in olds]
    made = plan_of([], [recorded(each) for each in olds], [observed(each) for each in olds], removals=away)
    assert steps(made) == ["b" + RELEASE, "a", "b"]
    release, *_, deletion = made.changes
    assert (release.action, release.destructive) == (Action.UPDATE, True)
    assert [each["name"] for each in release.after["fields"]] == ["x"]  # type: ignore[index]
    assert release.precondition is not None
    assert deletion.precondition is None
    assert "RC304" not in codes(made)


def test_a_circle_of_three_deletions_lets_go_once() -> None:
    ring = [schema(name, field("x"), relation("r", target)) for name, target in ("ab", "bc", "ca")]
    away = [removal(each.address, delete=True) for each in ring]
    made = plan_of([], [recorded(each) for each in ring], [observed(each) for each in ring], removals=away)
    assert len(made.changes) == 4
    follows(made.changes)


def test_a_reference_to_what_does_not_change_is_no_edge() -> None:
    target = schema("t", field("id"))
    made = plan_of([target, schema("s", relation("r", "t"))], [recorded(target)], [observed(target)])
    assert made.changes[0].depends_on == ()


def follows(changes: tuple[Change, ...]) -> None:
    done: set[str] = set()
    for change in changes:
        assert set(change.depends_on) <= done, (change.step, change.depends_on, done)
        done.add(change.step)


names = st.sampled_from("abcdef")


@st.composite
def graphs(draw: st.DrawFn) -> list[Change]:
    """Changes of every sort that point at one another at will."""
    changes = []
    for name in draw(st.sets(names, min_size=1)):
        action = draw(st.sampled_from([Action.CREATE, Action.RECREATE, Action.UPDATE, Action.ADOPT, Action.DELETE]))
        before, after = (
            {"name": name, **draw(st.fixed_dictionaries({}, optional={"needs": names, "likes": names, "links": links}))}
            for _ in range(2)
        )
        address = Address("Node", name)
        write = FieldChange(("name",), Cause.UPDATE, ABSENT, name)
        change = Change(f"Node/{name}", address, action, "", before, after, after, live_id=name, fields=(write,))
        if action is Action.DELETE:
            change = replace(change, after=None, declared=None)
        elif action in (Action.CREATE, Action.RECREATE):
            change = replace(change, before=None, live_id="")
        changes.append(change)
    return changes


links = st.lists(st.fixed_dictionaries({"name": names, "to": names}), max_size=2, unique_by=lambda link: link["name"])


@given(graphs())
def test_every_step_follows_what_it_depends_on(changes: list[Change]) -> None:
    follows(order(changes, KINDS_HERE).changes)


@given(graphs(), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_input(changes: list[Change], chance: Any) -> None:
    assert order(changes, KINDS_HERE) == order(chance.sample(changes, len(changes)), KINDS_HERE)


@given(graphs())
def test_every_change_ends_as_it_was_decided(changes: list[Change]) -> None:
    found = order(changes, KINDS_HERE).changes
    last = {change.address: change for change in found}
    for change in changes:
        assert (last[change.address].after, last[change.address].declared) == (change.after, change.declared)


@given(graphs())
def test_nothing_is_sent_that_points_at_what_is_not_there_yet(changes: list[Change]) -> None:
    creating = {change.address for change in changes if change.action in (Action.CREATE, Action.RECREATE)}
    there: set[Address] = set()
    for step in order(changes, KINDS_HERE).changes:
        assert not (targets_of(step.after, NODE.shape) & creating) - there
        there |= {step.address} & creating


@given(graphs())
def test_nothing_is_deleted_while_what_was_there_points_at_it(changes: list[Change]) -> None:
    points = {change.address: targets_of(change.before, NODE.shape) for change in changes}
    for step in order(changes, KINDS_HERE).changes:
        if step.action is Action.DELETE:
            left = {other for other, targets in points.items() if step.address in targets and other != step.address}
            assert all(step.address in targets_of(_after(changes, other), NODE.shape) for other in left)
        points[step.address] = targets_of(step.after, NODE.shape)


def _after(changes: list[Change], address: Address) -> Any:
    return next(change.after for change in changes if change.address == address)


@given(graphs())
def test_a_circle_is_an_error_only_where_every_edge_is_needed(changes: list[Change]) -> None:
    needs = {
        change.address: {Address("Node", change.after["needs"])}
        for change in changes
        if change.action in (Action.CREATE, Action.RECREATE) and "needs" in (change.after or {})
    }
    circular = any(_reaches(needs, start, start) for start in needs)
    assert bool(order(changes, KINDS_HERE).findings) == circular


def _reaches(needs: dict[Address, set[Address]], start: Address, goal: Address) -> bool:
    seen, todo = set(), [*needs.get(start, ())]
    while todo:
        at = todo.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            todo += needs.get(at, ())
    return False


LAMP = replace(NODE, shape=Record((*NODE.shape.members, Member("lit", Scalar(), default=True))), at_birth={"lit": True})


def test_what_a_creation_cannot_set_is_set_in_a_second_step() -> None:
    made = plan_of((manifest(LAMP, "a", {"lit": False}), manifest(LAMP, "b", {})), kinds={"Node": LAMP})
    assert steps(made) == ["a", "b", "a" + GROWTH]
    first, _, second = made.changes
    assert (first.after["lit"], first.deferred) == (True, (("lit",),))  # type: ignore[index]
    assert "lit" not in first.declared  # type: ignore[operator]
    assert (second.action, second.before, second.after["lit"]) == (Action.UPDATE, first.after, False)  # type: ignore[index]
    assert second.declared["lit"] is False  # type: ignore[index]
    assert second.fields == (FieldChange(("lit",), Cause.UPDATE, True, False),)


def test_references_and_what_a_creation_cannot_set_wait_for_one_second_step() -> None:
    circle = (manifest(LAMP, "a", {"likes": "b", "lit": False}), manifest(LAMP, "b", {"likes": "a"}))
    made = plan_of(circle, kinds={"Node": LAMP})
    by_step = {change.step: change for change in made.changes}
    assert steps(made) == ["a", "b", "a" + COMPLETION]
    assert by_step["Node/a"].deferred == (("likes",), ("lit",))
    assert [part.path for part in by_step["Node/a" + COMPLETION].fields] == [("likes",), ("lit",)]
    assert by_step["Node/a" + COMPLETION].after == {"name": "a", "likes": "b", "lit": False}
