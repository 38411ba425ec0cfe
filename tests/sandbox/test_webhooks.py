"""Platform webhooks (contract §4): the object itself, what is marked [X] apart."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .strategic import UPDATED, WEBHOOKS, webhook

MASK = "********"


def test_the_seeds_registration_is_taken(call: Caller) -> None:
    """`POST` `{name, enabled, endpoint, eventTypes[], requestType: POST, headers{}, filter}`."""
    body = {
        "name": "SchemaAudit_customer",
        "enabled": True,
        "endpoint": "https://compliance.example.com/hook",
        "eventTypes": ["data.flex.schema.updated"],
        "requestType": "POST",
        "headers": {"Content-Type": "application/json"},
        "filter": "schemaId eq 'customer'",
    }
    created = call.create(WEBHOOKS, body)
    assert created == body | {
        "id": created["id"],
        "version": 1,
        "headers": {"Content-Type": MASK},
        "createdDate": "2026-11-01T12:00:00.000Z",
        "modifiedDate": "2026-11-01T12:00:00.000Z",
    }


def test_the_same_one_again_is_another(call: Caller, control: Control) -> None:
    """The seed registers anew at every run; the contract forbids no name."""
    assert call.create(WEBHOOKS, webhook())["id"] != call.create(WEBHOOKS, webhook())["id"]
    control.settings(webhook_names="unique")
    known = call.create(WEBHOOKS, webhook(name="Other"))["id"]
    assert call("POST", WEBHOOKS, webhook()).status_code == 409
    assert call("PUT", f"{WEBHOOKS}/{known}", webhook()).status_code == 409
    assert call("PUT", f"{WEBHOOKS}/{known}", webhook(name="Other")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": ...}, "name"),
        ({"enabled": "yes"}, "enabled"),
        ({"endpoint": "ftp://example.com/"}, "endpoint"),
        ({"endpoint": "/hook"}, "endpoint"),
        ({"endpoint": ...}, "endpoint"),
        ({"eventTypes": []}, "eventTypes"),
        ({"eventTypes": UPDATED}, "eventTypes"),
        ({"eventTypes": ...}, "eventTypes"),
        ({"eventTypes": ["data.flex.schema.upd"]}, "eventTypes[0]"),
        ({"eventTypes": [UPDATED, UPDATED]}, "eventTypes[1]"),
        ({"requestType": "GET"}, "requestType"),
        ({"requestType": ...}, "requestType"),
        ({"headers": []}, "headers"),
        ({"headers": {"X Key": "v"}}, "headers.X Key"),
        ({"headers": {"Host": "v"}}, "headers.Host"),
        ({"headers": {"X-A": "v", "x-a": "w"}}, "headers.X-A"),
        ({"headers": {"X-A": 7}}, "headers.X-A"),
        ({"headers": {"X-A": "a\r\nX-B: c"}}, "headers.X-A"),
        ({"headers": {"X-A": MASK}}, "headers.X-A"),
        ({"filter": "schemaId = 'x'"}, "filter"),
        ({"filter": "schemaId eq ''"}, "filter"),
        ({"filter": "schemaId eq 'x' or true"}, "filter"),
        ({"filter": 7}, "filter"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_violates_a_constraint_is_400(call: Caller, changes: dict[str, Any], field: str) -> None:
    """400 malformed or violates a constraint."""
    answer = call("POST", WEBHOOKS, webhook(**changes))
    assert answer.status_code == 400
    assert field in {each["fieldName"] for each in answer.json()["details"]}
    assert "a\r\nX-B" not in answer.json()["message"]


def test_what_is_left_out_has_a_default(call: Caller) -> None:
    created = call.create(WEBHOOKS, webhook(enabled=..., headers=..., filter=None))
    assert (created["enabled"], created["headers"], "filter" in created) == (True, {}, False)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_everything_needs_the_scope_to_write(sandbox: Sandbox, method: str) -> None:
    """Webhooks: `webhooks:write` [4] implies reading [X]."""
    body = webhook() if method == "POST" else None
    refused = Caller(sandbox.url, scope="data:flex:read data:flex:schema:write")(method, WEBHOOKS, body)
    assert (refused.status_code, "webhooks:write" in refused.json()["message"]) == (403, True)
    assert Caller(sandbox.url, scope="webhooks:write")(method, WEBHOOKS, body).ok


# What the contract marks [X].


def test_the_five_verbs(call: Caller) -> None:
    """[X] GET list and by id, PUT, DELETE."""
    created = call.create(WEBHOOKS, webhook())
    path = f"{WEBHOOKS}/{created['id']}"
    assert call("GET", path).json() == created
    assert call("GET", WEBHOOKS).json()["entities"] == [created]
    changed = call("PUT", path, webhook(enabled=False)).json()
    assert (changed["enabled"], changed["version"]) == (False, 2)
    assert call("DELETE", path).status_code == 204
    assert call("GET", path).status_code == 404


@pytest.mark.parametrize("verb", ["list", "get", "create", "replace", "delete"])
def test_every_verb_can_be_withheld(call: Caller, control: Control, verb: str) -> None:
    """404/405/410 on an [X] verb: this organisation does not offer it; the seeds' has POST alone."""
    control.settings(withheld=[f"webhooks.{verb}"])
    answers = {
        "list": call("GET", WEBHOOKS),
        "get": call("GET", f"{WEBHOOKS}/x"),
        "create": call("POST", WEBHOOKS, webhook()),
        "replace": call("PUT", f"{WEBHOOKS}/x", webhook()),
        "delete": call("DELETE", f"{WEBHOOKS}/x"),
    }
    assert [name for name, answer in answers.items() if answer.status_code == 405] == [verb]


