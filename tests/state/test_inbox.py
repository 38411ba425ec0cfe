"""Callbacks and deliveries in the ledger: noted once, settled once, beside whatever apply does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reconciler.model.address import Address
from reconciler.model.callback import Belief, Delivery, Fate, Received
from reconciler.model.request import Requested
from reconciler.state import Place, SqlInbox, SqlLedger, database_at, open_ledger

from .builders import OURS, entry

SUBJECT = Address("PrivacyExport", "subject")


@pytest.fixture(params=["file", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return (
        tmp_path / "ledger.db"
        if request.param == "file"
        else database_at(request.getfixturevalue("postgresql").fresh())
    )


@pytest.fixture
def ledger(place: Place) -> Iterator[SqlLedger]:
    with open_ledger(place, OURS, writable=True) as opened:
        yield opened


@pytest.fixture
def inbox(ledger: SqlLedger) -> SqlInbox:
    return SqlInbox(ledger)


def request(**members: Any) -> Requested:
    given: dict[str, Any] = {
        "key": "k-1",
        "address": SUBJECT,
        "original": SUBJECT,
        "live_id": "k-1",
        "status": "QUEUED",
    }
    return Requested(**given | members)


def delivery(**members: Any) -> Delivery:
    given: dict[str, Any] = {
        "id": "d-1", "receiver": "siem", "request_key": "k-1", "status": "COMPLETED", "made": 7.0, "due": 7.0,
        "event": {"address": str(SUBJECT)},
    }  # fmt: skip
    return Delivery(**given | members)


def received(inbox: SqlInbox, status: str = "COMPLETED") -> Received:
    assert inbox.receive("k-1", status, 5.0, entry(action="WEBHOOK_CALLBACK"))
    return next(each for each in inbox.unsettled() if each.status == status)


def confirmed(one: Received) -> Received:
    return replace(one, belief=Belief.CONFIRMED, confirmed_status="COMPLETED", settled=9.0)


def test_a_callback_is_noted_with_its_audit_entry(inbox: SqlInbox, ledger: SqlLedger) -> None:
    assert received(inbox) == Received("k-1", "COMPLETED", received=5.0, due=5.0)
    assert [each.action for each in ledger.audit()] == ["WEBHOOK_CALLBACK"]


def test_the_same_callback_again_is_only_counted(inbox: SqlInbox, ledger: SqlLedger) -> None:
    received(inbox)
    assert not inbox.receive("k-1", "COMPLETED", 6.0, entry())
    assert inbox.unsettled() == (Received("k-1", "COMPLETED", received=5.0, due=5.0, times=2),)
    assert len(ledger.audit()) == 1


def test_another_status_is_another_callback(inbox: SqlInbox) -> None:
    received(inbox)
    received(inbox, "FAILED")
    assert inbox.tally() == {("callback", "unconfirmed"): 2}


def test_what_is_postponed_says_when_and_how_often(inbox: SqlInbox) -> None:
    later = replace(received(inbox), due=60.0, tries=3)
    inbox.postpone(later)
    assert inbox.unsettled() == (later,)


def test_settling_writes_belief_progress_and_deliveries_together(inbox: SqlInbox, ledger: SqlLedger) -> None:
    ledger.keep(request())
    seen = request(status="COMPLETED", seen=9.0, ended=9.0)
    inbox.settle(confirmed(received(inbox)), entry(), request=seen, deliveries=[delivery()])
    assert inbox.unsettled() == ()
    assert ledger.requests()["k-1"].ended == 9.0
    assert inbox.outgoing("siem") == (delivery(),)
    assert inbox.tally() == {("callback", "confirmed"): 1, ("siem", "waiting"): 1}


def test_settling_twice_forwards_once(inbox: SqlInbox, ledger: SqlLedger) -> None:
    one = confirmed(received(inbox))
    inbox.settle(one, entry(), request=None, deliveries=[delivery()])
    inbox.settle(one, entry(), request=None, deliveries=[delivery(id="d-2")])
    assert inbox.outgoing("siem") == (delivery(),)
    assert len(ledger.audit()) == 2


def test_settling_touches_nothing_of_a_request_but_how_far_it_is(inbox: SqlInbox, ledger: SqlLedger) -> None:
    stale = request()
    ledger.keep(replace(stale, forgotten=True, address=Address("PrivacyExport", "moved")))
    inbox.settle(confirmed(received(inbox)), entry(), request=replace(stale, status="COMPLETED"), deliveries=[])
    after = ledger.requests()["k-1"]
    assert (after.status, after.forgotten, after.address.name) == ("COMPLETED", True, "moved")


def test_a_repetition_after_it_was_settled_changes_nothing(inbox: SqlInbox) -> None:
    inbox.settle(confirmed(received(inbox)), entry(), request=None, deliveries=[])
    assert not inbox.receive("k-1", "COMPLETED", 99.0, entry())
    assert inbox.unsettled() == ()


def test_each_receiver_has_a_queue_of_its_own(inbox: SqlInbox) -> None:
    both = [delivery(), delivery(id="d-2", receiver="grc")]
    inbox.settle(confirmed(received(inbox)), entry(), request=None, deliveries=both)
    inbox.tried(replace(both[0], fate=Fate.DELIVERED, settled=8.0, tries=1), entry())
    assert inbox.outgoing("siem") == ()
    assert inbox.outgoing("grc") == (both[1],)


def test_a_restart_loses_nothing(place: Place) -> None:
    with open_ledger(place, OURS, writable=True) as first:
        SqlInbox(first).settle(confirmed(received(SqlInbox(first))), entry(), request=None, deliveries=[delivery()])
        SqlInbox(first).receive("k-2", "FAILED", 6.0, entry())
    with open_ledger(place, OURS, writable=True) as second:
        assert SqlInbox(second).outgoing("siem") == (delivery(),)
        assert [each.request_key for each in SqlInbox(second).unsettled()] == ["k-2"]
