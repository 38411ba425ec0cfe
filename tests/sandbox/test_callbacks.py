"""Callbacks (contract §5): `POST callbackUrl {requestId, status, downloadUrl, entityType}`; nothing signs it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError
from reconciler.sandbox.exports.outbox import Outbox

from .caller import Caller
from .exporting import MINE, OTHER, PRIVACY, exported, fetch, submitted


class Receiver:
    """Who is called back: keeps what came, answers as the seed does; where `deaf` is set it keeps everybody waiting."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.location = ""
        self.deaf = threading.Event()
        self._over = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                receiver.headers.append({**self.headers, "path": self.path})
                if receiver.deaf.is_set():
                    receiver._over.wait()
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()
                self.wfile.write(b"Callback received")

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Whoever calls back may hang up."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?x=1"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()


def shown(call: Caller, request_id: str = MINE) -> dict[str, Any]:
    return dict(call("GET", f"{PRIVACY}/{request_id}").json())


def test_a_completion_is_called_back_once(call: Caller, control: Control, receiver: Receiver) -> None:
    """Callback on completion; the seed answers 200."""
    submitted(call, callbackUrl=receiver.url)
    assert control.callbacks() == []
    control.complete_export(MINE)
    callback = control.callbacks()[0]
    assert (callback["outcome"], callback["status"], callback["answer"]) == ("answered", 200, "Callback received")
    assert len(receiver.got) == 1
    body = receiver.got[0]
    url = body.pop("downloadUrl")
    assert body == {"requestId": MINE, "status": "COMPLETED", "entityType": "conversation"}
    assert fetch(url).status == 200
    assert receiver.headers[0]["Content-Type"] == "application/json"
    assert receiver.headers[0]["path"] == "/hook?x=1"


def test_it_is_true_when_it_comes(call: Caller, control: Control, receiver: Receiver) -> None:
    submitted(call, callbackUrl=receiver.url)
    control.advance(10)
    control.callbacks()
    assert (len(receiver.got), shown(call)["status"]) == (1, "COMPLETED")


def test_a_failure_is_called_back_without_a_download(call: Caller, control: Control, receiver: Receiver) -> None:
    """Both are the end."""
    submitted(call, callbackUrl=receiver.url)
    control.fail_export(MINE, "No.")
    control.callbacks()
    expected = {"requestId": MINE, "status": "FAILED", "downloadUrl": None, "entityType": "conversation"}
    assert receiver.got == [expected]


def test_what_is_under_way_is_not_sent_again() -> None:
    outbox = Outbox()
    now, later = outbox.add("x", {}, due=1.0), outbox.add("y", {}, due=2.0)
    assert outbox.take_due(1.0) == [now]
    assert outbox.take_due(2.0) == [later]
    assert outbox.take_due(3.0) == []


def test_nothing_signs_it(call: Caller, control: Control, receiver: Receiver) -> None:
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    control.callbacks()
    names = {name.lower() for name in receiver.headers[0]}
    assert names == {"host", "content-type", "content-length", "user-agent", "connection", "path"}


def test_without_an_address_nobody_is_called(call: Caller, control: Control) -> None:
    submitted(call)
    control.complete_export(MINE)
    control.complete_export(exported(call))
    assert control.callbacks() == []


@pytest.mark.parametrize(("mode", "times"), [("never", 0), ("once", 1), ("twice", 2)])
def test_it_may_come_never_once_and_twice(
    call: Caller, control: Control, receiver: Receiver, mode: str, times: int
) -> None:
    control.settings(callbacks=mode)
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    assert len(control.callbacks()) == len(receiver.got) == times
    assert all(body["requestId"] == MINE for body in receiver.got)


def test_it_may_come_late(call: Caller, control: Control, receiver: Receiver) -> None:
    control.settings(callbacks="late", callback_delay=30)
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    control.advance(29)
    assert [each["outcome"] for each in control.callbacks()] == ["waiting"]
    assert receiver.got == []
    control.advance(1)
    assert [each["outcome"] for each in control.callbacks()] == ["answered"]


