"""Webhooks (contract §4): what a manifest may say, the wire both ways, what is unsafe."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from reconciler.kinds import KINDS
from reconciler.model.finding import FindingClass, Severity
from reconciler.model.kind import Checkup, Transition
from reconciler.model.manifest import Manifest
from reconciler.model.normal import to_wire
from reconciler.model.project import Project
from reconciler.model.secret import Secret
from reconciler.model.source import Problem
from reconciler.model.values import Json

from builders import codes, manifest, normal, schema

WEBHOOK = KINDS["Webhook"]
UPDATED = "data.flex.schema.updated"
KEY = {"fromEnv": "RECONCILER_SECRET_KEY"}


def webhook(**spec: Json) -> Manifest:
    return manifest("Webhook", "Audit", {"endpoint": "https://example.com/", "eventTypes": [UPDATED], **spec})


def problems(**spec: Json) -> list[Problem]:
    return list(WEBHOOK.check(Checkup(webhook(**spec), Project(), {})))


def judged(before: Json, after: Json) -> list[Any]:
    bodies = (normal(WEBHOOK, WEBHOOK.envelope.opened(side)) for side in (before, after))
    return list(WEBHOOK.judge(Transition(webhook().address, *bodies, Project())))


def body(**changes: Json) -> Json:
    whole = {"name": "Audit", "enabled": True, "endpoint": "https://example.com/", "eventTypes": [UPDATED]} | changes
    return {name: value for name, value in whole.items() if value is not ...}


@pytest.mark.parametrize(
    "endpoint", ["https://example.com", "http://10.0.0.1:8080/a?b=c", "https://[::1]/x", "HTTPS://example.com/"]
)
def test_an_http_address_is_an_endpoint(endpoint: str) -> None:
    assert problems(endpoint=endpoint) == []


@pytest.mark.parametrize(
    "endpoint",
    ["ftp://example.com/", "/hook", "https://user:pa55@example.com/", "https://e.com:0/", "https://e.com/#a"],
)
def test_anything_else_is_none_and_is_not_shown(endpoint: str) -> None:
    [problem] = problems(endpoint=endpoint)
    assert problem.code == "WH001"
    assert problem.where.text == ""
    assert endpoint not in problem.detail


def test_a_header_is_stated_once_whatever_its_case() -> None:
    assert [each.code for each in problems(headers={"X-Key": KEY, "x-key": KEY})] == ["WH002"]


@pytest.mark.parametrize("name", ["host", "Content-Length", "CONNECTION", "transfer-encoding"])
def test_a_header_of_the_delivery_is_none_of_ours(name: str) -> None:
    assert [each.code for each in problems(headers={name: KEY})] == ["WH003"]


@pytest.mark.parametrize(
    "header",
    ["Bearer literal", {"fromEnv": "GENESYSCLOUD_OAUTHCLIENT_SECRET"}, {"fromEnv": "PATH"}, {"value": "x"}, {}, None],
)
def test_a_header_comes_from_the_environment_and_from_our_own_prefix(header: Json) -> None:
    spec = {"endpoint": "https://example.com/", "eventTypes": [UPDATED], "headers": {"Authorization": header}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec, WEBHOOK.schema, jsonschema.Draft202012Validator)


def test_what_is_sent_is_the_seeds_body_with_the_secret_in_it() -> None:
    """`{name, enabled, endpoint, eventTypes[], requestType: POST, headers{}, filter}`."""
    stated = webhook(filter={"schema": "customer"}, headers={"x-API-key": KEY})
    sent = to_wire(WEBHOOK.shape, stated.normal, live=lambda kind, name: f"{kind}-{name}-id", secret=Secret)
    assert WEBHOOK.envelope.to_create(sent) == WEBHOOK.envelope.to_replace(sent)
    assert WEBHOOK.envelope.to_create(sent) == {
        "name": "Audit",
        "enabled": True,
        "endpoint": "https://example.com/",
        "eventTypes": [UPDATED],
        "requestType": "POST",
        "headers": {"X-Api-Key": Secret("RECONCILER_SECRET_KEY")},
        "filter": "schemaId eq 'FlexSchema-customer-id'",
    }


@pytest.mark.parametrize(
    "answer",
    [
        body(headers={"X-Key": "********", "Accept": "<hidden>"}, filter="schemaId eq 'an id'", requestType="POST"),
        body(headers={}, filter="payload.version gt 3", requestType="PUT", theirs=[1]),
        body(requestType="POST"),
    ],
)
def test_what_is_read_is_sent_back_as_it_came(answer: Json) -> None:
    read = normal(WEBHOOK, WEBHOOK.envelope.opened(answer))
    assert WEBHOOK.envelope.to_replace(to_wire(WEBHOOK.shape, read, live=lambda *_: "")) == answer


@pytest.mark.parametrize("answer", [body(headers=["X"]), body(headers={"X": 7}), body(filter=7), body(filter=[])])
def test_an_answer_that_does_not_fit_is_refused(answer: Json) -> None:
    with pytest.raises(ValueError, match="expected"):
        normal(WEBHOOK, WEBHOOK.envelope.opened(answer))


def test_a_filter_by_schema_is_a_reference_and_any_other_a_text() -> None:
    read = [normal(WEBHOOK, WEBHOOK.envelope.opened(body(filter=text))) for text in ("schemaId eq 'x'", "a or b")]
    assert [each["filter"] for each in read] == [{"schema": {"id": "x"}}, {"text": "a or b"}]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({}, {}, []),
        ({}, {"enabled": False}, [("WH101", {"change": "true -> false"})]),
        ({"enabled": False}, {"enabled": True}, []),
        ({"eventTypes": ["a", "b"]}, {"eventTypes": ["b", "c"]}, [("WH102", {"removes": ["a"]})]),
        ({}, {"endpoint": "https://other.example.com/"}, [("WH103", {})]),
        ({}, {"filter": "schemaId eq 'x'"}, [("WH104", {})]),
        ({"filter": "schemaId eq 'x'"}, {}, []),
        ({}, {"headers": {"B": "***", "A": "***"}}, [("WH110", {"change": "masks sent back: A, B"})]),
        ({}, {"headers": {"A": "a value"}}, [("WH111", {})]),
    ],
)
def test_what_is_unsafe_about_a_change(before: Json, after: Json, found: list[Any]) -> None:
    assert [(each.code, each.facet) for each in judged(body(**before), body(**after))] == found


def test_what_is_only_assumed_can_be_acknowledged_and_what_would_be_lost_cannot() -> None:
    masked, shown = (judged(body(), body(headers={"A": value}))[0] for value in ("***", "a value"))
    assert (masked.acknowledgeable, masked.severity) == (True, Severity.BLOCK)
    assert (shown.acknowledgeable, shown.cls) == (False, FindingClass.PLATFORM)
    assert "a value" not in str(shown)


@pytest.mark.parametrize("sides", [(None, body()), (body(), None)])
def test_a_beginning_and_an_end_are_judged_elsewhere(sides: Any) -> None:
    before, after = (side and normal(WEBHOOK, WEBHOOK.envelope.opened(side)) for side in sides)
    assert codes(WEBHOOK.judge(Transition(webhook().address, before, after, Project()))) == []


def test_an_audit_webhook_is_one_of_the_schemas_name_for_its_updates_only() -> None:
    stated = schema("customer")
    normal_form = {**stated.normal, "auditWebhook": {"endpoint": "https://e.com/", "headers": {"A": KEY}}}
    [part] = KINDS["FlexSchema"].expand("customer", normal_form)
    assert str(part.address) == "Webhook/SchemaAudit_customer"
    assert part.path == ("auditWebhook",)
    assert part.spec == {
        "name": "SchemaAudit_customer",
        "endpoint": "https://e.com/",
        "eventTypes": [UPDATED],
        "headers": {"A": KEY},
        "filter": {"schema": "customer"},
    }


def test_a_schema_without_one_stands_for_itself_alone() -> None:
    assert KINDS["FlexSchema"].expand("customer", schema("customer").normal) == ()
