"""`POST /callbacks/privacy/{token}`: the token is all the access there is, and what comes is only noted."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from reconciler.model.callback import Received, token_of
from reconciler.model.observed import Organisation
from reconciler.model.secret import Secret
from reconciler.service.inbox.callback import LARGEST
from reconciler.service.inbox.numbers import InboxNumbers
from reconciler.service.inbox.route import Reception, callback_routes
from reconciler.state import SqlInbox, SqlLedger, open_ledger
from reconciler.state.inbox import MOST_STATUSES

from .builders import TOKEN, Estate, Service, served
from .inboxes import START, request

KEY = Secret("k" * 64)
PATH = "/callbacks/privacy/"
DOWNLOAD = "https://files.example.com/x?signature=hunter2"


@dataclass
class Desk:
    service: Service
    ledger: SqlLedger
    estate: Estate

    @property
    def inbox(self) -> SqlInbox:
        return SqlInbox(self.ledger)

    def post(self, body: Any, token: str = "", **more: Any) -> requests.Response:
        """A callback, by default to the address of its own request."""
        asked_about = body.get("requestId") if isinstance(body, dict) else "k-1"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = self.service.url + PATH + (token or token_of(KEY, str(asked_about)).reveal())
        return requests.post(url, data=content, timeout=60, allow_redirects=False, **more)

    def nothing_happened(self) -> bool:
        assert self.inbox.unsettled() == ()
        assert self.ledger.audit() == ()
        return True


@pytest.fixture
def desk(estate: Estate) -> Iterator[Desk]:
    estate.ledger.parent.mkdir(parents=True)
    with open_ledger(estate.ledger, Organisation("org-1", "Ours"), writable=True) as ledger:
        inbox = SqlInbox(ledger)
        reception = Reception(inbox, KEY, ledger.requests_named, lambda: START)
        more: dict[str, Any] = {
            "routers": [callback_routes(reception)],
            "collectors": [InboxNumbers(inbox, ["siem"])],
            "open_paths": (PATH,),
        }
        with served(estate.ports(), token=TOKEN, **more) as service:
            yield Desk(service, ledger, estate)


def claim(request_id: str = "k-1", status: str = "COMPLETED", **members: Any) -> dict[str, Any]:
    return {"requestId": request_id, "status": status, "downloadUrl": DOWNLOAD, "entityType": "user"} | members


def test_a_callback_is_noted_and_answered(desk: Desk) -> None:
    answer = desk.post(claim())
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert desk.inbox.unsettled() == (Received("k-1", "COMPLETED", START, START),)
    [entry] = desk.ledger.audit()
    assert (entry.action, entry.result, entry.request_id) == ("WEBHOOK_CALLBACK", "RECEIVED", "k-1")


def test_it_is_not_believed(desk: Desk) -> None:
    desk.ledger.keep(request())
    desk.post(claim())
    assert desk.ledger.requests()["k-1"].status == "QUEUED"


def test_nothing_of_a_download_address_is_kept(desk: Desk) -> None:
    desk.post(claim())
    desk.ledger.close()
    assert b"hunter2" not in desk.estate.ledger.read_bytes()


def test_a_replay_is_answered_alike_and_changes_nothing(desk: Desk) -> None:
    assert [desk.post(claim()).status_code for _ in range(3)] == [200, 200, 200]
    [received] = desk.inbox.unsettled()
    assert received.times == 3
    assert len(desk.ledger.audit()) == 1


def test_whoever_has_a_token_cannot_fill_the_ledger_with_it(desk: Desk) -> None:
    assert {desk.post(claim(status=f"S{number}")).status_code for number in range(20)} == {200}
    assert len(desk.inbox.unsettled()) == len(desk.ledger.audit()) == MOST_STATUSES


def test_an_organisation_s_own_id_is_known_by_the_ledger(desk: Desk) -> None:
    desk.ledger.keep(request(live_id="org-7"))
    answer = desk.post(claim("org-7"), token_of(KEY, "k-1").reveal())
    assert answer.status_code == 200
    assert [each.request_key for each in desk.inbox.unsettled()] == ["k-1"]


@pytest.mark.parametrize("token", ["0" * 64, "x", "%2e%2e", "k-1", token_of(Secret("j" * 64), "k-1").reveal()])
def test_a_forged_token_is_refused_without_a_word_about_why(desk: Desk, token: str) -> None:
    desk.ledger.keep(request())
    answer = desk.post(claim(), token)
    assert answer.status_code == 403
    assert token not in answer.text
    assert desk.nothing_happened()


def test_a_token_is_good_for_its_own_request_only(desk: Desk) -> None:
    assert desk.post(claim("k-2"), token_of(KEY, "k-1").reveal()).status_code == 403
    assert desk.nothing_happened()


BAD = {
    "no JSON": b"requestId=k-1",
    "half": b'{"requestId": "k-1"',
    "not UTF-8": b'{"requestId": "\xff"}',
    "nothing": b"",
    "an array": b"[]",
    "deep": b"[" * 60_000,
    "no id": {"status": "COMPLETED"},
    "an id of another type": {"requestId": 7, "status": "COMPLETED"},
    "an id that is a path": {"requestId": "../k-1", "status": "COMPLETED"},
    "no status": {"requestId": "k-1"},
    "an odd status": {"requestId": "k-1", "status": "COMPLETED\x1b[2J"},
    "a long status": {"requestId": "k-1", "status": "C" * 65},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_callback_is_refused(desk: Desk, name: str) -> None:
    answer = desk.post(BAD[name])
    assert answer.status_code == 400
    assert answer.json()["title"] == "This is no callback"
    assert "\x1b" not in answer.text
    assert desk.nothing_happened()


def test_what_is_too_large_is_refused(desk: Desk) -> None:
    assert desk.post(claim(padding="x" * LARGEST)).status_code == 413
    assert desk.nothing_happened()


def test_what_is_too_large_is_refused_without_reading_all_of_it(desk: Desk) -> None:
    """It announces a gigabyte and sends a little more than is read: the answer comes all the same."""
    host, port = desk.service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        head = f"POST {PATH}{'0' * 64} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {2**30}\r\n\r\n"
        line.sendall(head.encode() + b"x" * (LARGEST + 1))
        assert line.recv(64).startswith(b"HTTP/1.1 413")
    assert desk.nothing_happened()


def test_the_callback_needs_no_bearer_token_and_gives_none(desk: Desk) -> None:
    assert desk.post(claim()).status_code == 200
    assert desk.service.get("/catalog").status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_nothing_else_is_offered_there(desk: Desk, method: str) -> None:
    url = desk.service.url + PATH + token_of(KEY, "k-1").reveal()
    assert requests.request(method, url, timeout=60).status_code == 405


def test_neither_the_token_nor_the_body_is_told(desk: Desk) -> None:
    token = token_of(KEY, "k-1").reveal()
    desk.post(claim())
    desk.post(claim("k-2"), token)
    told = " ".join(desk.service.told + desk.service.seen)
    assert "POST /callbacks/privacy/{token} 200" in told
    assert not [secret for secret in (token, "hunter2", "k-1") if secret in told]


def test_what_came_of_callbacks_is_counted(desk: Desk) -> None:
    desk.post(claim())
    metrics = desk.service.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert 'reconciler_callbacks{belief="unconfirmed"} 1.0' in metrics
    assert 'reconciler_deliveries{fate="waiting",receiver="siem"} 0.0' in metrics


def test_a_ledger_that_cannot_be_written_asks_for_another_try(estate: Estate) -> None:
    with open_ledger(estate.ledger, writable=False) as ledger:
        reception = Reception(SqlInbox(ledger), KEY, ledger.requests_named, lambda: START)
        with served(estate.ports(), routers=[callback_routes(reception)], open_paths=(PATH,)) as service:
            answer = Desk(service, ledger, estate).post(claim())
    assert answer.status_code == 503
    assert answer.json()["title"] == "The ledger is open for reading only"
