"""The second table of ARCHITECTURE §3: one object that is desired, recorded and there, by field."""

from __future__ import annotations

from reconciler.kinds import KINDS
from reconciler.model.normal import answer_print, imprint
from reconciler.model.plan import Action, Cause, Plan
from reconciler.model.values import ABSENT
from reconciler.planning.situation import Choices, Drift

from builders import (
    blocking,
    codes,
    edited,
    field,
    observed,
    only,
    plan_of,
    print_of,
    purpose,
    recorded,
    relation,
    schema,
)

KEEP = Choices(drift=Drift.KEEP)
BEFORE, NOW, THEIRS = (purpose("P", spec={"description": text}) for text in ("before", "now", "theirs"))


def causes(made: Plan) -> list[tuple[str, Cause]]:
    return [(".".join(part.path), part.cause) for part in only(made).fields]


def test_where_all_agree_nothing_happens() -> None:
    assert plan_of([NOW], [recorded(NOW)], [observed(NOW)]).changes == ()


def test_a_changed_manifest_is_an_update() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [observed(BEFORE)])
    assert causes(made) == [("description", Cause.UPDATE)]
    assert only(made).action is Action.UPDATE
    part = only(made).fields[0]
    assert (part.before, part.after, part.base) == ("before", "now", "before")


def test_an_edit_behind_our_back_is_drift_and_is_set_back() -> None:
    made = plan_of([NOW], [recorded(NOW)], [observed(THEIRS)])
    assert causes(made) == [("description", Cause.DRIFT)]
    assert only(made).after["description"] == "now"  # type: ignore[index]
    assert only(made).reason == "changed behind our back"


def test_an_edit_that_the_manifest_agrees_with_is_recorded() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [observed(NOW)])
    assert causes(made) == [("description", Cause.RECORD)]
    assert only(made).action is Action.RECORD
    assert not only(made).writes


def test_an_edit_that_the_manifest_overrides_is_said_so() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [observed(THEIRS)])
    assert causes(made) == [("description", Cause.OVERRIDE)]
    assert codes(made) == ["RC203"]
    assert not made.blocked
    part = only(made).fields[0]
    assert (part.before, part.after, part.base) == ("theirs", "now", "before")


def test_drift_is_left_alone_where_it_is_to_be_kept() -> None:
    made = plan_of([NOW], [recorded(NOW)], [observed(THEIRS)], choices=KEEP)
    assert made.changes == ()
    assert codes(made) == ["RC201"]


def test_an_override_is_left_alone_where_drift_is_to_be_kept() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [observed(THEIRS)], choices=KEEP)
    assert made.changes == ()
    assert codes(made) == ["RC201"]


def test_kept_drift_does_not_hold_up_the_rest() -> None:
    wanted = purpose("P", spec={"description": "now", "retention": "200d"})
    made = plan_of([wanted], [recorded(NOW)], [observed(THEIRS)], choices=KEEP)
    assert causes(made) == [("retention", Cause.UPDATE)]
    assert only(made).after["description"] == "theirs"  # type: ignore[index]
    assert [part.path for part in only(made).kept] == [("description",)]


def test_an_element_that_somebody_removed_stays_away_where_drift_is_to_be_kept() -> None:
    stated = schema("s", field("a"), field("b"))
    without = edited(observed(stated), fields=[{"name": "a", "type": "string", "required": False}])
    made = plan_of([stated], [recorded(stated)], [without], choices=KEEP)
    assert made.changes == ()
    assert "fields.b was removed" in made.findings[0].detail


def test_the_precondition_is_what_was_seen_when_planning() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [observed(BEFORE, version=7)])
    seen = only(made).precondition
    assert seen is not None
    assert (seen.version, seen.fingerprint) == (7, imprint(KINDS[BEFORE.address.kind].shape, BEFORE.normal))
    assert seen.answer == print_of(BEFORE, observed(BEFORE, version=7))


def test_an_object_without_a_version_is_locked_by_comparing() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [observed(BEFORE, version=None)])
    assert only(made).lock == "compare"
    assert made.budget.apply_calls == 3


def test_a_fingerprint_of_another_answer_is_looked_into() -> None:
    stale = recorded(NOW, fingerprint="sha256:other")
    assert plan_of([NOW], [stale], [observed(NOW)]).unchanged == 1
    assert causes(plan_of([NOW], [stale], [observed(THEIRS)])) == [("description", Cause.DRIFT)]


def test_an_unchanged_answer_is_looked_into_where_its_references_mean_something_else_now() -> None:
    target, ours = schema("contract", field("id")), schema("customer", relation("to", "contract"))
    entity = observed(ours)
    names = {"id-contract": "contract", "id-customer": "customer"}
    printed = answer_print(KINDS["FlexSchema"].shape, entity.body, named=lambda _, live_id: names.get(live_id))
    rows = [recorded(ours, fingerprint=printed), recorded(target, live_id="id-of-another-contract")]
    entities = [entity, observed(target, live_id="id-of-another-contract")]
    made = plan_of([target, ours], rows, entities)
    assert codes(made) == ["RC202"]
    assert "fields.to.relationship was changed" in made.findings[0].detail


def test_destructive_drift_is_left_out_and_does_not_block() -> None:
    made = plan_of([NOW], [recorded(NOW)], [edited(observed(NOW), retentionPeriod="300d")])
    assert made.changes == ()
    assert codes(made) == ["RC202"]
    assert "PU101" in made.findings[0].detail
    assert not made.blocked


def test_destructive_drift_does_not_hold_up_the_rest() -> None:
    made = plan_of([NOW], [recorded(BEFORE)], [edited(observed(BEFORE), retentionPeriod="300d")])
    assert causes(made) == [("description", Cause.UPDATE)]
    assert only(made).after["retention"] == "300d"  # type: ignore[index]
    assert only(made).reason == "the manifest changed"
    assert not made.blocked


def test_the_rest_of_the_drift_is_set_back() -> None:
    theirs = edited(observed(THEIRS), retentionPeriod="300d")
    made = plan_of([NOW], [recorded(NOW)], [theirs])
    assert causes(made) == [("description", Cause.DRIFT)]
    assert codes(made) == ["RC202"]


def test_destructive_drift_leaves_the_protection_to_be_recorded() -> None:
    protected = purpose("P", protect=True)
    made = plan_of([protected], [recorded(protected, protect=False)], [edited(observed(protected), isActive=True)])
    assert (only(made).action, only(made).protect) == (Action.RECORD, True)
    drifted = edited(observed(protected), retentionPeriod="300d")
    made = plan_of([protected], [recorded(protected, protect=False)], [drifted])
    assert (only(made).action, only(made).reason) == (Action.RECORD, "protection changed")


def test_an_answer_that_lost_a_member_drifts_from_it() -> None:
    made = plan_of([NOW], [recorded(NOW)], [edited(observed(NOW), description=None)])
    assert causes(made) == [("description", Cause.DRIFT)]
    assert only(made).fields[0].before is ABSENT


def test_a_manifest_that_binds_another_object_than_the_ledger_is_an_error() -> None:
    bound = purpose("P", live_id="id-other", spec={"description": "now"})
    assert blocking(plan_of([bound], [recorded(NOW)], [observed(NOW)])) == ["RC104"]
    gone = {("Purpose", "id-P"): None}
    assert blocking(plan_of([bound], [recorded(NOW)], confirmed=gone)) == ["RC104"]
