"""What a person approves of by approving a plan: every change has a path, and nothing else is in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.approval import Changed
from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import Action, Plan
from reconciler.model.values import ABSENT, Absent, Json
from reconciler.planning.changed_paths import BESIDE, approval_of, changed_paths
from reconciler.planning.situation import Choices, Drift

from builders import (
    acknowledgement,
    edited,
    field,
    manifest,
    move,
    observed,
    plan_of,
    print_of,
    purpose,
    recorded,
    relation,
    removal,
    schema,
    sendable,
)

P = purpose("Support")
KEEP = Choices(drift=Drift.KEEP)


def paths(made: Plan) -> tuple[Changed, ...]:
    return changed_paths(made, KINDS)


def told(made: Plan) -> list[tuple[str, str, Json | Absent, Json | Absent]]:
    return [(each.action.value, ".".join(each.path), each.before, each.after) for each in paths(made)]


def test_a_creation_is_the_whole_object_with_what_only_the_ledger_will_know() -> None:
    marked = schema("s", field("email", personalData=True, purpose="Support"))
    [whole] = paths(plan_of([marked, P], [recorded(P)], [observed(P)]))
    assert (whole.action, whole.path, whole.before) == (Action.CREATE, ("spec",), ABSENT)
    assert whole.after["fields"][0]["personalData"] is True


def test_a_creation_in_two_steps_is_approved_as_one() -> None:
    circle = [schema("a", field("id"), relation("r", "b")), schema("b", field("id"), relation("r", "a"))]
    made = plan_of(circle)
    assert len(made.changes) == 3
    assert [(str(each.address), each.path) for each in paths(made)] == [
        ("FlexSchema/a", ("spec",)),
        ("FlexSchema/b", ("spec",)),
    ]
    assert all(len(each.after["fields"]) == 2 for each in paths(made))


def test_what_a_new_object_cannot_have_at_birth_is_approved_with_it() -> None:
    [whole] = paths(plan_of([purpose("Off", spec={"active": False})]))
    assert whole.after["active"] is False


def test_a_deletion_is_the_whole_object_as_it_is() -> None:
    made = plan_of(rows=[recorded(P)], entities=[observed(P)], removals=[removal(P.address, delete=True)])
    assert told(made) == [("delete", "spec", sendable(P), ABSENT)]


def test_a_deletion_that_lets_go_first_is_approved_as_one() -> None:
    circle = [schema("a", field("id"), relation("r", "b")), schema("b", field("id"), relation("r", "a"))]
    rows = [recorded(each) for each in circle]
    away = [removal(each.address, delete=True) for each in circle]
    made = plan_of(rows=rows, entities=map(observed, circle), removals=away, choices=Choices(allow_delete=True))
    assert [(each.action, each.path, each.after) for each in paths(made)] == [(Action.DELETE, ("spec",), ABSENT)] * 2
    assert all(len(each.before["fields"]) == 2 for each in paths(made))


def test_an_update_is_its_fields() -> None:
    wanted = purpose("Support", spec={"description": "Better", "retention": "200d"})
    made = plan_of([wanted], [recorded(P)], [observed(P)])
    assert sorted(told(made)) == [
        ("update", "spec.description", P.normal["description"], "Better"),
        ("update", "spec.retention", "180d", "200d"),
    ]


def test_what_the_ledger_learns_begins_with_what_it_knew() -> None:
    wanted = purpose("Support", spec={"description": "Better"})
    [learnt] = paths(plan_of([wanted], [recorded(P)], [observed(wanted)]))
    assert (learnt.action, learnt.before, learnt.after) == (Action.RECORD, P.normal["description"], "Better")
    assert learnt.recorded_only


def test_protection_is_a_path_of_its_own() -> None:
    protected = purpose("Support", protect=True)
    row = recorded(protected, fingerprint=print_of(P))
    assert told(plan_of([P], [row], [observed(P)])) == [("record", "lifecycle.protect", True, False)]
    assert told(plan_of([protected]))[1:] == [("create", "lifecycle.protect", False, True)]


def test_an_adoption_says_which_object_it_binds() -> None:
    assert ("adopt", "ledger", ABSENT, "id-Support") in told(plan_of([P], entities=[observed(P)]))


def test_a_forgotten_object_is_told_by_its_id() -> None:
    made = plan_of(rows=[recorded(P)], entities=[observed(P)], removals=[removal(P.address, delete=False)])
    assert told(made) == [("forget", "ledger", "id-Support", ABSENT)]


def test_a_move_binds_one_address_and_forgets_the_other() -> None:
    renamed = purpose("Help", spec={"name": "Support"})
    made = plan_of([renamed], [recorded(P)], [observed(P)], moves=[move("Purpose/Support", "Purpose/Help")])
    assert ("record", "ledger", ABSENT, "id-Support") in told(made)
    assert ("forget", "ledger", "id-Support", ABSENT) in told(made)


def test_requests_that_are_moved_or_forgotten_are_paths() -> None:
    made = replace(plan_of(), moved_requests={"k1": Address("DataExport", "x")}, forgotten_requests=("k2",))
    assert told(made) == [
        ("record", "requests.k1", ABSENT, "DataExport/x"),
        ("forget", "requests.k2", "k2", ABSENT),
    ]


def test_no_change_is_without_a_path() -> None:
    blank = replace(plan_of([P], [recorded(P, protect=True)], [observed(P)]).changes[0], fields=(), protected=False)
    made = replace(plan_of(), changes=(blank,))
    assert told(made) == [("record", "ledger", "id-Support", "id-Support")]


def test_versions_counts_and_times_are_in_none() -> None:
    wanted = purpose("Support", spec={"description": "Better"})
    one = plan_of([wanted], [recorded(P)], [observed(P)])
    other = plan_of([wanted], [recorded(P, revision=9, version=7)], [observed(P, version=7)], tool="another")
    assert paths(one) == paths(other)


def test_order_that_means_nothing_is_in_none() -> None:
    one, other = ([field("a"), field("b")][::step] for step in (1, -1))
    assert [each.after for each in paths(plan_of([schema("s", *one)]))] == [
        each.after for each in paths(plan_of([schema("s", *other)]))
    ]


# Findings.


def shrunk(*, accepted: bool = True, **spec: Json) -> Plan:
    said = acknowledgement("PU101", "retention", change="180d -> 90d")
    wanted = purpose("Support", spec={"retention": "90d", **spec}, acknowledge=(said,) if accepted else ())
    return plan_of([wanted], [recorded(P)], [observed(P)])


def verdicts(made: Plan) -> dict[str, set[str]]:
    return {".".join(each.path): {f"{said.code} {said.word}" for said in each.verdicts} for each in paths(made)}


def test_a_verdict_is_of_the_paths_that_its_finding_touches() -> None:
    assert verdicts(shrunk(description="Better")) == {
        "spec.retention": {"PU101 acknowledged"},
        "spec.description": set(),
    }
    assert verdicts(shrunk(accepted=False)) == {"spec.retention": {"PU101 blocking"}}


@pytest.mark.parametrize("path", [(), ("elsewhere",)], ids=["the whole object", "no changed path"])
def test_a_verdict_on_no_path_in_particular_is_of_all(path: tuple[str, ...]) -> None:
    made = plan_of([purpose("Support", spec={"description": "x", "retention": "200d"})], [recorded(P)], [observed(P)])
    found = Finding("XX100", Severity.WARN, "Something", P.address, path)
    assert set(map(frozenset, verdicts(replace(made, findings=(found,))).values())) == {frozenset({"XX100 warn"})}


def test_a_verdict_on_the_whole_object_is_of_its_protection_and_binding_too() -> None:
    made = plan_of([purpose("Support", protect=True)], entities=[observed(P)])
    found = Finding("XX100", Severity.WARN, "Something", P.address)
    assert all("XX100 warn" in said for said in verdicts(replace(made, findings=(found,))).values())


@pytest.mark.parametrize("code", sorted(BESIDE))
def test_what_is_so_beside_a_change_is_no_verdict_on_it(code: str) -> None:
    made = shrunk()
    beside = Finding(code, Severity.WARN, "Beside", P.address, ("retention",))
    assert verdicts(replace(made, findings=(*made.findings, beside))) == verdicts(made)


def test_a_foreign_edit_elsewhere_is_no_verdict() -> None:
    wanted = purpose("Support", spec={"description": "Better"})
    theirs = edited(observed(P), retentionPeriod="20d")
    made = plan_of([wanted], [recorded(P)], [theirs], choices=KEEP)
    assert verdicts(made) == {"spec.description": set()}


# What stands by its manifest.


def test_requests_and_orders_stand_by_their_manifests() -> None:
    asked = manifest("DataExport", "x", {"window": {"day": "2026-09-01"}})
    asked = replace(asked, normal={name: value for name, value in asked.normal.items() if name != "name"})
    standing = plan_of([asked, P]).standing
    assert list(standing) == [asked.address]
    other = replace(asked, normal={**asked.normal, "generation": 2})
    assert plan_of([other]).standing != standing
    assert plan_of([replace(asked, live_id="id-9")]).standing != standing


# Files.


def test_a_plan_that_sends_something_else_than_it_records_approves_nothing() -> None:
    made = plan_of([P])
    [change] = made.changes
    sly = replace(made, changes=(replace(change, after={**(change.after or {}), "retention": "1d"}),))
    with pytest.raises(ValueError, match="shape of its kind"):
        approval_of("pr.json", "sha256:0", sly, KINDS)
