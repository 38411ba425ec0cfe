"""Events on their way to webhooks (contract §4 [X]): at least once, with retries. The user's host receives them."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, SandboxError
from reconciler.sandbox.webhooks.deliveries import Deliveries, Delivery

from .caller import SCHEMAS, Caller, field, schema
from .strategic import UPDATED, WEBHOOKS, webhook


@pytest.fixture
def events(control: Control) -> str:
    """Where they go."""
    return control.addresses()["events"]


def received(control: Control) -> list[Any]:
    """The events that came, once none is under way, as their receiver read them."""
    control.deliveries()
    return [each.body for each in control.user_requests("/events")]


def changed(call: Caller, name: str = "Customer") -> str:
    """The id of a schema that was updated once."""
    created = call.create(SCHEMAS, schema(name=name))
    return updated(call, str(created["id"]), name)


def updated(call: Caller, schema_id: str, name: str = "Customer") -> str:
    answer = call("PUT", f"{SCHEMAS}/{schema_id}", schema(field("a"), name=name))
    assert answer.status_code == 200
    return schema_id


def outcomes(control: Control) -> list[str]:
    return [each["outcome"] for each in control.deliveries()]


def test_a_webhook_that_was_there_before_hears_of_the_update(call: Caller, control: Control, events: str) -> None:
    """Delivers matching events (`eventType`, `eventId`, `timestamp`, `payload`)."""
    call.create(WEBHOOKS, webhook(events))
    schema_id = changed(call)
    event = received(control)[0]
    assert event == {
        "eventType": "data.flex.schema.updated",
        "eventId": event["eventId"],
        "timestamp": "2026-11-01T12:00:00.000Z",
        "payload": {"schemaId": schema_id, "name": "Customer", "version": 2},
    }
    assert outcomes(control) == ["delivered"]


def test_one_that_is_registered_after_hears_nothing(call: Caller, control: Control, events: str) -> None:
    """*After* the update (which is therefore never notified)."""
    changed(call)
    call.create(WEBHOOKS, webhook(events))
    assert (received(control), outcomes(control)) == ([], [])


def test_its_headers_come_along(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events, headers={"X-Key": "s3cret", "content-type": "application/json"}))
    changed(call)
    received(control)
    headers = control.user_requests("/events")[0].headers
    assert (headers["x-key"], headers["content-type"]) == ("s3cret", "application/json")
    assert "authorization" not in headers


def test_the_filter_lets_only_its_schema_through(call: Caller, control: Control, events: str) -> None:
    """Filter `schemaId eq '<id>'`."""
    mine = str(call.create(SCHEMAS, schema())["id"])
    call.create(WEBHOOKS, webhook(events, filter=f"schemaId eq '{mine}'"))
    changed(call, "Other")
    updated(call, mine)
    assert [event["payload"]["schemaId"] for event in received(control)] == [mine]


def test_a_disabled_one_is_silent(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events, enabled=False))
    changed(call)
    assert (received(control), outcomes(control)) == ([], [])


def test_each_hears_what_it_asked_for(call: Caller, control: Control, events: str) -> None:
    types = ["data.flex.schema.created", "data.flex.schema.deleted", "privacy.purpose.created"]
    call.create(WEBHOOKS, webhook(events, eventTypes=[*types, "routing.strategy.updated"]))
    schema_id = changed(call)
    call("DELETE", f"{SCHEMAS}/{schema_id}")
    control.create("purposes", {"name": "P", "description": "x", "retentionPeriod": "1d", "legalBasis": "consent"})
    control.add_strategies(1)
    control.add_version("Strategy 1")
    heard = [event["eventType"] for event in received(control)]
    assert heard == [*types, "routing.strategy.updated"]


def test_a_colleagues_change_is_an_event_too(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events))
    control.create("flex_schemas", schema())
    control.edit("flex_schemas", "Customer", {"description": "changed"}, force=True)
    assert len(received(control)) == 1


def test_a_change_whose_answer_is_lost_is_an_event_all_the_same(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events))
    schema_id = call.create(SCHEMAS, schema())["id"]
    control.fault(f"PUT {SCHEMAS}/*", "status", status=503, when="after")
    assert call("PUT", f"{SCHEMAS}/{schema_id}", schema(field("a"))).status_code == 503
    assert len(received(control)) == 1


def test_a_refused_change_is_no_event(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events))
    schema_id = call.create(SCHEMAS, schema())["id"]
    assert call("PUT", f"{SCHEMAS}/{schema_id}", schema(), headers={"If-Match": '"9"'}).status_code == 409
    assert received(control) == []


def test_a_failed_delivery_is_tried_again_and_again(call: Caller, control: Control, events: str) -> None:
    """At least once, with retries."""
    control.fault("POST /events", "status", status=500)
    control.fault("POST /events", "cut", skip=1)
    control.fault("POST /events", "redirect", location="/archives", skip=2)
    call.create(WEBHOOKS, webhook(events))
    changed(call)
    for made, wait in ((1, 1), (2, 2), (3, 4)):
        assert outcomes(control) == ["waiting"], "it has been tried before the clock goes on"
        control.advance(wait - 0.5)
        assert len(control.deliveries()[0]["attempts"]) == made
        control.advance(0.5)
    delivery = control.deliveries()[0]
    assert delivery["outcome"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, None, 302, 200]
    assert delivery["attempts"][1]["reason"]
    assert len({event["eventId"] for event in received(control)}) == 1


def test_it_gives_up_in_the_end(call: Caller, control: Control, events: str) -> None:
    control.settings(webhook_attempts=2, webhook_backoff=10)
    control.fault("POST /events", "status", status=500, times=None)
    call.create(WEBHOOKS, webhook(events))
    changed(call)
    assert outcomes(control) == ["waiting"]
    control.advance(10)
    assert outcomes(control) == ["given up"]
    control.advance(1000)
    assert len(received(control)) == 2


def test_what_took_effect_unheard_comes_twice(call: Caller, control: Control, events: str) -> None:
    """At least once: the receiver had it, and its answer was lost."""
    control.fault("POST /events", "cut", when="after")
    call.create(WEBHOOKS, webhook(events))
    changed(call)
    control.deliveries()
    control.advance(1)
    first, second = received(control)
    assert first == second


def test_an_event_may_come_twice(call: Caller, control: Control, events: str) -> None:
    control.settings(webhook_deliveries="twice")
    call.create(WEBHOOKS, webhook(events))
    changed(call)
    first, second = received(control)
    assert first == second


def test_an_event_may_overtake_another(call: Caller, control: Control, events: str) -> None:
    control.settings(webhook_deliveries="overtaking", webhook_delay=30)
    call.create(WEBHOOKS, webhook(events))
    updated(call, changed(call))
    control.deliveries()
    control.advance(30)
    assert [event["payload"]["version"] for event in received(control)] == [3, 2]


def test_an_event_may_come_late_and_never(call: Caller, control: Control, events: str) -> None:
    control.settings(webhook_deliveries="late", webhook_delay=30)
    call.create(WEBHOOKS, webhook(events))
    schema_id = changed(call)
    control.advance(29)
    assert (outcomes(control), received(control)) == (["waiting"], [])
    control.advance(1)
    assert len(received(control)) == 1
    control.settings(webhook_deliveries="never")
    updated(call, schema_id)
    assert len(received(control)) == 1


def test_a_test_may_send_one_again(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events))
    changed(call)
    control.deliver_again(control.deliveries()[0]["number"])
    first, second = received(control)
    assert first == second
    with pytest.raises(SandboxError, match="there are 2"):
        control.deliver_again(7)


@pytest.mark.parametrize("gone", ["disabled", "deleted"])
def test_nothing_more_comes_to_one_that_is_gone(call: Caller, control: Control, events: str, gone: str) -> None:
    control.settings(webhook_deliveries="late", webhook_delay=30)
    path = f"{WEBHOOKS}/{call.create(WEBHOOKS, webhook(events))['id']}"
    changed(call)
    call("DELETE", path) if gone == "deleted" else call("PUT", path, webhook(events, enabled=False))
    control.advance(30)
    assert (outcomes(control), received(control)) == (["dropped"], [])


def test_nothing_is_ever_sent_outside(call: Caller, control: Control) -> None:
    """The sandbox never talks to the outside."""
    call.create(WEBHOOKS, webhook("https://example.com/hook"))
    changed(call)
    delivery = control.deliveries()[0]
    assert (delivery["outcome"], delivery["attempts"][0]["status"]) == ("not sent", None)
    assert "is not on this machine" in delivery["attempts"][0]["reason"]


def test_a_loaded_state_keeps_what_was_delivered(call: Caller, control: Control, events: str) -> None:
    call.create(WEBHOOKS, webhook(events))
    changed(call)
    before = control.deliveries()
    control.load(control.state())
    assert (control.deliveries(), len(control.user_requests())) == (before, 1)
    control.reset()
    assert (control.deliveries(), control.user_requests()) == ([], [])


def test_a_header_that_cannot_be_sent_fails_there_and_not_here(call: Caller, control: Control, events: str) -> None:
    control.settings(webhook_attempts=1)
    control.create("webhooks", webhook(events, headers={"X-Key": "a\r\nX-Other: b"}), force=True)
    changed(call)
    delivery = control.deliveries()[0]
    assert (delivery["outcome"], "not printable" in delivery["attempts"][0]["reason"]) == ("given up", True)
    assert delivery["event"]["eventType"] == UPDATED


def test_a_webhook_is_told_one_event_at_a_time_and_in_order() -> None:
    deliveries = Deliveries()
    first, second, third = (Delivery(n, to, {}, 1.0) for n, to in ((1, "a"), (2, "a"), (3, "b")))
    for each in (first, second, third):
        deliveries.add(each)
    assert list(deliveries.due(0.5)) == []
    assert list(deliveries.due(1.0)) == [first, third]
    first.outcome = "under way"
    assert list(deliveries.due(1.0)) == [third]
    first.outcome = "delivered"
    assert list(deliveries.due(1.0)) == [second, third]


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook_names": "odd"},
        {"webhook_deliveries": "thrice"},
        {"webhook_attempts": "many"},
        {"event_types": "all"},
        {"version_order": "random"},
        {"version_cursors": "none"},
        {"archive_accepted": 204},
        {"archive_credential": 7},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(control: Control, changes: dict[str, Any]) -> None:
    with pytest.raises(SandboxError, match=next(iter(changes))):
        control.settings(**changes)