def test_it_may_come_before_the_status_has_changed(call: Caller, control: Control, receiver: Receiver) -> None:
    control.settings(callbacks="early", callback_delay=30)
    submitted(call, callbackUrl=receiver.url)
    control.step_export(MINE)
    control.complete_export(MINE)
    control.callbacks()
    assert receiver.got[0]["status"] == "COMPLETED"
    assert (shown(call)["status"], "downloadUrl" in shown(call)) == ("PROCESSING", False)
    control.advance(29)
    assert shown(call)["status"] == "PROCESSING"
    control.advance(1)
    assert shown(call)["status"] == "COMPLETED"


def test_it_may_be_forged(call: Caller, control: Control, receiver: Receiver) -> None:
    """Nothing signs it: another id."""
    control.settings(callbacks="forged")
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    control.callbacks()
    assert receiver.got[0]["requestId"] != MINE
    assert call("GET", f"{PRIVACY}/{receiver.got[0]['requestId']}").status_code == 404


def test_a_test_may_say_what_it_likes(call: Caller, control: Control, receiver: Receiver) -> None:
    submitted(call, callbackUrl="http://127.0.0.1:1/closed")
    control.call_back(MINE, url=receiver.url, requestId=OTHER, status="COMPLETED", entityType=None)
    control.callbacks()
    assert receiver.got == [{"requestId": OTHER, "status": "COMPLETED", "downloadUrl": None}]
    assert shown(call)["status"] == "QUEUED"
    with pytest.raises(SandboxError, match="call nobody back"):
        control.call_back(exported(call))


@pytest.mark.parametrize("status", [404, 500])
def test_what_the_receiver_answers_is_recorded(call: Caller, control: Control, receiver: Receiver, status: int) -> None:
    receiver.status = status
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    assert control.callbacks()[0]["status"] == status
    assert len(receiver.got) == 1


def test_no_download_is_recorded_with_its_signature(call: Caller, control: Control, receiver: Receiver) -> None:
    """The `downloadUrl` is a secret (it grants the data)."""
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    control.callbacks()
    signature = receiver.got[0]["downloadUrl"].rpartition("=")[2]
    assert signature not in str(control.callbacks())
    assert MINE in control.callbacks()[0]["body"]["downloadUrl"]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://192.0.2.1/hook",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@example.com/",
        "http://[2001:db8::1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
    ],
)
def test_nothing_is_ever_sent_outside(call: Caller, control: Control, url: str) -> None:
    """The sandbox never talks to the outside."""
    submitted(call, callbackUrl=url)
    control.complete_export(MINE)
    callback = control.callbacks()[0]
    assert (callback["outcome"], callback["url"], callback["status"]) == ("not sent", url, None)


def test_a_redirect_is_not_followed(call: Caller, control: Control, receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, receiver.url
    submitted(call, callbackUrl=receiver.url)
    control.complete_export(MINE)
    assert control.callbacks()[0]["status"] == 307
    assert len(receiver.got) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_receiver_who_is_not_there_is_recorded(call: Caller, control: Control, scheme: str) -> None:
    submitted(call, callbackUrl=f"{scheme}://localhost:1/hook")
    control.complete_export(MINE)
    callback = control.callbacks()[0]
    assert (callback["outcome"], "refused" in callback["reason"].lower()) == ("failed", True)


def test_a_receiver_who_says_nonsense_is_recorded(sandbox: Sandbox, call: Caller, receiver: Receiver) -> None:
    """Plain HTTP where TLS was promised."""
    submitted(call, callbackUrl=receiver.url.replace("http:", "https:"))
    sandbox.control.complete_export(MINE)
    callback = sandbox.control.callbacks()[0]
    assert (callback["outcome"], "SSL" in callback["reason"]) == ("failed", True)


def test_a_receiver_who_does_not_answer_holds_nobody_up(
    sandbox: Sandbox, call: Caller, receiver: Receiver, stops_at_once: Callable[[], bool]
) -> None:
    receiver.deaf.set()
    submitted(call, callbackUrl=receiver.url)
    sandbox.control.complete_export(MINE)
    until = time.monotonic() + 120
    while not receiver.got and time.monotonic() < until:
        time.sleep(0.005)
    assert shown(call)["status"] == "COMPLETED"
    with pytest.raises(SandboxError, match="still under way"):
        sandbox.control.callbacks(wait=0.01)
    assert stops_at_once()