def test_a_stale_write_is_409(call: Caller) -> None:
    """`version` and `If-Match` as for flex schemas: `PUT` with `If-Match: "<version>"`; mismatch is 409."""
    path = f"{WEBHOOKS}/{call.create(WEBHOOKS, webhook())['id']}"
    assert call("GET", path).headers["ETag"] == '"1"'
    assert call("PUT", path, webhook(), headers={"If-Match": '"2"'}).status_code == 409
    assert call("PUT", path, webhook(version=2)).status_code == 409, "the body carries `version` too"
    assert call("DELETE", path, headers={"If-Match": '"2"'}).status_code == 409
    assert call("PUT", path, webhook(version=1), headers={"If-Match": '"1"'}).headers["ETag"] == '"2"'


def test_no_answer_shows_the_value_of_a_header(call: Caller) -> None:
    """Header values are masked in answers."""
    created = call.create(WEBHOOKS, webhook())
    path = f"{WEBHOOKS}/{created['id']}"
    changed = call("PUT", path, webhook(headers={"X-Key": "s3cret", "X-Other": "0ther"}))
    for text in (str(created), changed.text, call("GET", path).text, call("GET", WEBHOOKS).text):
        assert MASK in text
        assert "s3cret" not in text


def test_a_mask_sent_back_keeps_the_value(call: Caller, control: Control) -> None:
    """A mask sent back means keep."""
    path = f"{WEBHOOKS}/{call.create(WEBHOOKS, webhook())['id']}"
    call("PUT", path, webhook(headers={"x-key": MASK, "X-New": "n3w"}))
    assert control.find("webhooks", "Audit")["headers"] == {"x-key": "s3cret", "X-New": "n3w"}
    assert call("PUT", path, webhook(headers={"X-Gone": MASK})).status_code == 400
    call("PUT", path, webhook(headers={"X-New": "0ther"}))
    assert control.find("webhooks", "Audit")["headers"] == {"X-New": "0ther"}


def test_the_mask_is_the_organisations(call: Caller, control: Control) -> None:
    call.create(WEBHOOKS, webhook())
    assert call("GET", WEBHOOKS).json()["entities"][0]["headers"] == {"X-Key": MASK}
    control.settings(header_mask="<hidden>")
    shown = call("GET", WEBHOOKS).json()["entities"][0]
    assert shown["headers"] == {"X-Key": "<hidden>"}
    assert call("PUT", f"{WEBHOOKS}/{shown['id']}", webhook(headers=shown["headers"])).status_code == 200
    assert control.find("webhooks", "Audit")["headers"] == {"X-Key": "s3cret"}


def test_the_journal_keeps_no_value_but_shows_a_mask(call: Caller, control: Control) -> None:
    path = f"{WEBHOOKS}/{call.create(WEBHOOKS, webhook())['id']}"
    call("PUT", path, webhook(headers={"X-Key": MASK}))
    sent = [each.body["headers"]["X-Key"] for each in control.requests() if each.path.startswith(WEBHOOKS)]
    assert sent == ["***", MASK]


def test_webhooks_go_out_and_in_again(call: Caller, control: Control) -> None:
    call.create(WEBHOOKS, webhook(filter="schemaId eq 'x'"))
    state = control.state()
    with Sandbox.start(load=state) as other:
        assert other.control.state() == state
        assert Caller(other.url)("GET", WEBHOOKS).json()["entities"] == call("GET", WEBHOOKS).json()["entities"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"endpoint": 7}, ".endpoint"),
        ({"eventTypes": UPDATED}, ".eventTypes"),
        ({"headers": []}, ".headers"),
        ({"headers": {"X-A": 7}}, ".headers.X-A"),
    ],
)
def test_a_webhook_that_does_not_fit_is_refused_with_its_place(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load={"webhooks": [webhook(**changes)]})
    assert refused.value.where == f"load.webhooks[0]{where}"
