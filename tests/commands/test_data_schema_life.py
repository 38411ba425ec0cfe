"""A data schema from its creation on, in each of the seven bases, with a colleague about (published API §4)."""

from __future__ import annotations

import pytest

from .data_schemas import (
    CONVERSATIONS,
    EVENTS,
    ROBOT,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    calls,
    change,
    claim,
    edit,
    enum,
    every_base,
    integer,
    named,
    prop,
    properties,
    text,
    toggle,
)
from .project import Project, Start, acknowledging

every_envelope = pytest.mark.parametrize("base", [WORKITEMS, EVENTS, RULES], ids=named)


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def is_settled(project: Project) -> bool:
    ran = project.plan("--detailed-exitcode")
    assert ran.code == 0, str(ran)
    return True


# Creating.


@every_base
def test_what_is_in_the_manifest_is_made_and_the_second_plan_is_empty(project: Project, base: Base) -> None:
    options = enum("state", "open", {"value": "closed", "title": "Closed"})
    project.write(claim(base, text(base, "number", required=True), integer("amount"), options, description="What"))
    assert project.apply().outcomes == {base.address: "done"}
    made = project.control.find(base.collection, "claim")
    assert (made["version"], made["enabled"], made["jsonSchema"]["required"]) == (1, True, ["number"])
    assert made["jsonSchema"]["properties"]["state"]["enum"] == ["open", "closed"]
    assert is_settled(project)


@every_base
def test_one_that_is_not_to_be_enabled_is_made_and_then_disabled(project: Project, base: Base) -> None:
    project.write(claim(base, enabled=False))
    assert project.plan().steps == [("create", base.address), ("update", f"{base.address}+settings")]
    assert project.apply().outcomes == {base.address: "done", f"{base.address}+settings": "done"}
    made = project.control.find(base.collection, "claim")
    assert (made["version"], made["enabled"]) == (2, False)
    assert is_settled(project)


@every_envelope
def test_a_disabling_that_did_not_come_to_pass_is_made_good_by_the_next_run(project: Project, base: Base) -> None:
    project.write(claim(base, enabled=False))
    project.control.fault(f"PUT {base.path}/*", "status", status=400, code="bad.request")
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (5, {base.address: "done", f"{base.address}+settings": "failed"})
    assert project.control.find(base.collection, "claim")["enabled"] is True
    assert project.apply().code == 0
    assert project.control.find(base.collection, "claim")["enabled"] is False
    assert [effect.action for effect in project.effects()] == ["create", "replace"]
    assert is_settled(project)


def test_a_colleague_may_write_between_the_two_steps(project: Project) -> None:
    project.write(claim(USERS, enabled=False))
    theirs = edit(USERS, properties={"theirs": prop(USERS, "Theirs")})
    project.control.fault(f"PUT {USERS.path}/*", "edit", edits=[theirs])
    ran = project.apply()
    assert (ran.code, ran.outcomes[f"{USERS.address}+settings"]) == (0, "merged")
    assert set(properties(project, USERS)) == {"number", "theirs"}
    assert is_settled(project)


# With a colleague.


