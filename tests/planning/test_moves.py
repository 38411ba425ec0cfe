"""`moved:`: another address for the same object; nothing is deleted or created."""

from __future__ import annotations

from typing import Any

from reconciler.model.plan import Action, Plan
from reconciler.planning.situation import Choices, Drift

from builders import blocking, codes, edited, field, move, observed, plan_of, purpose, recorded, relation, schema

OLD, NEW = purpose("Support"), purpose("Help", spec={"name": "Support"})
MOVED = [move("Purpose/Support", "Purpose/Help")]
GONE = {("Purpose", "id-Support"): None}


def planned(*rows: Any, **more: Any) -> Plan:
    return plan_of([NEW], rows or [recorded(OLD)], more.pop("entities", [observed(OLD)]), moves=MOVED, **more)


def actions(made: Plan) -> list[tuple[str, Action]]:
    return [(change.address.name, change.action) for change in made.changes]


def test_a_moved_object_is_recorded_anew_and_then_forgotten_under_its_former_address() -> None:
    made = planned()
    assert actions(made) == [("Help", Action.RECORD), ("Support", Action.FORGET)]
    assert made.changes[1].depends_on == ("Purpose/Help",)
    assert not made.blocked


def test_protection_moves_along_and_does_not_stand_in_the_way() -> None:
    protected = purpose("Help", spec={"name": "Support"}, protect=True)
    made = plan_of([protected], [recorded(OLD, protect=True)], [observed(OLD)], moves=MOVED)
    assert made.changes[0].protect
    assert not made.blocked


def test_a_move_that_renames_in_the_organisation_is_one_update() -> None:
    made = plan_of([purpose("Help")], [recorded(OLD)], [observed(OLD)], moves=MOVED)
    assert actions(made) == [("Help", Action.UPDATE), ("Support", Action.FORGET)]
    assert made.changes[0].live_id == "id-Support"


def test_a_move_of_what_was_never_recorded_creates_the_object() -> None:
    assert actions(plan_of([NEW], moves=MOVED)) == [("Help", Action.CREATE)]


def test_a_move_that_has_been_made_changes_nothing() -> None:
    made = planned(recorded(NEW, live_id="id-Support"))
    assert (made.changes, made.findings) == ((), ())


def test_a_move_that_was_cut_off_is_finished() -> None:
    made = planned(recorded(OLD), recorded(NEW, live_id="id-Support"))
    assert actions(made) == [("Support", Action.FORGET)]
    assert made.changes[0].depends_on == ()


def test_a_move_onto_another_object_s_address_moves_nothing() -> None:
    made = planned(recorded(OLD), recorded(NEW), entities=[observed(OLD), observed(NEW)])
    assert actions(made) == [("Support", Action.DELETE)]
    assert blocking(made) == ["RC301"]


def test_two_moves_to_one_address_move_the_first() -> None:
    other = purpose("Other")
    moves = [*MOVED, move("Purpose/Other", "Purpose/Help")]
    made = plan_of([NEW], [recorded(OLD), recorded(other)], [observed(OLD), observed(other)], moves=moves)
    assert ("Other", Action.DELETE) in actions(made)
    assert blocking(made) == ["RC301"]


def test_a_moved_object_that_vanished_is_recreated_under_its_new_address() -> None:
    made = planned(entities=[], confirmed=GONE)
    assert actions(made) == [("Help", Action.RECREATE), ("Support", Action.FORGET)]


def test_a_moved_object_that_is_left_vanished_keeps_its_row() -> None:
    made = planned(entities=[], confirmed=GONE, choices=Choices(drift=Drift.KEEP))
    assert made.changes == ()
    assert codes(made) == ["RC205"]


def test_a_moved_object_that_cannot_be_read_keeps_its_row() -> None:
    old, new = schema("a", field("x")), schema("b", field("x"))
    broken = edited(observed(old), fields="?")
    made = plan_of([new], [recorded(old)], [broken], moves=[move("FlexSchema/a", "FlexSchema/b")])
    assert made.changes == ()
    assert blocking(made) == ["RC106"]


def test_what_points_at_a_moved_object_only_learns_its_new_name() -> None:
    old, new = schema("a", field("x")), schema("b", field("x"))
    before, after = schema("r", relation("to", "a", "x")), schema("r", relation("to", "b", "x"))
    entities = [observed(old), observed(before)]
    moves = [move("FlexSchema/a", "FlexSchema/b")]
    renamed = schema("b", field("x"))
    made = plan_of([renamed, after], [recorded(old), recorded(before)], entities, moves=moves)
    assert new.normal == renamed.normal
    assert {change.address.name for change in made.changes if change.writes} == {"b"}


def test_an_excluded_move_waits() -> None:
    made = planned(choices=Choices(excluded=frozenset({"Purpose/Support"})))
    assert all(change.address.name != "Support" for change in made.changes)
