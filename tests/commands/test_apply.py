"""`reconciler apply`: what a user does with it, and what others do meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import (
    CUSTOMER,
    SETTLE,
    SUPPORT,
    Json,
    Project,
    Start,
    acknowledging,
    link,
    purpose,
    removed,
    schema,
    text,
)

SCHEMAS = "/api/v2/data/flex/schemas"
PURPOSES = "/api/v2/privacy/purposes"


def _fields(project: Project, name: str = "customer") -> list[str]:
    return [field["name"] for field in project.control.find("flex_schemas", name)["fields"]]


def _adding(project: Project, *names: str, target: str = "customer") -> Json:
    """A colleague's edit that adds fields to the schema as it is now."""
    fields = [*project.control.find("flex_schemas", target)["fields"], *(text(name) for name in names)]
    return {"operation": "patch", "collection": "flex_schemas", "target": target, "body": {"fields": fields}}


# Plans, saved and fresh.


def test_what_is_in_the_manifests_is_made_and_the_second_plan_is_empty(project: Project) -> None:
    project.write(purpose(), schema())
    assert project.apply().outcomes == {SUPPORT: "done", CUSTOMER: "done"}
    assert sorted(project.actions()) == [("create", "Support"), ("create", "customer")]
    assert project.plan("--detailed-exitcode").code == 0


def test_a_saved_plan_is_applied_without_the_manifests(project: Project) -> None:
    file = project.write(purpose())
    project.plan("--out", "plan.json")
    seal = project.plan().document["seal"]
    file.unlink()
    assert seal.startswith("sha256:")
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {SUPPORT: "done"})


def test_the_line_that_plan_prints_can_be_pasted(project: Project) -> None:
    project.write(purpose())
    line = project.run("plan", "--out", "plan.json").err.splitlines()[-1]
    assert line.startswith("reconciler apply plan.json --seal sha256:")
    assert project.run(*line.split()[1:]).code == 0


def test_a_saved_plan_is_applied_once(project: Project) -> None:
    project.write(purpose())
    project.plan("--out", "plan.json")
    project.run("apply", "plan.json")
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {SUPPORT: "already done"})
    assert len(project.effects()) == 1


def test_what_was_planned_first_and_applied_second_is_stale(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="one"))
    project.plan("--out", "one.json")
    project.applied(purpose(description="two"))
    assert project.run("apply", "one.json").fails_with(4, "The plan is stale", "another plan")
    assert project.effects() == []


def test_a_plan_made_with_another_ledger_is_refused(start: Start) -> None:
    project = start()
    project.applied(purpose())
    project.write(purpose(description="other"))
    project.plan("--out", "plan.json")
    project.configure(ledger="another.db")
    ran = project.run("apply", "plan.json")
    assert ran.code == 4
    assert project.effects() == []


@pytest.mark.parametrize(
    "option",
    [
        ("--drift", "keep"),
        ("--allow-delete",),
        ("--exclude", "Purpose"),
        ("--on-conflict", "stop"),
        ("--as-of", "2026-11-01T00:00:00Z"),
    ],
    ids=lambda option: option[0],
)
def test_what_a_saved_plan_would_ignore_is_refused(project: Project, option: tuple[str, ...]) -> None:
    project.write(purpose())
    project.plan("--out", "plan.json")
    ran = project.run("apply", "plan.json", *option)
    assert ran.fails_with(1, "The plan is made already", option[0])
    assert project.effects() == []


def test_nothing_to_do_is_said_and_succeeds(project: Project) -> None:
    project.applied(purpose())
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 0
    assert ran.says("No changes. The organisation matches the manifests.")


def test_an_empty_saved_plan_succeeds(project: Project) -> None:
    project.applied(purpose())
    project.plan("--out", "plan.json")
    assert project.run("apply", "plan.json").code == 0


def test_without_a_terminal_somebody_must_approve(project: Project) -> None:
    project.write(purpose())
    ran = project.run("apply")
    assert ran.fails_with(1, "Nobody is there to approve the plan", "--auto-approve")
    assert project.control.requests() == []


def test_a_seal_without_a_plan_is_a_slip(project: Project) -> None:
    project.write(purpose())
    ran = project.run("apply", "--auto-approve", "--seal", "sha256:0")
    assert ran.fails_with(1, "--seal goes with a plan file")


