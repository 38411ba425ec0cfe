"""One POST to a place of the user's own: what is sent along, what is not, and what is said of an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from reconciler.archive.posting import Outcome, Poster, Reply
from reconciler.commands.clock import SystemClock
from reconciler.model.secret import Secret

CREDENTIAL = Secret("Bearer the-secret")


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        server.seen.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
        status, headers, body = server.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def server() -> Iterator[Any]:
    made: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.seen, made.answer = [], (201, {}, b'{"archiveId": "a"}')
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def posted(server: Any, url: str = "") -> Reply:
    poster = Poster(SystemClock(), connect=30)
    at = url or f"http://127.0.0.1:{server.server_port}/archives"
    try:
        return poster.post(
            at, b"{}", headers={"Idempotency-Key": "k"}, secrets={"Authorization": CREDENTIAL}, timeout=30
        )
    finally:
        poster.close()


def test_the_credential_and_the_key_are_headers(server: Any) -> None:
    assert posted(server).content == {"archiveId": "a"}
    [(path, headers, body)] = server.seen
    assert (path, headers["Authorization"], headers["Idempotency-Key"], body) == (
        "/archives", "Bearer the-secret", "k", b"{}",
    )  # fmt: skip


def test_what_an_answer_says_is_shown_without_our_secret(server: Any) -> None:
    server.answer = (400, {}, b'{"message": "no such token: Bearer the-secret"}')
    reply = posted(server)
    assert (reply.outcome, reply.told) == (Outcome.REFUSED, "It answers 400: no such token: ***.")


def test_a_cookie_is_not_kept(server: Any) -> None:
    server.answer = (201, {"Set-Cookie": "a=b"}, b"{}")
    poster = Poster(SystemClock(), connect=30)
    for _ in range(2):
        poster.post(f"http://127.0.0.1:{server.server_port}/", b"{}", headers={}, secrets={}, timeout=30)
    poster.close()
    assert "Cookie" not in server.seen[1][1]


def test_a_proxy_of_the_environment_is_honoured(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert posted(server, "http://archive.invalid/archives").outcome is Outcome.DONE
    assert server.seen[0][0] == "http://archive.invalid/archives"


def test_a_host_that_is_not_there_was_never_connected_to(server: Any) -> None:
    assert posted(server, "http://127.0.0.1:9/archives").outcome is Outcome.NEVER_CONNECTED
