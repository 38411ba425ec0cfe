"""Receivers are told of confirmed callbacks at least once, from a queue that survives, with their credentials only."""

from __future__ import annotations

import netrc
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from reconciler.model.callback import Belief, Delivery, Received
from reconciler.model.observed import Organisation
from reconciler.model.ports import AuditEntry
from reconciler.model.secret import Secret
from reconciler.service.inbox import forwarding
from reconciler.service.inbox.forwarding import LONGEST_WAIT, PATIENCE, Forwarding, forward_due
from reconciler.state import SqlInbox, SqlLedger, open_ledger

from .inboxes import START, Clock, Receiver, receiving

NOTED = AuditEntry("2026-11-01T12:00:00Z", "WEBHOOK_CALLBACK", "", "k-1", "RECEIVED", "")
EVENT = {"id": "d-1", "event": "privacy.export.ended", "address": "PrivacyExport/subject", "requestId": "r-1"}
CREDENTIAL = "Bearer of-the-siem"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    with open_ledger(tmp_path / "ledger.db", Organisation("org-1", "Ours"), writable=True) as ledger:
        inbox = SqlInbox(ledger)
        inbox.receive("k-1", "COMPLETED", START, NOTED)
        settled = Received("k-1", "COMPLETED", START, START, belief=Belief.CONFIRMED)
        delivery = Delivery("d-1", "siem", "k-1", "COMPLETED", made=START, due=START, event=EVENT)
        inbox.settle(settled, NOTED, request=None, deliveries=[delivery])
        yield ledger


def work(ledger: SqlLedger, receiver: Receiver | str, clock: Clock, told: list[str] | None = None) -> Forwarding:
    url = receiver if isinstance(receiver, str) else receiver.url
    target = forwarding.Receiver("siem", url, {"Authorization": Secret(CREDENTIAL)})
    tell = (told if told is not None else []).append
    return Forwarding(SqlInbox(ledger), target, requests.Session(), clock.now, tell)


def test_an_event_is_delivered_once_with_its_id_and_its_credential(ledger: SqlLedger) -> None:
    with receiving() as receiver:
        forward_due(work(ledger, receiver, Clock()))
        forward_due(work(ledger, receiver, Clock()))
    assert receiver.events == [EVENT]
    assert receiver.headers[0]["authorization"] == CREDENTIAL
    assert receiver.headers[0]["idempotency-key"] == "d-1"
    assert SqlInbox(ledger).tally()["siem", "delivered"] == 1
    assert ledger.audit()[-1].action == "CALLBACK_FORWARDED"


@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 408, 429, 500, 503])
def test_whatever_else_is_answered_it_is_sent_again(ledger: SqlLedger, status: int) -> None:
    clock = Clock()
    with receiving((status, {"Location": "http://127.0.0.1:9/"})) as receiver:
        forward_due(work(ledger, receiver, clock))
        assert SqlInbox(ledger).tally()["siem", "waiting"] == 1
        clock.at += 4.9
        forward_due(work(ledger, receiver, clock))
        assert len(receiver.events) == 1, "the wait is kept"
        clock.at += 0.2
        forward_due(work(ledger, receiver, clock))
    assert receiver.events == [EVENT, EVENT]
    assert SqlInbox(ledger).tally()["siem", "delivered"] == 1


def test_nobody_there_is_no_loss_and_no_secret_is_told(ledger: SqlLedger) -> None:
    told: list[str] = []
    forward_due(work(ledger, "http://127.0.0.1:9/events?token=hunter2", Clock(), told))
    assert SqlInbox(ledger).tally()["siem", "waiting"] == 1
    assert told == ["siem: an event was not taken (no answer: ConnectionError), try 1"]


def test_a_stated_wait_is_kept_within_bounds(ledger: SqlLedger) -> None:
    clock = Clock()
    with receiving((429, {"Retry-After": "120"}), (429, {"Retry-After": "999999999"})) as receiver:
        forward_due(work(ledger, receiver, clock))
        [waiting] = SqlInbox(ledger).outgoing("siem")
        assert waiting.due == clock.at + 120
        clock.at = waiting.due
        forward_due(work(ledger, receiver, clock))
    [waiting] = SqlInbox(ledger).outgoing("siem")
    assert waiting.due == clock.at + LONGEST_WAIT


def test_after_three_days_it_is_given_up_and_counted(ledger: SqlLedger) -> None:
    clock = Clock(START + PATIENCE + 1)
    with receiving((500, {})) as receiver:
        forward_due(work(ledger, receiver, clock))
    assert SqlInbox(ledger).tally()["siem", "given up"] == 1
    assert (ledger.audit()[-1].result, ledger.audit()[-1].detail) == ("FAILED", "HTTP 500")


def test_credentials_of_a_netrc_are_not_sent(
    ledger: SqlLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password people\n")
    (tmp_path / "netrc").chmod(0o600)
    assert netrc.netrc(tmp_path / "netrc").authenticators("127.0.0.1")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with receiving() as receiver:
        forward_due(work(ledger, receiver, Clock()))
    assert receiver.headers[0]["authorization"] == CREDENTIAL
