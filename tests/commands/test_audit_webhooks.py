"""`auditWebhook` on a schema: the compliance platform hears of the change that was applied with it, too."""

from __future__ import annotations

import pytest
from reconciler.sandbox import Control

from .project import Json, Project, acknowledging, removed, schema, text
from .webhooks import (
    AUDIT,
    CUSTOMER,
    KEY,
    UPDATED,
    VALUE,
    VARIABLE,
    audited,
    hooks,
    knows_no_secret,
    live,
    told,
    webhook,
)

ID = text("customerId")
MORE = text("more")
EVENTS = "/api/v2/platform/webhooks"


@pytest.fixture
def events(project: Project) -> str:
    """Where the compliance platform listens."""
    project.environment[VARIABLE] = VALUE
    return project.control.addresses()["events"]


def moved(before: str, after: str) -> Json:
    return {"apiVersion": "reconciler/v1", "moved": [{"from": before, "to": after}]}


def updates(control: Control) -> list[int]:
    """The versions of the schema that the receiver was told of."""
    return [event["payload"]["version"] for event in told(control) if event["eventType"] == UPDATED]


def test_the_change_that_is_applied_together_with_it_is_told(project: Project, control: Control, events: str) -> None:
    """Contract §4: ours exists before the update and once."""
    project.applied(schema(ID))
    project.write(audited(ID, MORE, endpoint=events, headers=KEY))
    planned = project.plan("--out", "plan.json")
    assert planned.steps == [("create", AUDIT), ("update", CUSTOMER)]
    assert project.run("apply", "plan.json").code == 0
    assert updates(control) == [2]
    assert control.user_requests("/events")[0].headers["x-api-key"] == VALUE
    assert knows_no_secret(project)
    assert project.plan("--detailed-exitcode").code == 0
    assert project.apply().document["changes"] == []
    assert hooks(control) == ["SchemaAudit_customer"]


def test_it_follows_a_schema_that_is_new_and_hears_only_of_that_one(
    project: Project, control: Control, events: str
) -> None:
    project.write(audited(ID, endpoint=events), schema(ID, named="other"))
    assert [step for _, step in project.plan().steps].index(CUSTOMER) == 0
    assert project.apply().code == 0
    assert live(control, "SchemaAudit_customer")["filter"].startswith("schemaId eq '")
    project.write(audited(ID, MORE, endpoint=events), schema(ID, MORE, named="other"))
    assert project.apply().code == 0
    assert updates(control) == [2]


def test_a_new_endpoint_hears_of_the_update_that_comes_with_it(project: Project, control: Control, events: str) -> None:
    project.applied(audited(ID))
    project.write(audited(ID, MORE, endpoint=events))
    assert project.plan().steps == [("update", AUDIT), ("update", CUSTOMER)]
    assert project.apply().code == 0
    assert updates(control) == [2]


def test_where_it_cannot_be_made_the_schema_is_not_changed_unheard(project: Project, control: Control) -> None:
    project.applied(schema(ID))
    control.settings(webhook_names="unique")
    control.fault(f"POST {EVENTS}", "status", status=400, times=None)
    project.write(audited(ID, MORE))
    assert project.apply().outcomes == {AUDIT: "failed", CUSTOMER: "skipped"}


def test_taking_the_line_away_deletes_it_without_another_word(project: Project, control: Control) -> None:
    project.applied(audited(ID))
    project.write(schema(ID))
    planned = project.plan()
    assert (planned.code, ("delete", AUDIT) in planned.steps) == (0, True)
    assert project.run("plan").says(f"{CUSTOMER} asks for it no longer")
    assert project.apply().code == 0
    assert hooks(control) == []
    assert project.plan("--detailed-exitcode").code == 0


def test_losing_the_schemas_manifest_deletes_neither(project: Project) -> None:
    project.applied(audited(ID), schema(named="other"))
    project.write(schema(named="other"))
    assert project.plan().codes.count("RC301") == 2


