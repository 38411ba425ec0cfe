"""The control API: what it records, the clock, the state, and that it stands beside the organisation, not in it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import requests
from reconciler.sandbox import Control, Sandbox, SandboxError
from reconciler.sandbox.control_routes import control_routes
from reconciler.sandbox.house import build_house
from starlette.applications import Starlette

from .caller import PURPOSES, SCHEMAS, Caller, field, purpose, schema


def test_requests_are_recorded_in_the_order_of_their_arrival(call: Caller, control: Control) -> None:
    answer = call("POST", PURPOSES, purpose(), params={"x": "1"}, headers={"X-Mark": "seen"})
    call("GET", PURPOSES)
    login, post, get = control.requests()
    assert [login.number, post.number, get.number] == [1, 2, 3]
    assert (post.method, post.path, post.query, post.body) == ("POST", PURPOSES, {"x": "1"}, purpose())
    assert (post.status, post.client_id, post.time) == (201, "sandbox", "2026-11-01T12:00:00.000Z")
    assert post.correlation_id == answer.headers["ININ-Correlation-Id"]
    assert post.headers["x-mark"] == "seen"
    assert get.body is None


def test_at_rest_what_a_client_sent_that_is_gone_has_had_its_effect(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control.fault(f"POST {PURPOSES}", "delay", seconds=2)
    body = orjson.dumps(purpose())
    head = f"POST {PURPOSES} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer {call.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0)) as line:
        line.sendall(head.encode() + body)
    assert sandbox.control.effects() == []
    sandbox.control.rest()
    assert [effect.action for effect in sandbox.control.effects()] == ["create"]


def test_requests_can_be_asked_for_by_method_and_path(call: Caller, control: Control) -> None:
    call("GET", PURPOSES)
    call("GET", SCHEMAS)
    assert [each.path for each in control.requests("GET")] == [PURPOSES, SCHEMAS]
    assert [each.method for each in control.requests(path="/oauth/token")] == ["POST"]


@pytest.mark.parametrize("kind", ["data", "json"])
def test_no_secret_is_recorded(sandbox: Sandbox, call: Caller, kind: str) -> None:
    """A token is a secret: never in a log."""
    grant = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    requests.post(f"{sandbox.url}/oauth/token", **{kind: grant}, timeout=60)  # type: ignore[arg-type]
    call("GET", PURPOSES)
    login, again, get = sandbox.control.requests()
    assert login.headers["authorization"] == "Basic ***"
    assert get.headers["authorization"] == "Bearer ***"
    assert "client_secret" in str(again.body)
    assert "***" in str(again.body)
    assert call.token not in str(sandbox.control.requests())


def test_a_body_that_is_no_json_is_recorded_as_text(call: Caller, control: Control) -> None:
    call("POST", PURPOSES, data=b"{\xff", headers={"Content-Type": "application/json"})
    assert control.requests("POST", PURPOSES)[0].body == "{�"


def test_refused_and_unauthenticated_requests_are_recorded_too(sandbox: Sandbox) -> None:
    requests.get(sandbox.url + PURPOSES, timeout=60)
    recorded = sandbox.control.requests()[0]
    assert (recorded.status, recorded.client_id) == (401, None)


def test_the_journal_can_be_emptied_and_numbers_go_on(call: Caller, control: Control) -> None:
    call.create(PURPOSES, purpose())
    control.forget()
    assert control.requests() == control.effects() == []
    call.create(PURPOSES, purpose("Sales"))
    assert (control.requests()[0].number, control.effects()[0].number) == (3, 2)


def test_effects_can_be_asked_for_by_collection_and_author(call: Caller, control: Control) -> None:
    call.create(PURPOSES, purpose())
    control.create("flex_schemas", schema())
    assert [effect.collection for effect in control.effects(by="sandbox")] == ["purposes"]
    assert [effect.by for effect in control.effects("flex_schemas")] == ["colleague"]


def test_the_control_api_costs_nothing_and_is_not_recorded(call: Caller, control: Control) -> None:
    for _ in range(5):
        control.objects("purposes")
    control.fault("* /**", "status", status=503, times=None)
    assert control.requests("GET") == []
    control.clear_faults()
    assert call("GET", PURPOSES).headers["inin-ratelimit-count"] == "1"


def test_the_clock_can_be_frozen_set_advanced_and_run(control: Control) -> None:
    assert control.now() == "2026-11-01T12:00:00.000Z"
    assert control.advance(90) == "2026-11-01T12:01:30.000Z"
    assert control.freeze("2027-01-01T00:00:00+01:00") == "2026-12-31T23:00:00.000Z"
    assert control.run_clock().startswith("2026-12-31T23:00:00")
    assert control._call("GET", "clock")["frozen"] is False
    assert control.freeze() == control.now()


@pytest.mark.parametrize("content", [{"advance": -1}, {"advance": "1"}, {"now": "noon"}, {"now": 7}, {"speed": 2}, []])
def test_a_clock_that_makes_no_sense_is_refused(control: Control, content: object) -> None:
    with pytest.raises(SandboxError):
        control._call("PATCH", "clock", content)
    assert control.now() == "2026-11-01T12:00:00.000Z"


def test_objects_show_the_truth_with_its_version(control: Control) -> None:
    control.settings(locking="none")
    control.create("purposes", purpose())
    assert control.find("purposes", "Support")["version"] == 1
    assert control.find("purposes", control.objects("purposes")[0]["id"])["name"] == "Support"


def test_what_is_not_there_is_said_plainly(control: Control) -> None:
    with pytest.raises(SandboxError, match="'nobody'"):
        control.find("purposes", "nobody")
    with pytest.raises(SandboxError, match="there are purposes, flex_schemas"):
        control.objects("queues")
    with pytest.raises(SandboxError, match="no schema has the id or the name 'none'"):
        control.put_records("none", [])


def test_a_state_goes_out_and_in_again(call: Caller, control: Control) -> None:
    call.create(PURPOSES, purpose())
    call.create(SCHEMAS, schema(field("a")))
    call("PUT", f"{SCHEMAS}/{control.find('flex_schemas', 'Customer')['id']}", schema(field("b")))
    control.put_records("Customer", [{"b": "x"}])
    control.settings(locking="none")
    state = control.state()
    with Sandbox.start(load=state) as other:
        assert other.control.state() == state
        assert Caller(other.url).names(PURPOSES) == ["Support"]
    control.delete("purposes", "Support")
    control.load(state)
    assert control.state() == state
    assert call("GET", PURPOSES).status_code == 200, "tokens outlive a load"


def test_a_state_that_does_not_fit_changes_nothing(control: Control) -> None:
    control.create("purposes", purpose())
    with pytest.raises(SandboxError, match=r"state\.purposes\[0\]"):
        control.load({"purposes": [{"description": "nameless"}]})
    assert len(control.objects("purposes")) == 1


def test_a_reset_brings_back_the_start() -> None:
    scripts = [{"route": f"GET {SCHEMAS}", "action": "status", "status": 503}]
    load = {"purposes": [purpose("Loaded")], "settings": {"max_page_size": 50}}
    with Sandbox.start(load=load, faults=scripts, seed=3, clock="2026-11-01T12:00:00Z") as sandbox:
        control, call = sandbox.control, Caller(sandbox.url)
        start = control.state()
        first = control.create("purposes", purpose("Made"))
        control.settings(locking="none")
        control.advance(60)
        control.clear_faults()
        control.reset()
        assert control.state() == start
        assert control.now() == "2026-11-01T12:00:00.000Z"
        assert control.faults()[0]["remaining"] == 1
        assert control.requests() == control.effects() == []
        assert call("GET", PURPOSES).status_code == 401
        assert control.create("purposes", purpose("Made"))["id"] == first["id"]


def test_an_unreachable_sandbox_is_said_to_be_so() -> None:
    with Sandbox.start() as sandbox:
        url = sandbox.url
    with Control(url) as control, pytest.raises(SandboxError, match="does not answer"):
        control.now()


def test_a_control_call_with_broken_json_is_refused(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.url}/__sandbox/faults", data="{", timeout=60)
    assert (answer.status_code, answer.json()["summary"]) == (400, "Not JSON")


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.1", 403)])
def test_the_control_api_answers_loopback_only(host: str, status: int) -> None:
    house = build_house({}, [], where="load", faults_where="faults", seed=1, clock=None)
    scope = {"type": "http", "method": "GET", "path": "/state", "query_string": b"", "headers": [], "client": (host, 1)}
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=control_routes(house))(scope, receive, send))
    assert sent[0]["status"] == status
