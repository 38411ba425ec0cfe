"""The first table of ARCHITECTURE §3: desired, recorded, observed, each there or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Origin
from reconciler.model.plan import Action, Cause, Plan
from reconciler.model.project import DeletionLimit, Limits, Project
from reconciler.planning.binding import bind
from reconciler.planning.situation import Choices, Drift

from builders import (
    blocking,
    codes,
    edited,
    field,
    observed,
    only,
    plan,
    plan_of,
    print_of,
    purpose,
    recorded,
    relation,
    removal,
    schema,
    situation,
)

P = purpose("Support")
GONE = {("Purpose", "id-Support"): None}
MAY_DELETE = Choices(allow_delete=True)
KEEP = Choices(drift=Drift.KEEP)


def test_desired_alone_is_created() -> None:
    change = only(plan_of([P]))
    assert (change.action, change.before, change.precondition) == (Action.CREATE, None, None)
    assert change.after == P.normal


def test_desired_and_there_is_adopted_without_a_word_where_nothing_differs() -> None:
    made = plan_of([P], [], [observed(P)])
    assert only(made).action is Action.ADOPT
    assert not only(made).writes
    assert not blocking(made)


def test_an_adoption_that_changes_the_object_blocks() -> None:
    made = plan_of([P], [], [edited(observed(P), description="Theirs.")])
    assert blocking(made) == ["RC101"]
    assert [part.path for part in only(made).fields if part.cause is not Cause.RECORD] == [("description",)]


def test_an_adoption_that_was_agreed_to_does_not_block() -> None:
    made = plan_of([purpose("Support", adopt=True)], [], [edited(observed(P), description="Theirs.")])
    assert not blocking(made)
    assert only(made).writes
    assert only(made).adopted


def test_two_live_objects_of_one_name_are_an_error_that_names_both() -> None:
    made = plan_of([P], [], [observed(P, live_id="id-b"), observed(P, live_id="id-a")])
    assert blocking(made) == ["RC102"]
    assert "id-a, id-b" in made.findings[0].detail


def test_one_of_two_live_objects_is_chosen_by_its_id() -> None:
    chosen = purpose("Support", live_id="id-b")
    made = plan_of([chosen], [], [observed(P, live_id="id-a"), observed(P, live_id="id-b")])
    assert only(made).live_id == "id-b"
    assert not blocking(made)


def test_a_recorded_object_that_no_list_shows_is_to_be_asked_for_by_id() -> None:
    assert bind(situation([P], [recorded(P)])).unconfirmed == (("Purpose", "id-Support"),)


def test_a_recorded_object_that_is_confirmed_gone_is_recreated_and_named_so() -> None:
    made = plan_of([P], [recorded(P)], confirmed=GONE)
    assert only(made).action is Action.RECREATE
    assert codes(made) == ["RC204"]
    assert not made.blocked


def test_a_recorded_object_that_a_lagging_list_hid_is_not_recreated() -> None:
    made = plan_of([P], [recorded(P)], confirmed={("Purpose", "id-Support"): observed(P)})
    assert [change.action for change in made.changes if change.writes] == []


def test_a_recorded_object_that_vanished_stays_gone_where_drift_is_kept() -> None:
    made = plan_of([P], [recorded(P)], confirmed=GONE, choices=KEEP)
    assert made.changes == ()
    assert codes(made) == ["RC205"]


def test_another_object_in_a_vanished_one_s_place_is_left_alone_where_drift_is_kept() -> None:
    agreed = purpose("Support", adopt=True)
    other = edited(observed(P, live_id="id-other"), description="theirs")
    made = plan_of([agreed], [recorded(P)], [other], confirmed=GONE, choices=KEEP)
    assert made.changes == ()
    assert codes(made) == ["RC205"]


def test_a_vanished_object_whose_place_another_one_has_taken_is_adopted() -> None:
    made = plan_of([P], [recorded(P)], [observed(P, live_id="id-other")], confirmed=GONE)
    assert only(made).action is Action.ADOPT
    assert only(made).live_id == "id-other"


@pytest.mark.parametrize("fingerprint", [print_of(P), ""])
def test_where_all_three_agree_nothing_happens(fingerprint: str) -> None:
    made = plan_of([P], [recorded(P, fingerprint=fingerprint)], [observed(P)])
    assert made.changes == ()
    assert made.unchanged == 1


def removed(**more: object) -> Plan:
    return plan_of([], [recorded(P, **more)], [observed(P)], removals=[removal(P.address, delete=True)])  # type: ignore[arg-type]


def test_what_we_created_and_nobody_describes_is_deleted_with_a_word() -> None:
    made = removed()
    assert only(made).action is Action.DELETE
    assert only(made).destructive
    assert not made.blocked


def test_a_deletion_without_a_word_blocks() -> None:
    made = plan_of([], [recorded(P)], [observed(P)])
    assert only(made).action is Action.DELETE
    assert blocking(made) == ["RC301"]
    assert "removed:" in made.findings[0].hint


def test_the_word_can_be_said_on_the_command_line() -> None:
    assert not plan_of([], [recorded(P)], [observed(P)], choices=MAY_DELETE).blocked


def test_what_we_created_is_forgotten_where_the_word_says_so() -> None:
    made = plan_of([], [recorded(P)], [observed(P)], removals=[removal(P.address, delete=False)])
    assert only(made).action is Action.FORGET
    assert not made.blocked


def test_what_we_adopted_is_forgotten_and_stays() -> None:
    made = plan_of([], [recorded(P, origin=Origin.ADOPTED)], [observed(P)], choices=MAY_DELETE)
    assert only(made).action is Action.FORGET


def test_what_we_adopted_is_deleted_only_by_name() -> None:
    assert only(removed(origin=Origin.ADOPTED)).action is Action.DELETE


def test_a_protected_object_is_not_deleted_though_its_manifest_is_gone() -> None:
    assert blocking(removed(protect=True)) == ["RC302"]


def test_a_protected_object_is_not_forgotten_either() -> None:
    row = recorded(P, protect=True)
    made = plan_of([], [row], [observed(P)], removals=[removal(P.address, delete=False)])
    assert blocking(made) == ["RC302"]


def test_protection_does_not_outlive_its_object() -> None:
    assert not plan_of([], [recorded(P, protect=True)], confirmed=GONE).blocked


def test_lifting_protection_is_a_change_of_its_own() -> None:
    made = plan_of([P], [recorded(P, protect=True, fingerprint=print_of(P))], [observed(P)])
    assert only(made).action is Action.RECORD
    assert not only(made).protect
    assert codes(made) == ["RC305"]


def test_lifting_protection_shows_beside_other_changes() -> None:
    made = plan_of([purpose("Support", spec={"description": "else"})], [recorded(P, protect=True)], [observed(P)])
    assert only(made).action is Action.UPDATE
    assert codes(made) == ["RC305"]


def test_giving_protection_needs_no_word() -> None:
    made = plan_of([purpose("Support", protect=True)], [recorded(P)], [observed(P)])
    assert codes(made) == []


def many(count: int) -> list:  # type: ignore[type-arg]
    return [purpose(f"P{number:03}") for number in range(count)]


def test_more_deletions_than_the_limit_block() -> None:
    all_of_them = many(30)
    rows, entities = [recorded(each) for each in all_of_them], [observed(each) for each in all_of_them]
    at_limit = plan_of(all_of_them[3:], rows, entities, choices=MAY_DELETE)
    beyond = plan_of(all_of_them[4:], rows, entities, choices=MAY_DELETE)
    assert (blocking(at_limit), blocking(beyond)) == ([], ["RC303"])


def test_the_limit_on_deletions_is_the_project_s() -> None:
    project = Project(limits=Limits(deletions=DeletionLimit(count=9, percent=100)))
    all_of_them = many(9)
    rows, entities = [recorded(each) for each in all_of_them], [observed(each) for each in all_of_them]
    assert not plan_of([], rows, entities, choices=MAY_DELETE, project=project).blocked


@pytest.mark.parametrize(("ours", "allowed"), [(0, 1), (1, 1), (19, 1), (20, 2), (49, 4), (50, 5), (10_000, 5)])
def test_the_default_limit_is_the_smaller_of_five_and_a_tenth_and_at_least_one(ours: int, allowed: int) -> None:
    assert DeletionLimit().allowed(ours) == allowed


def test_recorded_alone_is_confirmed_and_then_forgotten() -> None:
    given = situation([], [recorded(P)])
    assert bind(given).unconfirmed == (("Purpose", "id-Support"),)
    made = plan_of([], [recorded(P)], confirmed=GONE)
    assert only(made).action is Action.FORGET
    assert not made.blocked


def test_a_foreign_object_is_counted_and_left_alone() -> None:
    other = observed(purpose("Somebody_elses"), live_id="id-foreign")
    made = plan_of([P], [recorded(P, fingerprint=print_of(P))], [observed(P), other])
    assert made.changes == ()
    converging = [name for name, kind in KINDS.items() if kind.converges]
    assert made.foreign_objects == {name: int(name == "Purpose") for name in converging}


def test_a_row_of_a_kind_that_this_version_does_not_know_is_left_alone() -> None:
    row = recorded(P)
    made = plan_of([], [replace(row, address=Address("Alien", "Support"))])
    assert (made.changes, codes(made)) == ((), [])


def test_nothing_of_nothing_is_nothing() -> None:
    made = plan_of()
    assert (made.changes, made.findings, made.unchanged) == ((), (), 0)


def test_what_is_excluded_is_neither_planned_nor_asked_for() -> None:
    given = situation([P], [recorded(P)], choices=Choices(excluded=frozenset({"Purpose/Support"})))
    assert bind(given).unconfirmed == ()
    assert plan(given).changes == ()


def test_an_excluded_kind_is_left_out_whole() -> None:
    made = plan_of([P, schema("s", field("a"))], choices=Choices(excluded=frozenset({"Purpose"})))
    assert [change.address.kind for change in made.changes] == ["FlexSchema"]
    assert made.excluded == ("Purpose",)


def test_a_kind_that_was_never_listed_is_not_taken_for_empty() -> None:
    given = situation([P], kinds={"Purpose": KINDS["Purpose"]})
    unread = plan(type(given)(given.estate, given.project, given.kinds, given.organisation, given.as_of))
    assert unread.changes == ()
    assert blocking(unread) == ["RC108"]


def pointing(*more: str) -> Manifest:
    return schema("profile", field("id"), relation("r", "contract"), *map(field, more))


def left_behind(wanted: Manifest, *, choices: Choices = KEEP) -> Plan:
    """A schema without records, which points at one that was deleted behind our back."""
    target = schema("contract", field("id"))
    given = situation(
        [target, wanted],
        [recorded(target), recorded(pointing())],
        [observed(pointing())],
        confirmed={("FlexSchema", "id-contract"): None},
        choices=choices,
    )
    return plan(given, {wanted.address: Evidence("organisation", 0, 0, True)})


def test_what_points_at_a_vanished_object_stays_as_it_is_where_drift_is_kept() -> None:
    made = left_behind(pointing())
    assert (made.changes, made.blocked) == ((), False)


def test_a_change_of_what_points_at_a_vanished_object_says_that_it_would_be_refused() -> None:
    made = left_behind(pointing("more"))
    assert blocking(made) == ["RC402"]
    assert "FlexSchema/contract, which was deleted behind our back" in made.findings[0].detail


def test_where_drift_is_set_back_both_are_made_whole() -> None:
    made = left_behind(pointing("more"), choices=Choices())
    assert [change.action for change in made.changes] == [Action.RECREATE, Action.UPDATE]
    assert blocking(made) == []
