"""Webhooks from the manifest to the organisation: secrets, filters, masks, conflicts."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control

from .project import Project, acknowledging, removed, schema, text
from .webhooks import CUSTOMER, HOOK, KEY, UPDATED, VALUE, VARIABLE, hooks, knows_no_secret, live, webhook

HOOKS = "/api/v2/platform/webhooks"
FOREIGN = {
    "name": "Compliance",
    "enabled": True,
    "endpoint": "https://compliance.example.com/hook",
    "eventTypes": [UPDATED],
    "requestType": "POST",
}


@pytest.fixture(autouse=True)
def secret(project: Project) -> None:
    project.environment[VARIABLE] = VALUE


def test_it_is_created_with_its_secret_once_and_then_nothing_is_left_to_do(project: Project, control: Control) -> None:
    project.applied(webhook(headers=KEY))
    assert live(control)["headers"] == {"X-Api-Key": VALUE}
    assert live(control)["requestType"] == "POST"
    assert project.plan("--detailed-exitcode").code == 0
    assert project.apply().document["changes"] == []
    assert hooks(control) == ["Compliance"]


def test_the_secret_is_in_no_output_and_in_no_file(project: Project) -> None:
    project.write(webhook(headers=KEY))
    ran = [
        project.run("plan", "--out", "plan.json"),
        project.plan(),
        project.run("apply", "plan.json", "--log-level", "debug"),
        project.plan(**{VARIABLE: "an0ther"}),
        project.apply(**{VARIABLE: "an0ther"}),
    ]
    assert [each.code for each in ran] == [0] * 5
    assert not [each for each in ran if VALUE in str(each) or "an0ther" in str(each)]
    assert knows_no_secret(project, "an0ther")


def test_neither_does_a_refusal_show_it(project: Project, control: Control) -> None:
    control.settings(event_types=["routing.strategy.updated"])
    project.write(webhook(headers=KEY))
    ran = project.run("apply", "--auto-approve")
    assert (ran.code, VALUE in str(ran)) == (1, False)
    assert knows_no_secret(project)


def test_a_rotation_is_an_update_that_shows_no_value(project: Project, control: Control) -> None:
    project.applied(webhook(headers=KEY))
    shown = project.run("plan", **{VARIABLE: "r0tated"})
    assert shown.says("1 to update", "headers.X-Api-Key the secret has changed")
    assert "scrypt" not in str(shown) + str(project.plan(**{VARIABLE: "r0tated"}))
    assert project.apply(**{VARIABLE: "r0tated"}).outcomes == {HOOK: "done"}
    assert live(control)["headers"] == {"X-Api-Key": "r0tated"}
    assert project.plan("--detailed-exitcode", **{VARIABLE: "r0tated"}).code == 0


def test_another_variable_with_the_same_secret_is_only_recorded(project: Project) -> None:
    project.applied(webhook(headers=KEY))
    other = "RECONCILER_SECRET_OTHER"
    project.environment[other] = VALUE
    project.write(webhook(headers={"X-Api-Key": {"fromEnv": other}}))
    assert project.plan().steps == [("record", HOOK)]
    assert project.apply().code == 0
    assert project.effects() == []
    assert project.plan("--detailed-exitcode").code == 0


def test_a_header_is_the_same_in_any_case(project: Project, control: Control) -> None:
    project.applied(webhook(headers={"x-API-key": {"fromEnv": VARIABLE}}))
    control.edit("webhooks", "Compliance", {"headers": {"X-Api-Key": None, "X-API-KEY": VALUE}})
    assert project.plan("--detailed-exitcode").code == 0


# A secret that is not set.


def test_a_plan_without_the_secret_says_that_it_could_not_compare(project: Project) -> None:
    project.applied(webhook(headers=KEY))
    seen = project.plan("--detailed-exitcode", **{VARIABLE: None})
    assert (seen.code, seen.codes) == (0, ["RC602"])
    assert seen.says(f"{VARIABLE} is not set", "could not be compared")


def test_an_apply_without_the_secret_refuses_before_its_first_write(project: Project) -> None:
    project.write(webhook(headers=KEY), schema())
    refused = project.run("apply", "--auto-approve", **{VARIABLE: None})
    assert refused.fails_with(1, "A secret is not set", VARIABLE, HOOK)
    assert project.effects() == []


def test_what_needs_no_secret_is_applied_without(project: Project) -> None:
    project.applied(webhook(headers=KEY), schema())
    project.write(webhook(headers=KEY), schema(text("customerId"), text("more")))
    assert project.apply(**{VARIABLE: None}).outcomes == {CUSTOMER: "done"}
    assert project.plan("--detailed-exitcode").code == 0, "what was known of the secret still is"


def test_a_plan_made_without_the_secret_is_applied_with_it(project: Project, control: Control) -> None:
    project.write(webhook(headers=KEY))
    assert project.run("plan", "--out", "plan.json", **{VARIABLE: None}).says("RC602")
    assert project.run("apply", "plan.json").code == 0
    assert live(control)["headers"] == {"X-Api-Key": VALUE}
    assert project.plan("--detailed-exitcode").code == 0
    assert project.run("apply", "plan.json").code == 0, "done already"
    assert hooks(control) == ["Compliance"]


def test_a_record_without_the_secret_forgets_nothing_of_it(project: Project) -> None:
    project.applied(webhook(headers=KEY))
    project.write(webhook(headers=KEY, lifecycle={"protect": True}))
    assert project.apply(**{VARIABLE: None}).code == 0
    assert project.plan("--detailed-exitcode").code == 0
    assert project.plan("--detailed-exitcode", **{VARIABLE: "r0tated"}).code == 2


def test_a_plan_whose_secret_has_changed_since_is_stale(project: Project) -> None:
    project.applied(webhook(headers=KEY))
    project.write(webhook(headers=KEY, endpoint="https://other.example.com/"))
    project.run("plan", "--out", "plan.json")
    refused = project.run("apply", "plan.json", **{VARIABLE: "r0tated"})
    assert refused.fails_with(4, "A secret has changed since the plan was made", VARIABLE)
    assert project.effects() == []


@pytest.mark.parametrize("value", ["v4lue\n", " v4lue", "v4lue ☃", "v4lue\r\nX-Other: v4lue"])
def test_a_secret_that_no_header_can_hold_is_refused(project: Project, value: str) -> None:
    project.write(webhook(headers=KEY))
    refused = project.run("apply", "--auto-approve", **{VARIABLE: value})
    assert refused.fails_with(1, "A secret cannot be sent", VARIABLE)
    assert "v4lue" not in str(refused)
    assert project.effects() == []


def test_an_empty_secret_is_none(project: Project) -> None:
    project.write(webhook(headers=KEY))
    assert project.apply(**{VARIABLE: ""}).code == 1


# What belongs to others.


def test_headers_of_others_block_an_update_until_somebody_says_that_masks_keep(
    project: Project, control: Control
) -> None:
    project.applied(webhook(headers=KEY))
    control.edit("webhooks", "Compliance", {"headers": {"X-Api-Key": VALUE, "X-Theirs": "the1rs"}})
    assert project.plan("--detailed-exitcode").code == 0, "they stay, and nothing is to be written"
    changed: dict[str, Any] = {"headers": KEY, "endpoint": "https://other.example.com/"}
    project.write(webhook(**changed))
    blocked = project.plan()
    assert (blocked.code, blocked.codes) == (3, ["WH110", "WH103"])
    said = acknowledging("WH110", "headers", change="masks sent back: X-Theirs")
    project.write(webhook(lifecycle=said, **changed))
    assert project.apply().outcomes == {HOOK: "done"}
    assert live(control)["headers"] == {"X-Api-Key": VALUE, "X-Theirs": "the1rs"}
    assert live(control)["endpoint"] == "https://other.example.com/"


@pytest.mark.parametrize("mask", ["********", "<hidden>", "[REDACTED]", ""])
def test_a_mask_is_known_by_what_it_looks_like_and_sent_back_as_it_came(
    project: Project, control: Control, mask: str
) -> None:
    control.settings(header_mask=mask)
    control.create("webhooks", FOREIGN | {"headers": {"X-Theirs": "the1rs"}})
    said = {"adopt": True} | acknowledging("WH110", "headers", change="masks sent back: X-Theirs")
    project.write(webhook(lifecycle=said, headers=KEY))
    assert project.apply().outcomes == {HOOK: "done"}
    assert live(control)["headers"] == {"X-Theirs": "the1rs", "X-Api-Key": VALUE}


def test_a_value_that_the_organisation_shows_is_not_kept_and_blocks_for_good(
    project: Project, control: Control
) -> None:
    control.settings(header_mask="sh0wn-value")
    control.create("webhooks", FOREIGN | {"headers": {"X-Theirs": "the1rs"}})
    project.write(webhook(lifecycle={"adopt": True}, headers=KEY))
    blocked = project.plan("--out", "plan.json")
    assert (blocked.code, blocked.codes) == (3, ["WH111"])
    assert "sh0wn-value" not in str(blocked) + (project.root / "plan.json").read_text()
    project.write(webhook(lifecycle={"adopt": True, "foreign": "remove"}, headers=KEY))
    assert project.apply().outcomes == {HOOK: "done"}
    assert live(control)["headers"] == {"X-Api-Key": VALUE}


def test_a_header_that_a_colleague_removed_comes_back(project: Project, control: Control) -> None:
    project.applied(webhook(headers=KEY))
    control.edit("webhooks", "Compliance", {"headers": {"X-Api-Key": None}})
    assert project.apply().outcomes == {HOOK: "done"}
    assert live(control)["headers"] == {"X-Api-Key": VALUE}


def test_a_header_that_the_manifest_drops_goes(project: Project, control: Control) -> None:
    project.applied(webhook(headers=KEY))
    project.write(webhook())
    assert project.apply().outcomes == {HOOK: "done"}
    assert live(control)["headers"] == {}
    assert project.plan("--detailed-exitcode").code == 0


def test_an_edit_of_something_else_meanwhile_is_merged(project: Project, control: Control) -> None:
    project.applied(webhook(headers=KEY))
    project.write(webhook(headers=KEY, endpoint="https://other.example.com/"))
    project.run("plan", "--out", "plan.json")
    control.edit("webhooks", "Compliance", {"eventTypes": [UPDATED, "privacy.purpose.updated"]})
    assert project.run("apply", "plan.json", "-o", "json").outcomes == {HOOK: "merged"}
    body = live(control)
    assert (body["endpoint"], body["headers"]) == ("https://other.example.com/", {"X-Api-Key": VALUE})
    assert body["eventTypes"] == [UPDATED, "privacy.purpose.updated"]


def test_an_edit_of_the_same_meanwhile_is_a_conflict(project: Project, control: Control) -> None:
    project.applied(webhook())
    project.write(webhook(endpoint="https://ours.example.com/"))
    project.run("plan", "--out", "plan.json")
    control.edit("webhooks", "Compliance", {"endpoint": "https://theirs.example.com/"})
    assert project.run("apply", "plan.json", "-o", "json").outcomes == {HOOK: "conflict"}
    assert live(control)["endpoint"] == "https://theirs.example.com/"


# Destructive changes.


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"enabled": False}, "WH101", acknowledging("WH101", "enabled", change="true -> false")),
        (
            {"eventTypes": ["privacy.purpose.updated"]},
            "WH102",
            acknowledging("WH102", "eventTypes", removes=[UPDATED]),
        ),
    ],
)
def test_switching_off_blocks_until_acknowledged(project: Project, change: Any, code: str, said: Any) -> None:
    project.applied(webhook())
    project.write(webhook(**change))
    blocked = project.plan()
    assert (blocked.code, blocked.codes) == (3, [code])
    project.write(webhook(lifecycle=said, **change))
    assert project.apply().outcomes == {HOOK: "done"}


def test_a_webhook_whose_manifest_is_gone_is_deleted_with_a_word_only(project: Project, control: Control) -> None:
    project.applied(webhook(), schema())
    project.write(schema())
    assert project.plan().codes == ["RC301"]
    project.write(schema(), removed(HOOK))
    assert project.apply().code == 0
    assert hooks(control) == []


# Filters.


def test_a_filter_names_a_manifest_that_is_created_first(project: Project, control: Control) -> None:
    project.applied(webhook(filter={"schema": "customer"}), schema())
    schema_id = control.find("flex_schemas", "customer")["id"]
    assert live(control)["filter"] == f"schemaId eq '{schema_id}'"
    assert project.plan("--detailed-exitcode").code == 0


def test_a_filter_may_name_an_unmanaged_schema_by_its_id(project: Project, control: Control) -> None:
    schema_id = control.create("flex_schemas", {"name": "theirs", "description": "d", "fields": []})["id"]
    project.applied(webhook(filter={"schema": {"id": schema_id}}))
    assert live(control)["filter"] == f"schemaId eq '{schema_id}'"
    assert project.plan("--detailed-exitcode").code == 0


def test_a_filter_that_others_set_stays_where_the_manifest_states_none(project: Project, control: Control) -> None:
    project.applied(webhook())
    control.edit("webhooks", "Compliance", {"filter": "payload.version gt 3"}, force=True)
    project.write(webhook(endpoint="https://other.example.com/"))
    control.forget()
    project.apply()
    sent = [each.body["filter"] for each in control.requests() if each.method == "PUT"]
    assert sent == ["payload.version gt 3"]


def test_a_watched_schema_can_be_deleted_though_others_listen_to_it(project: Project, control: Control) -> None:
    project.applied(webhook(), schema())
    schema_id = control.find("flex_schemas", "customer")["id"]
    control.create("webhooks", FOREIGN | {"name": "Theirs", "filter": f"schemaId eq '{schema_id}'"})
    project.write(webhook(), removed(CUSTOMER))
    assert project.apply().outcomes == {CUSTOMER: "done"}


# Once.


def test_two_live_ones_of_the_name_are_an_error_that_names_them(project: Project, control: Control) -> None:
    ids = [control.create("webhooks", FOREIGN)["id"] for _ in range(2)]
    project.write(webhook())
    blocked = project.plan()
    assert (blocked.code, blocked.codes) == (3, ["RC102"])
    assert blocked.says(*ids)
    project.write(webhook(metadata={"id": ids[0]}))
    assert project.apply().code == 0
    assert len(hooks(control)) == 2


@pytest.mark.parametrize("lost", ["cut", "late"])
def test_a_creation_whose_answer_is_lost_is_found_and_not_repeated(
    project: Project, control: Control, lost: str
) -> None:
    project.write(webhook(headers=KEY))
    if lost == "late":
        control.fault(f"POST {HOOKS}", "late", seconds=2)
    control.fault(f"POST {HOOKS}", "cut", when="after")
    assert project.apply().outcomes == {HOOK: "done"}
    assert hooks(control) == ["Compliance"]
    assert project.plan("--detailed-exitcode").code == 0


def test_an_organisation_without_the_list_says_so(project: Project, control: Control) -> None:
    control.settings(withheld=["webhooks.list"])
    project.write(webhook())
    assert project.run("plan").fails_with(1, "The organisation does not offer this", HOOKS)


def test_one_that_is_shown_late_is_not_made_again(project: Project, control: Control) -> None:
    """The organisation would take a second one of the name."""
    control.fault(f"POST {HOOKS}", "late", seconds=4)
    project.applied(webhook())
    again = project.apply()
    assert (again.code, again.outcomes) == (4, {HOOK: "conflict"})
    assert again.says("The object is there after all", "may still appear")
    assert hooks(control) == ["Compliance"]
    assert project.plan("--detailed-exitcode").code == 0


def test_one_that_is_gone_is_made_again_after_one_more_look(project: Project, control: Control) -> None:
    project.applied(webhook())
    project.time.pass_by(60)
    control.delete("webhooks", "Compliance")
    control.forget()
    assert project.apply().outcomes == {HOOK: "done"}
    assert hooks(control) == ["Compliance"]
    asked = [each.method for each in control.requests() if each.path.startswith(HOOKS)]
    assert asked == ["GET", "GET", "GET", "POST"], "the list, the object twice"
