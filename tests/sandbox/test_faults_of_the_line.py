"""Faults between the organisation and its client: statuses, delays, silence, cuts, damaged and foreign answers.

Contract §1, "What may be repeated": POST after a timeout, a cut or a 5xx is *unknown*.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
import requests
from reconciler.sandbox import Control, Sandbox

from .caller import PURPOSES, Caller, purpose

POST = f"POST {PURPOSES}"
GET = f"GET {PURPOSES}"


def exists(control: Control) -> bool:
    return bool(control.objects("purposes"))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_a_status_comes_before_or_after_the_effect(call: Caller, control: Control, status: int, when: str) -> None:
    """5xx and 504 transient [0][2]."""
    control.fault(POST, "status", status=status, when=when)
    answer = call("POST", PURPOSES, purpose())
    assert answer.status_code == answer.json()["status"] == status
    assert answer.json()["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert "Retry-After" not in answer.headers
    assert exists(control) is (when == "after")


@pytest.mark.parametrize("retry_after", [0, 7, "Sun, 01 Nov 2026 12:00:30 GMT"])
def test_a_status_may_say_when_to_come_back(call: Caller, control: Control, retry_after: int | str) -> None:
    """429 carries `Retry-After` in seconds [0][2][4]; where it is missing [3]: backoff."""
    control.fault(GET, "status", status=429, retry_after=retry_after, code="too.many.requests", message="Slow down.")
    answer = call("GET", PURPOSES)
    assert answer.headers["Retry-After"] == str(retry_after)
    assert (answer.json()["code"], answer.json()["message"]) == ("too.many.requests", "Slow down.")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cut_connection_comes_before_or_after_the_effect(call: Caller, control: Control, when: str) -> None:
    """POST after a timeout, a cut or a 5xx is *unknown*."""
    control.fault(POST, "cut", when=when)
    with pytest.raises(requests.ConnectionError):
        call("POST", PURPOSES, purpose())
    assert exists(control) is (when == "after")
    assert control.requests("POST", PURPOSES)[0].status is None
    assert call("GET", PURPOSES).status_code == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hanging_request_is_never_answered(call: Caller, control: Control, when: str) -> None:
    control.fault(POST, "hang", when=when)
    with pytest.raises(requests.ReadTimeout):
        call("POST", PURPOSES, purpose(), timeout=0.1)
    assert exists(control) is (when == "after")


@pytest.mark.parametrize(("when", "during"), [("before", False), ("after", True)])
def test_a_delay_comes_before_or_after_the_effect(call: Caller, control: Control, when: str, during: bool) -> None:
    for seconds in (0.3, 3, 30):  # until one is long enough to look meanwhile, on a machine however busy
        control.fault(POST, "delay", seconds=seconds, when=when)
        sent, answers = time.monotonic(), []
        with suppress(requests.ReadTimeout):
            answers.append(call("POST", PURPOSES, purpose(), timeout=0.05))
        found, is_over = exists(control), time.monotonic() - sent >= seconds
        control.rest()
        assert exists(control), "a client that gave up does not stop the effect"
        if not is_over:
            break
        control.delete("purposes", "Support")
    assert (answers, found, is_over) == ([], during, False)


def test_a_delayed_answer_does_come(call: Caller, control: Control) -> None:
    control.fault(GET, "delay", seconds=0.05)
    before = time.monotonic()
    assert call("GET", PURPOSES).status_code == 200
    assert time.monotonic() - before >= 0.05


def test_other_requests_go_on_during_a_delay(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control.fault(POST, "delay", seconds=3600)
    with pytest.raises(requests.ReadTimeout):
        call("POST", PURPOSES, purpose(), timeout=0.05)
    assert call("GET", PURPOSES, timeout=30).status_code == 200


def test_a_stump_of_json_may_be_framed_properly(call: Caller, control: Control) -> None:
    control.fault(POST, "truncate", keep=20)
    answer = call("POST", PURPOSES, purpose())
    assert (answer.status_code, len(answer.content), answer.headers["Content-Length"]) == (201, 20, "20")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)
    assert exists(control)


def test_a_stump_of_json_may_promise_more_than_comes(
    call: Caller, control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    control.fault(GET, "truncate", declares="whole")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        call("GET", PURPOSES)
    assert call("GET", PURPOSES).status_code == 200
    assert caplog.records == []


@pytest.mark.parametrize(("status", "when"), [(200, "before"), (502, "before"), (200, "after"), (502, "after")])
def test_html_may_come_where_json_is_expected(call: Caller, control: Control, status: int, when: str) -> None:
    control.fault(POST, "html", status=status, when=when)
    answer = call("POST", PURPOSES, purpose())
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert exists(control) is (when == "after")


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("http://other.invalid", f"http://other.invalid{PURPOSES}?pageSize=5"),
        ("http://other.invalid/login", "http://other.invalid/login"),
    ],
)
def test_a_redirect_leads_to_another_host(call: Caller, control: Control, location: str, leads_to: str) -> None:
    control.fault(GET, "redirect", location=location)
    answer = call("GET", PURPOSES, params={"pageSize": 5})
    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


def test_a_redirect_may_have_another_status(call: Caller, control: Control) -> None:
    control.fault(POST, "redirect", location="http://other.invalid", status=307)
    assert call("POST", PURPOSES, purpose()).status_code == 307
    assert not exists(control)


@pytest.mark.parametrize("declares", [True, False])
def test_an_oversized_answer_is_still_json(call: Caller, control: Control, declares: bool) -> None:
    control.fault(GET, "oversize", bytes=1_000_000, declares=declares)
    answer = call("GET", PURPOSES)
    assert len(answer.content) == 1_000_000
    assert answer.json()["total"] == 0
    assert ("Content-Length" in answer.headers) is declares
    assert call("GET", PURPOSES).status_code == 200


def test_a_reader_who_has_enough_may_hang_up(call: Caller, control: Control) -> None:
    control.fault(GET, "oversize", bytes=10**12)
    answer = call("GET", PURPOSES, stream=True)
    assert len(answer.raw.read(1_000_000)) == 1_000_000
    answer.close()
    assert call("GET", PURPOSES).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "becomes"),
    [
        ({"set": {"entities": None}}, {"entities": None}),
        ({"set": {"total": "many", "entities.0.name": 7}}, {"total": "many"}),
        ({"set": {"entities": {}}}, {"entities": {}}),
    ],
)
def test_an_answer_may_have_wrong_types(
    call: Caller, control: Control, parameters: dict[str, Any], becomes: dict[str, Any]
) -> None:
    control.create("purposes", purpose())
    control.fault(GET, "mangle", **parameters)
    answer = call("GET", PURPOSES).json()
    assert becomes.items() <= answer.items()
    if "entities.0.name" in parameters["set"]:
        assert answer["entities"][0]["name"] == 7


def test_an_answer_may_lack_what_it_should_have(call: Caller, control: Control) -> None:
    control.create("purposes", purpose())
    control.fault(GET, "mangle", remove=["total", "entities.0.version"])
    answer = call("GET", PURPOSES).json()
    assert "total" not in answer
    assert "version" not in answer["entities"][0]
    assert "total" in call("GET", PURPOSES).json()


def test_the_token_endpoint_may_fail_too(sandbox: Sandbox) -> None:
    sandbox.control.fault("POST /oauth/token", "status", status=503)
    answer = requests.post(f"{sandbox.url}/oauth/token", auth=("sandbox", "sandbox"), timeout=60)
    assert answer.status_code == 503
