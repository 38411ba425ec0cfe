"""`reconciler apply --approved-plan`: what was reviewed is what is applied, or nothing is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .approving import NOT_APPROVED, gaps, merged, refused, reviewed
from .project import CUSTOMER, SUPPORT, Project, acknowledging, purpose, removed, schema, text

GITHUB = {"GITHUB_SHA": "3f2c91a", "GITHUB_ACTOR": "octo"}


def edited(project: Project, **members: str) -> None:
    project.control.edit("purposes", "Support", members)


# What goes on.


def test_what_was_approved_is_applied(project: Project) -> None:
    ran = merged(project, reviewed(project, purpose(), schema()))
    assert (ran.code, ran.outcomes) == (0, {SUPPORT: "done", CUSTOMER: "done"})


def test_applying_it_again_finds_nothing_to_do(project: Project) -> None:
    plan = reviewed(project, purpose(), schema())
    merged(project, plan)
    project.control.forget()
    assert (merged(project, plan).code, project.effects()) == (0, [])


def test_updates_deletions_and_adoptions_are_approved_alike(project: Project) -> None:
    theirs = {"name": "Theirs", "description": "d", "retentionPeriod": "20d", "legalBasis": "consent"}
    project.control.create("purposes", theirs)
    project.applied(purpose(), schema())
    adopted = purpose("Theirs", lifecycle={"adopt": True})
    plan = reviewed(project, purpose(description="Better"), adopted, removed(CUSTOMER))
    ran = merged(project, plan)
    assert (ran.code, set(ran.outcomes.values()), len(ran.outcomes)) == (0, {"done"}, 3)


def test_an_acknowledged_change_is_approved_with_its_acknowledgement(project: Project) -> None:
    project.applied(schema(text("customerId"), text("old")))
    said = acknowledging("FS101", "fields.old", removes=["old"])
    ran = merged(project, reviewed(project, schema(lifecycle=said)))
    assert (ran.code, ran.outcomes) == (0, {CUSTOMER: "done"})


def test_two_approved_pull_requests_on_one_object_are_applied_together(project: Project) -> None:
    project.applied(purpose())
    one = reviewed(project, purpose(description="one"), to="one.json")
    other = reviewed(project, purpose(retention="200d"), to="other.json")
    project.write(purpose(description="one", retention="200d"))
    assert merged(project, one, other).code == 0


def test_the_same_plan_twice_does_no_harm(project: Project) -> None:
    plan = reviewed(project, purpose())
    Path("copy.json").write_bytes(Path(plan).read_bytes())
    assert merged(project, plan, plan, "copy.json").code == 0


def test_a_folder_stands_for_the_plans_in_it(project: Project) -> None:
    Path("approved").mkdir()
    reviewed(project, purpose(), to="approved/1.json")
    assert merged(project, "approved").code == 0


def test_a_foreign_edit_beside_what_was_approved_is_kept(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="Better"))
    edited(project, retentionPeriod="20d")
    assert merged(project, plan).code == 0
    live = project.control.find("purposes", "Support")
    assert (live["description"], live["retentionPeriod"]) == ("Better", "20d")


def test_what_others_have_done_already_is_only_recorded(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="Better"))
    edited(project, description="Better")
    ran = merged(project, plan)
    assert (ran.code, project.effects()) == (0, [])
    assert project.row(SUPPORT).declared["description"] == "Better"


def test_a_deletion_that_others_have_made_already_is_only_recorded(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    plan = reviewed(project, purpose("Other"), removed(SUPPORT))
    project.control.delete("purposes", "Support", force=True)
    assert (merged(project, plan).code, project.effects()) == (0, [])
    assert SUPPORT not in map(str, project.rows())


def test_what_was_deleted_in_the_meantime_stays_gone_and_holds_nothing_up(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    plan = reviewed(project, purpose(), purpose("Other", description="Better"))
    project.control.delete("purposes", "Support", force=True)
    assert merged(project, plan).outcomes == {"Purpose/Other": "done"}
    assert "RC205" in project.plan("--drift", "keep").codes


def test_without_a_terminal_nobody_is_asked(project: Project) -> None:
    assert merged(project, reviewed(project, purpose())).code == 0


def test_a_part_can_be_applied_and_the_rest_later(project: Project) -> None:
    plan = reviewed(project, purpose(), schema())
    first = project.run("apply", "--drift", "keep", "-o", "json", "--approved-plan", plan, "--target", "Purpose")
    assert (first.code, first.outcomes) == (0, {SUPPORT: "done"})
    assert merged(project, plan).outcomes == {CUSTOMER: "done"}


def test_a_plan_may_hold_what_was_merged_before_it_and_applied_since(project: Project) -> None:
    project.applied(purpose(), schema(text("customerId"), text("old")))
    said = acknowledging("FS101", "fields.old", removes=["old"])
    first = (purpose(description="one"), purpose("Newer"), schema(lifecycle=said))
    one = reviewed(project, *first, to="one.json")
    other = reviewed(project, *first, purpose("Other"), to="other.json")
    project.write(*first)
    assert merged(project, one).code == 0
    project.write(*first, purpose("Other"))
    assert merged(project, other).outcomes == {"Purpose/Other": "done"}


# What is refused, with the difference.


def test_a_change_that_nobody_approved(project: Project) -> None:
    plan = reviewed(project, purpose())
    project.write(purpose(), schema())
    assert gaps(refused(project, plan)) == [("not approved", CUSTOMER, "spec")]


def test_a_plan_of_a_part_approves_that_part_alone(project: Project) -> None:
    project.write(purpose(), schema())
    project.run("plan", "--drift", "keep", "--target", "Purpose", "--out", "part.json")
    assert gaps(refused(project, "part.json")) == [("not approved", CUSTOMER, "spec")]


def test_a_change_that_was_approved_otherwise_is_shown_with_both(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="one"))
    project.write(purpose(description="two"))
    ran = project.run("apply", "--drift", "keep", "--approved-plan", plan)
    assert ran.fails_with(4, NOT_APPROVED, "planned now: update Why -> two", "approved: update Why -> one", "pr.json")
    [found] = refused(project, plan).document["differences"]
    assert (found["gap"], found["planned"]["after"], found["approved"][0]["after"]) == ("not approved", "two", "one")


def test_the_audit_says_where_it_differed_and_keeps_no_value(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="one"))
    project.write(purpose(description="two"))
    refused(project, plan)
    assert project.audit()[-1].summary == (f"not approved:{SUPPORT} spec.description",)
    assert project.audit()[-1].detail == NOT_APPROVED


def test_an_approved_change_that_the_merged_manifests_do_not_state(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="Better"))
    project.write(purpose())
    assert gaps(refused(project, plan)) == [("not come about", SUPPORT, "spec.description")]


def test_an_approved_creation_that_failed_and_was_given_up(project: Project) -> None:
    plan = reviewed(project, purpose(), schema())
    project.control.fault("POST /api/v2/data/flex/schemas", "status", status=400)
    assert merged(project, plan).code == 5
    project.control.forget()
    project.write(purpose())
    assert gaps(refused(project, plan)) == [("not come about", CUSTOMER, "spec")]


def test_a_foreign_edit_of_what_was_approved(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="Better"))
    edited(project, description="theirs")
    [found] = refused(project, plan).document["differences"]
    assert (found["gap"], found["observed"]) == ("not come about", "theirs")


def test_a_foreign_edit_of_what_was_to_be_deleted(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    plan = reviewed(project, purpose("Other"), removed(SUPPORT))
    edited(project, description="theirs")
    assert ("not approved", SUPPORT, "spec") in gaps(refused(project, plan))


def test_two_approved_pull_requests_that_contradict_each_other(project: Project) -> None:
    project.applied(purpose())
    one = reviewed(project, purpose(description="one"), to="one.json")
    other = reviewed(project, purpose(description="two"), to="other.json")
    [found] = refused(project, one, other).document["differences"]
    assert (found["planned"]["after"], found["approved"][0]["after"]) == ("two", "one")


def test_one_that_was_applied_after_another_on_the_same_object(project: Project) -> None:
    project.applied(purpose())
    one = reviewed(project, purpose(description="one"), to="one.json")
    other = reviewed(project, purpose(retention="200d"), to="other.json")
    project.write(purpose(description="one"))
    seal = merged(project, one, **GITHUB).document["seal"]
    project.control.forget()
    project.write(purpose(description="one", retention="200d"))
    [found] = refused(project, other).document["differences"]
    assert (found["gap"], found["address"]) == ("overtaken", SUPPORT)
    assert seal in found["detail"]
    assert "for the commit 3f2c91a" in found["detail"]


def test_protection_that_is_lifted_without_approval(project: Project) -> None:
    project.applied(purpose(lifecycle={"protect": True}))
    plan = reviewed(project, purpose(lifecycle={"protect": True}, description="Better"))
    project.write(purpose(description="Better"))
    assert ("not approved", SUPPORT, "lifecycle.protect") in gaps(refused(project, plan))


def test_an_acknowledgement_that_has_expired_since(project: Project) -> None:
    project.applied(schema(text("customerId"), text("old")))
    said = acknowledging("FS101", "fields.old", removes=["old"])
    said["acknowledge"][0]["expires"] = project.control.now()[:10]
    plan = reviewed(project, schema(lifecycle=said))
    project.time.pass_by(86_400 * 2)
    found = refused(project, plan).document["differences"]
    assert found[0]["planned"]["verdicts"] == [{"code": "FS101", "path": "fields.old", "verdict": "blocking"}]
    assert found[0]["approved"][0]["verdicts"] == [{"code": "FS101", "path": "fields.old", "verdict": "acknowledged"}]


def test_evidence_that_is_missing_now(project: Project) -> None:
    project.applied(schema(text("customerId"), text("score")))
    project.control.put_records("customer", [{"customerId": "1", "score": "7"}])
    plan = reviewed(project, schema(text("customerId"), text("score", type="number")))
    project.control.put_records("customer", [{"customerId": "1", "score": "seven"}])
    assert gaps(refused(project, plan))[0] == ("not approved", CUSTOMER, "spec.fields.score.type")


def test_drift_that_is_set_back_without_approval(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(), schema())
    edited(project, description="theirs")
    ran = project.run("apply", "-o", "json", "--approved-plan", plan)
    assert (ran.code, gaps(ran)) == (4, [("not approved", SUPPORT, "spec.description")])


# What is noted.


def test_the_last_commit_that_was_applied_is_told(project: Project) -> None:
    assert project.run("state", "applied").out == ""
    merged(project, reviewed(project, purpose()), **GITHUB)
    project.applied(purpose(description="by hand"))
    assert project.run("state", "applied").out == "3f2c91a\n"


def test_a_commit_without_changes_counts_as_applied(project: Project) -> None:
    project.applied(purpose())
    merged(project, reviewed(project, purpose()), GITHUB_SHA="abc")
    assert project.run("state", "applied").out == "abc\n"


def test_a_commit_that_failed_or_was_applied_in_part_does_not_count(project: Project) -> None:
    plan = reviewed(project, purpose(), schema())
    project.run("apply", "--drift", "keep", "--approved-plan", plan, "--target", "Purpose", **GITHUB)
    project.control.fault("POST /api/v2/data/flex/schemas", "status", status=400)
    assert merged(project, plan, **GITHUB).code == 1
    assert project.run("state", "applied").out == ""
    assert (project.audit()[-1].action, project.audit()[-1].result) == ("APPLIED", "FAILED")


def test_what_approved_a_run_is_noted_before_its_first_effect_and_after_its_last(project: Project) -> None:
    plan = reviewed(project, purpose())
    fresh = merged(project, plan).document["seal"]
    first, *_, last = project.audit()
    assert (first.action, first.result, first.seal) == ("APPROVED", "RECORDED", fresh)
    assert (last.action, last.result, last.seal) == ("APPLIED", "SUCCESS", fresh)
    assert first.summary == last.summary != ()


# What cannot be meant.


@pytest.mark.parametrize("words", [("pr.json",), ("--seal", "sha256:0")], ids=["plan", "seal"])
def test_a_plan_is_applied_or_approves(project: Project, words: tuple[str, ...]) -> None:
    plan = reviewed(project, purpose())
    assert project.run("apply", *words, "--approved-plan", plan).code == 1
    assert project.effects() == []


def test_a_ledger_that_fails_at_the_very_end_does_not_hide_what_was_done(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="Better"))
    trigger = (
        "CREATE TRIGGER full BEFORE INSERT ON audit WHEN NEW.action = 'APPLIED' BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with closing(sqlite3.connect(project.ledger)) as connection:
        connection.execute(trigger)
    ran = merged(project, plan)
    assert (ran.code, ran.outcomes) == (5, {SUPPORT: "done"})
    assert "ledger" in ran.document["error"]