def test_a_blocked_plan_is_shown_and_not_applied(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a")), purpose())
    ran = project.apply()
    assert (ran.code, ran.document["blocked"], ran.codes) == (3, True, ["FS101"])
    assert project.run("apply", "--auto-approve").says("FS101", "Blocked by 1 finding: nothing can be applied")
    assert project.effects() == []


def test_a_saved_plan_that_is_blocked_is_refused_with_its_findings(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a")))
    planned = project.run("plan", "--out", "plan.json")
    assert planned.code == 3
    assert "apply will refuse it" in planned.err
    assert project.run("apply", "plan.json").fails_with(3, "The plan is blocked", "FS101")
    assert project.effects() == []


def test_the_acknowledgement_that_the_plan_prints_lets_it_through(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a"), lifecycle=acknowledging("FS101", "fields.b", removes=["b"])))
    assert project.apply().outcomes == {CUSTOMER: "done"}
    assert _fields(project) == ["a"]


# A colleague writes at the same time.


def test_a_colleagues_concurrent_edit_is_merged_and_survives(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[_adding(project, "theirs")])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (0, {CUSTOMER: "merged"})
    assert ran.document["results"][0]["theirs"] == ["fields.theirs"]
    assert sorted(_fields(project)) == ["a", "b", "theirs"]
    assert project.plan("--detailed-exitcode").code == 0


def test_the_merge_costs_two_more_calls(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    project.plan("--out", "plan.json")
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[_adding(project, "theirs")])
    project.control.forget()
    project.run("apply", "plan.json")
    calls = [each.method for each in project.control.requests() if SCHEMAS in each.path]
    assert calls == ["PUT", "GET", "PUT"]


def test_an_overlapping_edit_is_a_conflict_and_nothing_is_written(project: Project) -> None:
    project.applied(schema(text("a"), description="base"))
    project.write(schema(text("a"), description="ours"))
    edit = {"operation": "patch", "collection": "flex_schemas", "target": "customer", "body": {"description": "theirs"}}
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[edit])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {CUSTOMER: "conflict"})
    assert ran.document["results"][0]["overlaps"] == [
        {"path": "description", "base": "base", "ours": "ours", "theirs": "theirs"}
    ]
    assert project.effects() == []
    assert project.control.find("flex_schemas", "customer")["description"] == "theirs"


def test_on_conflict_stop_never_merges(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[_adding(project, "theirs")])
    ran = project.apply("--on-conflict", "stop")
    assert (ran.code, ran.outcomes) == (4, {CUSTOMER: "conflict"})
    assert _fields(project) == ["a", "theirs"]


def test_an_object_deleted_meanwhile_is_a_conflict(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    edit = {"operation": "delete", "collection": "flex_schemas", "target": "customer"}
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[edit])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {CUSTOMER: "conflict"})
    assert ran.says("The object was deleted meanwhile")


def test_a_deletion_is_never_merged_with_an_edit(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(removed(CUSTOMER))
    project.control.fault(f"DELETE {SCHEMAS}/*", "edit", edits=[_adding(project, "theirs")])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {CUSTOMER: "conflict"})
    assert _fields(project) == ["a", "theirs"]


def test_a_merge_that_would_be_unsafe_is_a_conflict(project: Project) -> None:
    """Ours alone fits, and theirs; together they are more fields than a schema may have."""
    project.applied(schema(*(text(f"f{number}") for number in range(99))))
    project.write(schema(*(text(f"f{number}") for number in range(100))))
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[_adding(project, "theirs")])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {CUSTOMER: "conflict"})
    assert ran.says("FS110")


def test_what_nobody_stated_survives_an_update(project: Project) -> None:
    project.applied(schema(text("a")))
    edit = _adding(project, "theirs")
    project.control.edit("flex_schemas", "customer", edit["body"])
    project.write(schema(text("a"), text("b")))
    ran = project.apply()
    assert ran.code == 0
    assert sorted(_fields(project)) == ["a", "b", "theirs"]


def test_drift_is_set_back_or_kept(project: Project) -> None:
    project.applied(purpose())
    project.control.edit("purposes", "Support", {"description": "drifted"})
    kept = project.apply("--drift", "keep")
    assert (kept.code, kept.codes, project.effects()) == (0, ["RC201"], [])
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.control.find("purposes", "Support")["description"] == "Why"


# Adopting, recreating, deleting, protecting.


def _live_purpose(**changes: str) -> Json:
    body = {"name": "Support", "description": "Why", "retentionPeriod": "180d", "legalBasis": "contract"}
    return {**body, "isActive": True, **changes}


def test_an_object_that_is_as_stated_is_adopted_without_a_call(project: Project) -> None:
    project.control.create("purposes", _live_purpose())
    project.write(purpose())
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.effects() == []
    assert project.row(SUPPORT).origin == "adopted"


def test_an_object_that_differs_is_adopted_only_on_a_word(project: Project) -> None:
    project.control.create("purposes", _live_purpose(description="Theirs"))
    project.write(purpose())
    blocked = project.apply()
    assert (blocked.code, blocked.codes) == (3, ["RC101"])
    project.write(purpose(lifecycle={"adopt": True}))
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.actions() == [("replace", "Support")]


