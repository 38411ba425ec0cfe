"""An inbox in a ledger, a clock that waits for nothing, and a receiver over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reconciler.model.address import Address
from reconciler.model.request import Requested

SUBJECT = Address("PrivacyExport", "subject")
START = 1_793_534_400.0  # 2026-11-01T12:00:00Z


@dataclass
class Clock:
    at: float = START

    def now(self) -> float:
        return self.at


def request(**members: Any) -> Requested:
    given: dict[str, Any] = {
        "key": "k-1", "address": SUBJECT, "original": SUBJECT, "live_id": "k-1", "status": "QUEUED",
        "body": {"entityType": "user", "dataTypes": ["profile"]},
    }  # fmt: skip
    return Requested(**given | members)


@dataclass
class Receiver:
    """Answers what `answers` says, one after the other, then 200. Keeps what it was sent."""

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiving(*answers: tuple[int, dict[str, str]]) -> Iterator[Receiver]:
    receiver = Receiver(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            receiver.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, headers = receiver.answers.pop(0) if receiver.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the test's stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/events"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