@every_base
def test_our_field_and_a_colleagues_at_the_same_time_both_stay(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(claim(base, text(base, "number"), integer("ours")))
    theirs = edit(base, properties={"theirs": prop(base, "Theirs")})
    project.control.fault(f"PUT {base.path}/*", "edit", edits=[theirs])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (0, {base.address: "merged"})
    assert ran.document["results"][0]["theirs"] == ["fields.theirs"]
    assert set(properties(project, base)) == {"number", "ours", "theirs"}
    assert is_settled(project)


@every_envelope
def test_the_400_that_means_a_conflict_is_merged_too(start: Start, base: Base) -> None:
    project = start(clients=[ROBOT], settings={"schema_conflict": 400})
    project.applied(claim(base))
    project.write(claim(base, text(base, "number"), integer("ours")))
    theirs = edit(base, properties={"theirs": prop(base, "Theirs")})
    project.control.fault(f"PUT {base.path}/*", "edit", edits=[theirs])
    assert project.apply().outcomes == {base.address: "merged"}
    assert set(properties(project, base)) == {"number", "ours", "theirs"}
    assert is_settled(project)


@every_base
def test_a_colleagues_field_is_kept_and_shown_and_never_planned_away(project: Project, base: Base) -> None:
    project.applied(claim(base))
    change(project, base, properties={"theirs": prop(base, "Theirs")})
    assert is_settled(project)
    project.write(claim(base, text(base, "number"), integer("ours")))
    [planned] = project.plan().document["changes"]
    assert planned["foreign"] == ["fields.theirs"]
    assert project.apply().outcomes == {base.address: "done"}
    assert set(properties(project, base)) == {"number", "ours", "theirs"}


@every_base
def test_toggling_there_and_back_makes_versions_and_no_drift(project: Project, base: Base) -> None:
    project.applied(claim(base))
    toggle(project, base, to=False)
    toggle(project, base, to=True)
    assert project.control.find(base.collection, "claim")["version"] == 3
    assert is_settled(project)
    project.write(claim(base, description="other"))
    project.control.forget()
    assert project.apply().outcomes == {base.address: "done"}
    assert [call for call in calls(project, base) if not call.startswith("GET")] == ["PUT /{id}"]
    assert project.control.find(base.collection, "claim")["version"] == 4


@every_envelope
def test_a_toggle_between_plan_and_apply_is_no_conflict(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(claim(base, description="other"))
    project.plan("--out", "plan.json")
    toggle(project, base, to=False)
    toggle(project, base, to=True)
    project.control.forget()
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {base.address: "done"})
    assert calls(project, base) == ["PUT /{id}", "GET /{id}", "PUT /{id}"]


@every_base
def test_drift_in_what_is_ours_is_shown_and_set_back(project: Project, base: Base) -> None:
    project.applied(claim(base, text(base, "number", title="Number")))
    change(project, base, properties={"number": {"title": "Theirs"}})
    [planned] = project.plan().document["changes"]
    assert [(each["path"], each["cause"]) for each in planned["fields"]] == [("fields.number.title", "drift")]
    assert project.plan("--drift", "keep").document["changes"] == []
    assert project.apply().outcomes == {base.address: "done"}
    assert properties(project, base)["number"]["title"] == "Number"
    assert is_settled(project)


def test_drift_whose_reversal_would_take_something_away_is_left_alone(project: Project) -> None:
    project.applied(claim(RULES, enum("state", "open")))
    wider = {"state": {"enum": ["open", "new"], "_enumProperties": {"new": {"title": "New"}}}}
    change(project, RULES, properties=wider)
    assert is_settled(project), "an option that somebody added is theirs"
    project.applied(claim(RULES, enum("state", "open"), integer("amount")))
    change(project, RULES, properties={"amount": {"maximum": 500}})
    ran = project.plan()
    assert (ran.code, ran.steps, ran.codes) == (0, [], ["RC202"])


@every_envelope
def test_a_disabling_behind_our_back_is_drift_and_set_back(project: Project, base: Base) -> None:
    project.applied(claim(base))
    toggle(project, base, to=False)
    assert project.apply().outcomes == {base.address: "done"}
    assert project.control.find(base.collection, "claim")["enabled"] is True
    assert is_settled(project)


@every_base
def test_overlapping_edits_are_a_conflict_with_its_three_values(project: Project, base: Base) -> None:
    project.applied(claim(base, text(base, "number", title="Base")))
    project.write(claim(base, text(base, "number", title="Ours")))
    theirs = edit(base, properties={"number": {"title": "Theirs"}})
    project.control.fault(f"PUT {base.path}/*", "edit", edits=[theirs])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {base.address: "conflict"})
    assert ran.document["results"][0]["overlaps"] == [
        {"path": "fields.number.title", "base": "Base", "ours": "Ours", "theirs": "Theirs"}
    ]
    assert project.effects() == []
    assert properties(project, base)["number"]["title"] == "Theirs"
    [planned] = project.plan().document["changes"]
    assert [each["cause"] for each in planned["fields"]] == ["override"]


def test_an_edit_that_makes_ours_unsafe_is_a_conflict_and_not_merged(project: Project) -> None:
    project.applied(claim(RULES, integer("amount")))
    project.write(claim(RULES, integer("amount"), text(RULES, "ours")))
    theirs = edit(RULES, properties={"theirs": prop(RULES, "ours")})
    project.control.fault(f"PUT {RULES.path}/*", "edit", edits=[theirs])
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {RULES.address: "conflict"})
    assert ran.says("Merged with a concurrent edit, the change would be unsafe", "DS206 A title comes twice")
    assert project.effects() == []