def test_what_was_adopted_is_forgotten_and_stays(project: Project) -> None:
    project.control.create("purposes", _live_purpose())
    project.applied(purpose())
    project.write(to="all.yaml")
    assert project.plan().steps == [("forget", SUPPORT)]
    assert project.apply().code == 0
    assert project.effects() == []
    assert project.rows() == {}


def test_an_object_that_vanished_is_made_again(project: Project) -> None:
    project.applied(purpose())
    project.control.delete("purposes", "Support")
    ran = project.plan()
    assert (ran.steps, ran.codes) == ([("recreate", SUPPORT)], ["RC204"])
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.actions() == [("create", "Support")]


def test_a_lost_manifest_deletes_nothing(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    project.write(purpose())
    ran = project.apply()
    assert (ran.code, ran.codes) == (3, ["RC301"])
    assert project.effects() == []


def test_removed_deletes(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    project.write(purpose(), removed("Purpose/Other"))
    assert project.apply().outcomes == {"Purpose/Other": "done"}
    assert project.actions() == [("delete", "Other")]
    assert project.plan("--detailed-exitcode").code == 0


def test_removed_without_delete_forgets(project: Project) -> None:
    project.applied(purpose())
    project.write(removed(SUPPORT, delete=False))
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.effects() == []
    assert project.rows() == {}


def test_allow_delete_deletes(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    project.write(purpose())
    assert project.apply("--allow-delete").outcomes == {"Purpose/Other": "done"}
    assert project.actions() == [("delete", "Other")]


def test_more_deletions_than_the_limit_are_blocked(project: Project) -> None:
    project.applied(*(purpose(f"Purpose_{number}") for number in range(3)))
    project.write(removed("Purpose/Purpose_0", "Purpose/Purpose_1"))
    project.configure(limits={"deletions": {"count": 1}})
    ran = project.apply("--allow-delete")
    assert (ran.code, ran.codes) == (3, ["RC303"])
    project.configure(limits={"deletions": {"count": 3, "percent": 100}})
    assert project.apply("--allow-delete").code == 0
    assert len(project.effects()) == 3


def test_protection_outlives_the_manifest_and_is_lifted_in_two_steps(project: Project) -> None:
    project.applied(purpose(lifecycle={"protect": True}))
    project.write(removed(SUPPORT))
    blocked = project.apply()
    assert (blocked.code, blocked.codes) == (3, ["RC302"])
    project.write(purpose())
    lifting = project.plan()
    assert lifting.steps == [("record", SUPPORT)]
    assert project.apply().code == 0
    assert project.effects() == []
    project.write(removed(SUPPORT))
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.actions() == [("delete", "Support")]


def test_what_others_point_at_is_not_deleted(project: Project) -> None:
    project.applied(schema())
    live = project.control.find("flex_schemas", "customer")["id"]
    pointing = {"name": "c", "type": "relationship", "relationship": {"schemaId": live, "fieldName": "customerId"}}
    project.control.create("flex_schemas", {"name": "Theirs", "fields": [pointing]})
    project.write(removed(CUSTOMER))
    ran = project.apply()
    assert (ran.code, ran.codes) == (3, ["RC304"])
    assert project.effects() == []


def test_a_reference_goes_before_its_target(project: Project) -> None:
    project.applied(schema(), schema(text("id"), link("c", "customer"), named="contract"))
    accepted = acknowledging("FS101", "fields.c", removes=["c"])
    project.write(schema(text("id"), named="contract", lifecycle=accepted), removed("FlexSchema/customer"))
    assert project.apply().code == 0
    assert project.actions() == [("replace", "contract"), ("delete", "customer")]


# Several at once.


def test_a_target_is_made_before_what_points_at_it(project: Project) -> None:
    project.write(schema(link("c", "zebra"), named="alpha"), schema(named="zebra"))
    assert project.apply().code == 0
    assert [name for _, name in project.actions()] == ["zebra", "alpha"]


def test_a_circle_is_made_in_two_steps_and_then_nothing_is_left(project: Project) -> None:
    project.write(
        schema(text("customerId"), link("c", "contract")),
        schema(text("customerId"), link("c", "customer"), named="contract"),
    )
    ran = project.apply()
    assert ran.code == 0
    assert sorted(action for action, _ in project.actions()) == ["create", "create", "replace"]
    assert project.plan("--detailed-exitcode").code == 0


def test_a_schema_may_point_at_itself(project: Project) -> None:
    project.write(schema(text("customerId"), link("parent", "customer")))
    assert project.apply().code == 0
    assert project.plan("--detailed-exitcode").code == 0


def test_a_failure_skips_only_what_depends_on_it(project: Project) -> None:
    project.write(schema(), schema(link("c", "customer"), named="contract"), purpose())
    project.control.fault(f"POST {SCHEMAS}", "status", status=422)
    ran = project.apply()
    assert ran.code == 5
    assert ran.outcomes == {CUSTOMER: "failed", "FlexSchema/contract": "skipped", SUPPORT: "done"}
    again = project.apply()
    assert (again.code, again.outcomes) == (0, {CUSTOMER: "done", "FlexSchema/contract": "done"})


def test_a_failure_with_nothing_written_is_an_error(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "status", status=400)
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (1, {SUPPORT: "failed"})
    assert ran.document["results"][0]["where"].startswith(f"POST {PURPOSES}")


def test_a_conflict_beside_a_success_is_partial(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="ours"), purpose("Other"))
    edit = {"operation": "patch", "collection": "purposes", "target": "Support", "body": {"description": "theirs"}}
    project.control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (5, {SUPPORT: "conflict", "Purpose/Other": "done"})


# What only the ledger is told.


def test_local_members_are_recorded_without_a_call(project: Project) -> None:
    project.applied(schema(text("a")), purpose())
    project.write(schema(text("a", personalData=True, purpose="Support")), purpose())
    ran = project.plan()
    assert ran.steps == [("record", CUSTOMER)]
    assert project.apply().code == 0
    assert project.effects() == []
    assert project.row(CUSTOMER).declared["fields"][0]["personalData"] is True
    assert project.plan("--detailed-exitcode").code == 0


def test_local_members_never_reach_the_organisation(project: Project) -> None:
    project.write(schema(text("a", personalData=True, purpose="Support")), purpose())
    project.apply()
    assert project.control.find("flex_schemas", "customer")["fields"] == [
        {"name": "a", "type": "string", "required": False}
    ]


def test_another_length_of_a_retention_class_changes_what_uses_it(project: Project) -> None:
    project.configure(retentionClasses={"standard": {"retention": "180d"}})
    project.applied(purpose(retention={"class": "standard"}))
    project.configure(retentionClasses={"standard": {"retention": "200d"}})
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.control.find("purposes", "Support")["retentionPeriod"] == "200d"


def test_two_spellings_of_a_retention_are_one_value(project: Project) -> None:
    project.applied(purpose(retention="P180D"))
    project.write(purpose(retention="180d"))
    assert project.plan("--detailed-exitcode").code == 0


# Locks and cuts.


def test_the_ledgers_lock_is_one_at_a_time(project: Project, tmp_path: Path) -> None:
    from reconciler.commands.clock import SystemClock
    from reconciler.state import hold

    project.write(purpose())
    with hold(project.ledger, SystemClock(), command="another apply"):
        ran = project.run("apply", "--auto-approve", "--lock-timeout", "2s")
        assert project.run("state", "lock").says("Held by process", "another apply")
        assert project.plan().code == 0, "planning takes no lock"
    assert ran.fails_with(6, "The ledger is locked", "another apply", "--lock-timeout")
    assert project.effects() == []
    assert project.run("state", "lock").says("Nobody holds the lock.")


def test_a_creation_whose_answer_was_lost_is_found_and_not_made_twice(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="after")
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.actions() == [("create", "Support")]


def test_a_creation_that_never_happened_is_sent_again_after_the_settle_time(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="before")
    assert project.apply().outcomes == {SUPPORT: "done"}
    assert project.actions() == [("create", "Support")]
    assert project.time.waited >= SETTLE


def test_a_write_that_cannot_be_recorded_is_in_doubt_and_found_by_the_next_run(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    project.control.fault(f"PUT {SCHEMAS}/*", "mangle", set={"fields": "none"})
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (5, {CUSTOMER: "in doubt"})
    assert _fields(project) == ["a", "b"]
    assert project.apply().outcomes == {CUSTOMER: "done"}
    assert len(project.effects()) == 1, "the second run only records it"


def test_a_person_decides_which_of_several_candidates_is_ours(project: Project) -> None:
    """A creation is cut off for good; before the next run, somebody makes two objects that look like it."""
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="before", times=1)
    project.control.fault(f"GET {PURPOSES}", "status", status=400, skip=1, times=None)
    assert project.apply().code == 5
    project.control.clear_faults()
    one = project.control.create("purposes", _live_purpose(), force=True)
    two = project.control.create("purposes", _live_purpose(), force=True)
    assert project.apply().fails_in_doubt(one["id"], two["id"])
    project.write(purpose(metadata={"id": two["id"]}))
    assert project.apply().code == 0
    assert project.row(SUPPORT).live_id == two["id"]
    assert project.effects() == []
