"""`moved:`: another address, the same object, nothing deleted and nothing created."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.manifest import Estate, Move
from reconciler.model.plan import Action, Plan
from reconciler.model.source import Source
from reconciler.planning.moves import with_moves
from reconciler.planning.situation import Choices, Situation

from builders import observed, plan, purpose, recorded, situation

BEFORE, AFTER = Address("Purpose", "Support"), Address("Purpose", "Help")
MOVE = Move(BEFORE, AFTER, Source("moves.yaml", 1, 1))
PRESENT = purpose("Help", spec={"name": "Support"})
FORMER = purpose("Support")


def moving(given: Situation) -> Plan:
    return plan(with_moves(replace(given, estate=Estate(given.estate.manifests, moves=(MOVE,)))))


def steps(made: Plan) -> list[tuple[str, Action]]:
    return [(change.step, change.action) for change in made.changes]


def test_a_moved_object_is_recorded_under_its_new_address_and_forgotten_under_the_former() -> None:
    made = moving(situation([PRESENT], [recorded(FORMER)], [observed(FORMER)]))
    assert steps(made) == [("Purpose/Help", Action.RECORD), ("Purpose/Support", Action.FORGET)]
    assert made.changes[1].depends_on == ("Purpose/Help",)
    assert not made.blocked


def test_protection_moves_along_and_does_not_block_the_move() -> None:
    made = moving(situation([PRESENT], [replace(recorded(FORMER), protect=True)], [observed(FORMER)]))
    assert not made.blocked


def test_a_move_that_renames_in_the_organisation_is_one_update() -> None:
    made = moving(situation([purpose("Help")], [recorded(FORMER)], [observed(FORMER)]))
    assert steps(made)[0] == ("Purpose/Help", Action.UPDATE)
    assert made.changes[0].live_id == recorded(FORMER).live_id


def test_a_move_cut_off_half_way_is_finished() -> None:
    row = recorded(FORMER)
    made = moving(situation([PRESENT], [row, replace(recorded(PRESENT), live_id=row.live_id)], [observed(FORMER)]))
    assert ("Purpose/Support", Action.FORGET) in steps(made)
    assert not made.blocked


def test_a_move_already_made_changes_nothing() -> None:
    row = replace(recorded(PRESENT), live_id=recorded(FORMER).live_id)
    assert steps(moving(situation([PRESENT], [row], [observed(FORMER)]))) == []


def test_a_move_of_what_was_never_recorded_creates_the_object() -> None:
    assert steps(moving(situation([PRESENT]))) == [("Purpose/Help", Action.CREATE)]


def test_an_excluded_address_is_not_moved() -> None:
    choices = Choices(excluded=frozenset({"Purpose/Help", "Purpose/Support"}))
    assert steps(moving(situation([PRESENT], [recorded(FORMER)], [observed(FORMER)], choices=choices))) == []