def test_a_document_s_own_members_survive_our_update(start: Start) -> None:
    project = start(
        clients=[ROBOT], settings={"schema_adds": ["type", "additionalProperties", "required", "_disabled"]}
    )
    project.applied(claim(WORKITEMS, enum("state", "open")))
    change(project, WORKITEMS, additionalProperties=True, id="theirs")
    assert is_settled(project)
    project.write(claim(WORKITEMS, enum("state", "open"), description="other"))
    assert project.apply().code == 0
    document = project.control.find(WORKITEMS.collection, "claim")["jsonSchema"]
    assert (document["additionalProperties"], document["id"], document["description"]) == (True, "theirs", "other")
    assert is_settled(project)


# Adopting, moving, renaming.


@every_base
def test_one_that_exists_is_adopted_once_a_person_says_so(project: Project, base: Base) -> None:
    document = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "claim",
        "properties": {"number": prop(base, "number"), "theirs": prop(base, "Theirs")},
    }
    project.control.create(base.collection, {"enabled": True, "jsonSchema": document})
    project.write(claim(base))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC101"])
    project.write(claim(base, lifecycle={"adopt": True}))
    assert project.apply().outcomes == {base.address: "done"}
    assert properties(project, base)["number"]["maxLength"] == 40
    assert set(properties(project, base)) == {"number", "theirs"}
    assert is_settled(project)


@every_envelope
def test_a_moved_address_keeps_its_object(project: Project, base: Base) -> None:
    project.applied(claim(base))
    live_id = project.control.find(base.collection, "claim")["id"]
    moved = {"apiVersion": "reconciler/v1", "moved": [{"from": base.address, "to": f"{base.kind}/other"}]}
    project.write(claim(base, at="other", name="claim"), moved)
    project.control.forget()
    assert project.apply().code == 0
    assert [str(address) for address in project.rows()] == [f"{base.kind}/other"]
    assert project.row(f"{base.kind}/other").live_id == live_id
    assert project.effects() == []


@every_envelope
def test_another_title_is_an_update_and_the_name_goes_along(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(claim(base, name="Claim form"))
    assert project.apply().outcomes == {base.address: "done"}
    made = project.control.find(base.collection, "Claim form")
    assert (made["version"], made.get("name", "Claim form")) == (2, "Claim form")
    assert is_settled(project)


def test_two_live_objects_of_one_title_are_an_error_that_names_them(project: Project) -> None:
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "claim", "properties": {}}
    ids = [project.control.create(WORKITEMS.collection, {"jsonSchema": document})["id"] for _ in range(2)]
    project.write(claim(WORKITEMS))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC102"])
    assert ran.says(*ids)


def test_a_disabled_schema_of_the_same_title_is_another_one_where_titles_are_unique_among_enabled(
    project: Project,
) -> None:
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "claim", "properties": {}}
    project.control.create(CONVERSATIONS.collection, {"jsonSchema": document})
    project.control.edit(CONVERSATIONS.collection, "claim", {"enabled": False})
    project.write(claim(CONVERSATIONS))
    assert project.apply().outcomes == {CONVERSATIONS.address: "done"}
    assert [effect.action for effect in project.effects()] == ["create"]
    assert is_settled(project)


# What is so of titles that are unique only among the enabled.


def test_an_enabled_and_a_disabled_one_may_have_one_title(project: Project) -> None:
    project.write(claim(EVENTS, at="new", name="claim"), claim(EVENTS, at="old", name="claim", enabled=False))
    assert project.run("validate").code == 0


@pytest.mark.parametrize("enabled", [True, False])
def test_a_manifest_that_is_disabled_finds_the_schema_of_its_title(project: Project, enabled: bool) -> None:
    """Enabled, the platform refuses to create another one; disabled, every lost ledger would make one more."""
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "claim", "properties": {}}
    project.control.create(EVENTS.collection, {"jsonSchema": document})
    toggle(project, EVENTS, to=enabled)
    project.write(claim(EVENTS, enabled=False))
    ran = project.plan()
    assert (ran.code, set(ran.codes)) != (0, set())
    assert ran.code == 3


# What is taken away.


@every_base
def test_disabling_asks_first(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(claim(base, enabled=False))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["DS108"])
    project.write(claim(base, enabled=False, lifecycle=acknowledging("DS108", "enabled", change="true -> false")))
    assert project.apply().outcomes == {base.address: "done"}
    assert project.control.find(base.collection, "claim")["enabled"] is False
    assert is_settled(project)


def test_foreign_fields_go_only_where_the_manifest_and_an_acknowledgement_say_so(project: Project) -> None:
    project.applied(claim(USERS))
    change(project, USERS, properties={"theirs": prop(USERS, "Theirs")})
    project.write(claim(USERS, lifecycle={"foreign": "remove"}))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["DS101"])
