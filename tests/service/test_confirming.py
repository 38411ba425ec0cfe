"""A callback is believed only when the organisation says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from reconciler.errors import ReconcilerError
from reconciler.model.callback import Belief
from reconciler.model.observed import Organisation
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Requested
from reconciler.service.inbox.confirming import PATIENCE, Confirmation, confirm_due
from reconciler.state import SqlInbox, SqlLedger, open_ledger

from .inboxes import Clock, request

NOTED = AuditEntry("2026-11-01T12:00:00Z", "WEBHOOK_CALLBACK", "", "k-1", "RECEIVED", "")


@dataclass
class Desk:
    """An organisation that says what `says` is, a ledger with one request, and an inbox."""

    ledger: SqlLedger
    says: str | ReconcilerError = "COMPLETED"
    clock: Clock = field(default_factory=Clock)
    asked: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def inbox(self) -> SqlInbox:
        return SqlInbox(self.ledger)

    @property
    def work(self) -> Confirmation:
        find: Callable[[str], Requested | None] = lambda key: self.ledger.requests().get(key)  # noqa: E731
        return Confirmation(self.inbox, find, self.ask, ("siem", "grc"), self.clock.now, self.told.append)

    def ask(self, asked: Requested) -> Requested:
        self.asked += 1
        if isinstance(self.says, ReconcilerError):
            raise self.says
        return replace(asked, status=self.says, seen=self.clock.at)

    def receive(self, status: str = "COMPLETED", key: str = "k-1") -> None:
        self.inbox.receive(key, status, self.clock.at, NOTED)

    def later(self, seconds: float) -> None:
        self.clock.at += seconds
        confirm_due(self.work)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_ledger(tmp_path / "ledger.db", Organisation("org-1", "Ours"), writable=True) as ledger:
        ledger.keep(request())
        yield Desk(ledger)


def test_what_the_organisation_confirms_is_forwarded_to_everybody(desk: Desk) -> None:
    desk.receive()
    confirm_due(desk.work)
    assert desk.inbox.tally() == {("callback", "confirmed"): 1, ("siem", "waiting"): 1, ("grc", "waiting"): 1}
    assert desk.ledger.requests()["k-1"].status == "COMPLETED"


def test_the_event_says_who_asked_for_what_and_how_it_ended(desk: Desk) -> None:
    desk.receive()
    confirm_due(desk.work)
    [delivery] = desk.inbox.outgoing("siem")
    assert delivery.event == {
        "id": delivery.id,
        "event": "privacy.export.ended",
        "requestId": "k-1",
        "requestKey": "k-1",
        "address": "PrivacyExport/subject",
        "request": {"dataTypes": ["profile"], "entityType": "user"},
        "status": "COMPLETED",
        "reason": "",
        "receivedAt": "2026-11-01T12:00:00.000Z",
        "confirmedAt": "2026-11-01T12:00:00.000Z",
    }


def test_what_the_organisation_denies_is_disbelieved_and_goes_nowhere(desk: Desk) -> None:
    desk.receive("FAILED")
    confirm_due(desk.work)
    assert desk.inbox.tally() == {("callback", "disbelieved"): 1}
    assert [each.result for each in desk.ledger.audit()] == ["RECEIVED", "REFUSED"]


def test_an_early_callback_is_asked_about_again(desk: Desk) -> None:
    desk.says = "PROCESSING"
    desk.receive()
    confirm_due(desk.work)
    desk.says = "COMPLETED"
    confirm_due(desk.work)
    assert desk.asked == 1, "the wait is kept"
    desk.later(5)
    assert desk.inbox.tally()["callback", "confirmed"] == 1


def test_the_waits_double_up_to_ten_minutes(desk: Desk) -> None:
    desk.says = "PROCESSING"
    desk.receive()
    waits = []
    for _ in range(10):
        confirm_due(desk.work)
        [left] = desk.inbox.unsettled()
        waits.append(left.due - desk.clock.at)
        desk.clock.at = left.due
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]


@pytest.mark.parametrize("says", ["PROCESSING", "nobody"])
def test_what_never_becomes_true_is_disbelieved_after_a_day(desk: Desk, says: str) -> None:
    desk.says = says
    desk.receive(key="k-1" if says == "PROCESSING" else "k-unknown")
    confirm_due(desk.work)
    desk.later(PATIENCE + 1)
    assert desk.inbox.tally() == {("callback", Belief.DISBELIEVED.value): 1}


def test_a_callback_that_comes_before_the_ledger_knows_its_request_is_kept(desk: Desk) -> None:
    desk.receive(key="k-2")
    confirm_due(desk.work)
    assert (desk.asked, desk.inbox.tally()) == (0, {("callback", "unconfirmed"): 1})
    desk.ledger.keep(request(key="k-2", live_id="k-2"))
    desk.later(5)
    assert desk.inbox.tally()["callback", "confirmed"] == 1


def test_an_organisation_that_cannot_be_asked_is_asked_for_ever(desk: Desk) -> None:
    desk.says = ReconcilerError("No answer", detail="HTTP 503.")
    desk.receive()
    confirm_due(desk.work)
    desk.later(PATIENCE + 1)
    desk.says = "COMPLETED"
    desk.later(600)
    assert desk.inbox.tally()["callback", "confirmed"] == 1
    assert "HTTP 503" in desk.told[0]