def test_the_word_that_deletes_the_schema_deletes_it_too(project: Project, control: Control) -> None:
    project.applied(audited(ID), schema(named="other"))
    project.write(schema(named="other"), removed(CUSTOMER))
    assert project.plan().steps == [("delete", AUDIT), ("delete", CUSTOMER)]
    assert project.apply().code == 0
    assert hooks(control) == []


def test_the_word_that_forgets_the_schema_forgets_it_too(project: Project, control: Control) -> None:
    project.applied(audited(ID), schema(named="other"))
    project.write(schema(named="other"), removed(CUSTOMER, delete=False))
    assert sorted(project.plan().steps) == [("forget", CUSTOMER), ("forget", AUDIT)]
    assert project.apply().code == 0
    assert hooks(control) == ["SchemaAudit_customer"]


def test_it_moves_along_with_its_schema(project: Project, control: Control) -> None:
    project.applied(audited(ID))
    project.write(
        schema(ID, named="client", name="customer", auditWebhook={"endpoint": "https://compliance.example.com/hook"}),
        moved(CUSTOMER, "FlexSchema/client"),
    )
    assert project.apply().code == 0
    assert hooks(control) == ["SchemaAudit_client"]
    assert project.plan("--detailed-exitcode").code == 0
    assert {str(address) for address in project.rows()} == {"FlexSchema/client", "Webhook/SchemaAudit_client"}


def test_it_may_become_a_manifest_of_its_own(project: Project, control: Control) -> None:
    project.applied(audited(ID))
    project.write(schema(ID), webhook("SchemaAudit_customer", filter={"schema": "customer"}))
    assert project.apply().code == 0
    assert project.effects() == []
    project.write(schema(ID))
    assert project.plan().codes == ["RC301"], "as any other now"


def test_a_written_manifest_of_its_address_is_a_problem_with_both_places(project: Project) -> None:
    project.write(audited(ID), to="schema.yaml")
    project.write(webhook("SchemaAudit_customer"), to="hook.yaml")
    ran = project.run("validate", "-o", "json")
    assert ran.codes == ["MF201"]
    assert ran.says("schema.yaml", "hook.yaml", AUDIT, CUSTOMER)


def test_a_name_that_leaves_no_room_is_a_problem(project: Project) -> None:
    project.write(schema(ID, named="n" * 120, auditWebhook={"endpoint": "https://compliance.example.com/"}))
    assert project.run("validate", "-o", "json").codes == ["MF109"]


def test_one_that_others_made_is_taken_over_with_the_schemas_permission(project: Project, control: Control) -> None:
    project.applied(schema(ID))
    body = {"name": "SchemaAudit_customer", "endpoint": "https://old.example.com/", "eventTypes": [UPDATED]}
    control.create("webhooks", body | {"requestType": "POST"})
    project.write(audited(ID))
    assert "RC101" in project.plan().codes
    project.write(audited(ID) | {"lifecycle": {"adopt": True}})
    assert project.apply().code == 0
    assert hooks(control) == ["SchemaAudit_customer"]


def test_fewer_event_types_block_and_say_where(project: Project) -> None:
    project.applied(audited(ID, eventTypes=[UPDATED, "data.flex.schema.deleted"]))
    project.write(audited(ID))
    blocked = project.plan()
    assert (blocked.code, blocked.codes) == (3, ["WH102"])
    assert blocked.document["findings"][0]["where"]["text"].strip().startswith("auditWebhook")


def test_the_schemas_acknowledgement_of_its_webhooks_finding_counts(project: Project) -> None:
    project.applied(audited(ID, eventTypes=[UPDATED, "data.flex.schema.deleted"]))
    said = acknowledging("WH102", "eventTypes", removes=["data.flex.schema.deleted"])
    project.write(audited(ID) | {"lifecycle": said})
    planned = project.plan()
    assert (planned.code, planned.codes) == (0, ["WH102"])
