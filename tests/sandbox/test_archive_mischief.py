"""What goes wrong at the user's own endpoints (contract §7): throttling, cuts, slowness, redirects, odd answers."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from reconciler.sandbox import Control, SandboxError

from .caller import PURPOSES, Caller
from .strategic import archive, notice, send


@pytest.mark.parametrize("retry_after", [None, 7])
def test_it_may_throttle_with_and_without_a_time(control: Control, retry_after: int | None) -> None:
    """429 backoff; where `Retry-After` is missing [3]."""
    control.fault("POST /archives", "status", status=429, retry_after=retry_after)
    answer = archive(control)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, retry_after and str(retry_after))
    assert control.archives() == []
    assert archive(control).status_code == 201


@pytest.mark.parametrize(("when", "stored", "again"), [("before", 0, 201), ("after", 1, 409)])
@pytest.mark.parametrize("action", ["cut", "status", "html"])
def test_an_answer_may_be_lost_on_either_side_of_the_effect(
    control: Control, action: str, when: str, stored: int, again: int
) -> None:
    """POST after a timeout, a cut or a 5xx is *unknown*."""
    more: dict[str, Any] = {"status": 503} if action == "status" else {}
    control.fault("POST /archives", action, when=when, **more)
    if action == "cut":
        with pytest.raises(requests.ConnectionError):
            archive(control)
    else:
        assert archive(control).status_code in (502, 503)
    assert len(control.archives()) == stored
    assert archive(control).status_code == again


def test_it_may_be_slow_and_hang(control: Control) -> None:
    control.fault("POST /archives", "delay", seconds=3600, when="after")
    with pytest.raises(requests.ReadTimeout):
        archive(control, timeout=0.1)
    assert len(control.archives()) == 1
    control.fault("POST /archives", "hang")
    with pytest.raises(requests.ReadTimeout):
        archive(control, timeout=0.1)


def test_it_may_redirect(control: Control) -> None:
    control.fault("POST /archives", "redirect", location="https://example.com/archives", status=307)
    answer = archive(control)
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://example.com/archives")
    assert control.archives() == []


def test_a_409_may_have_no_body(control: Control) -> None:
    """409 = already archived = success."""
    control.fault("POST /archives", "status", status=409, bare=True)
    answer = archive(control)
    assert (answer.status_code, answer.content) == (409, b"")


def test_an_answer_may_lack_its_id_or_break_off(control: Control) -> None:
    """Returns no archive id."""
    control.fault("POST /archives", "mangle", remove=["archiveId"])
    assert archive(control).json() == {}
    control.put_archives([])
    control.fault("POST /archives", "truncate", keep=5)
    assert archive(control).content == b'{"arc'


def test_an_answer_may_be_without_end(control: Control) -> None:
    control.fault("POST /archives", "oversize", bytes=100_000)
    assert len(archive(control).content) == 100_000


def test_a_notification_may_time_out_or_fail(control: Control) -> None:
    """A notification with a 5 s timeout; a failed one is recorded and never fails the archive."""
    url = control.addresses()["notifications"]
    control.fault("POST /notifications", "hang")
    with pytest.raises(requests.ReadTimeout):
        send(url, notice(), timeout=0.1)
    control.fault("POST /notifications", "status", status=500)
    assert send(url, notice()).status_code == 500
    assert send(url, notice()).status_code == 200
    assert [each.status for each in control.user_requests("/notifications")] == [None, 500, 200]


def test_its_faults_are_its_own(call: Caller, control: Control) -> None:
    control.fault("POST /archives", "status", status=500)
    control.fault("GET /api/**", "status", status=503)
    assert call("GET", PURPOSES).status_code == 503
    assert archive(control).status_code == 500


@pytest.mark.parametrize("action", ["shift", "edit", "late", "next_page"])
def test_it_has_no_colleagues_and_no_lists(control: Control, action: str) -> None:
    with pytest.raises(SandboxError, match=f"'{action}' is none of status, delay"):
        control.fault("POST /archives", action)


def test_a_place_that_is_not_in_the_answer_is_the_scripts_fault(control: Control) -> None:
    control.fault("POST /archives", "mangle", remove=["nothing"])
    answer = archive(control)
    assert (answer.status_code, "No such place" in answer.text) == (500, True)
