"""What is believed of an answer, and what of us goes over the wire."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import reconciler
from reconciler.api import Client, Exchange, transport
from reconciler.errors import ApiError, ReconcilerError, UntrustworthyAnswer
from reconciler.model.project import Timing
from reconciler.sandbox import Sandbox

from .builders import PURPOSE, PURPOSES, asked, client, fill, http, purpose, raw, request_of

ONE = f"GET {PURPOSES}/*"
ORGANISATION = b'{"id": "org-1", "name": "Ours"}'


@contextmanager
def saying(answer: bytes, **how: Any) -> Iterator[Client]:
    def speak(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    with raw(speak) as environ, client(environ, **how) as api:
        yield api


def untrustworthy(api: Client) -> UntrustworthyAnswer:
    with pytest.raises(UntrustworthyAnswer) as caught:
        api.organisation()
    assert (caught.value.exit_code, caught.value.summary) == (1, "The answer cannot be trusted")
    return caught.value


def test_html_in_place_of_json_is_shown(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault("GET /api/v2/organizations/me", "html", status=200, times=None)
    error = untrustworthy(api)
    assert "The answer is not JSON but text/html; charset=utf-8. It begins: <!DOCTYPE html>" in error.detail
    assert "RECONCILER_API_URL" in error.hint


@pytest.mark.parametrize("declares", ["part", "whole"])
def test_a_truncated_answer_is_not_trusted(sandbox: Sandbox, api: Client, declares: str) -> None:
    sandbox.control.fault("GET /api/v2/organizations/me", "truncate", declares=declares, times=None)
    error = untrustworthy(api)
    assert ("is not JSON" if declares == "part" else "cut short") in error.detail


def test_an_answer_shorter_than_its_content_length_is_not_trusted_even_if_it_reads_well() -> None:
    short = http("200 OK", ORGANISATION + b" " * 10, "Connection: close")[:-10]
    with saying(short) as api:
        assert "cut short" in untrustworthy(api).detail


def test_an_empty_answer_is_not_trusted() -> None:
    with saying(http("200 OK", b"")) as api:
        assert "It does not say which organisation it is." in untrustworthy(api).detail


@pytest.mark.parametrize("declares", [True, False])
def test_an_oversized_answer_is_refused(
    sandbox: Sandbox, api: Client, monkeypatch: pytest.MonkeyPatch, declares: bool
) -> None:
    monkeypatch.setattr(transport, "LARGEST", 1024 * 1024)
    sandbox.control.fault(
        "GET /api/v2/organizations/me", "oversize", bytes=2 * 1024 * 1024, declares=declares, times=None
    )
    assert "it is larger than 1 MB" in untrustworthy(api).detail


def test_an_answer_that_trickles_is_given_up() -> None:
    stop = threading.Event()

    def trickle(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not stop.wait(0.005):
            connection.sendall(b" ")

    with raw(trickle) as environ, client(environ, Ticking(), timing=Timing(request=60)) as api:
        assert "did not end within 60 s" in untrustworthy(api).detail
        stop.set()


class Ticking:
    """Six seconds pass with every look at it."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.monotonic()

    def monotonic(self) -> float:
        self.at += 6
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(sandbox: Sandbox, api: Client, status: int) -> None:
    with Sandbox.start() as other:
        sandbox.control.fault("GET /api/v2/organizations/me", "redirect", location=other.url, status=status, times=None)
        error = untrustworthy(api)
        assert other.control.requests() == []
    assert f"It redirects to {other.url}" in error.detail
    assert asked(sandbox, "GET") == 1


def test_a_proxys_page_is_not_the_organisations_word_that_an_object_is_gone(sandbox: Sandbox, api: Client) -> None:
    for verb in ("GET", "PUT", "DELETE"):
        sandbox.control.fault(f"{verb} {PURPOSES}/*", "html", status=404)
    for act in (
        lambda: api.get(PURPOSE, "p-1"),
        lambda: api.delete(PURPOSE, "p-1", version=1),
        lambda: api.replace(PURPOSE, "p-1", purpose(), version=1),
    ):
        with pytest.raises(UntrustworthyAnswer, match="not JSON but text/html"):
            act()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_answer_whose_compression_is_broken_is_not_trusted(encoding: str) -> None:
    answer = http("200 OK", b"not compressed at all", f"Content-Encoding: {encoding}", "Connection: close")
    with saying(answer) as api:
        assert "cut short" in untrustworthy(api).detail


def test_noise_in_place_of_http_is_no_answer() -> None:
    with saying(b"SSH-2.0-OpenSSH_9.2\r\n") as api, pytest.raises(ApiError, match="does not answer as it should"):
        api.organisation()


def test_we_say_who_we_are(sandbox: Sandbox, api: Client) -> None:
    api.organisation()
    headers = sandbox.control.requests("GET")[0].headers
    assert headers["user-agent"] == f"reconciler/{reconciler.__version__}"
    assert headers["authorization"] == "Bearer ***"


def test_one_connection_serves_the_calls_of_a_thread() -> None:
    connections = []

    def speak(connection: socket.socket) -> None:
        connections.append(connection)
        while True:
            request_of(connection)
            connection.sendall(http("200 OK", ORGANISATION))

    with raw(speak) as environ, client(environ) as api:
        for _ in range(5):
            api.organisation()
    assert len(connections) == 1


def test_the_observer_sees_every_attempt_and_no_secret(sandbox: Sandbox) -> None:
    seen: list[Exchange] = []
    sandbox.control.fault("GET /api/v2/organizations/me", "cut")
    with client(sandbox.environment(), observer=seen.append) as api:
        api.organisation()
    assert [(each.method, each.path, each.status) for each in seen] == [
        ("POST", "/oauth/token", 200),
        ("GET", "/api/v2/organizations/me", 0),
        ("GET", "/api/v2/organizations/me", 200),
    ]
    assert seen[2].correlation_id == sandbox.control.requests("GET")[1].correlation_id


def test_a_proxy_from_the_environment_is_used(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        lines.append(request_of(connection).partition(b"\r\n")[0])
        connection.sendall(http("200 OK", ORGANISATION))

    with raw(proxy) as environ:
        monkeypatch.setenv("http_proxy", environ["RECONCILER_API_URL"])
        monkeypatch.setenv("no_proxy", "")
        with client({**environ, "RECONCILER_API_URL": sandbox.url}) as api:
            assert api.organisation().live_id == "org-1"
    assert lines == [f"GET {sandbox.url}/api/v2/organizations/me HTTP/1.1".encode()]


def test_a_netrc_file_is_not_read(sandbox: Sandbox, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with client(sandbox.environment()) as api:
        assert api.organisation()


def test_no_failure_shows_a_secret_not_even_in_a_traceback_with_locals() -> None:
    """A gateway that sends the request back, a connection that breaks, a page that is cut: whatever happens."""
    answers = [
        lambda request: http("500 Oops", b"<pre>" + request + b"</pre>", "Content-Type: text/html"),
        lambda request: http("403 No", b'{"message": "' + request.replace(b"\r\n", b" ").replace(b'"', b"") + b'"}'),
        lambda request: http("200 OK", b"<pre>" + request),
        lambda request: http("302 Found", b"", "Location: http://x/?" + request.split(b"Bearer ")[1][:12].decode()),
        lambda request: b"",
        lambda request: request,
    ]
    for answer in answers:
        _says_nothing(answer)


def _says_nothing(answer: Any) -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(answer(request_of(connection)))

    with raw(speak) as environ, client({**environ, "GENESYSCLOUD_ACCESS_TOKEN": "s3cr3t-token"}) as api:
        error = _failure(api)
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "s3cr3t" not in str(error)
    assert "s3cr3t" not in "".join(shown.format())


def _failure(api: Client) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as caught:
        api.create(PURPOSE, purpose())
    return caught.value


def test_closing_gives_up_the_connections(sandbox: Sandbox) -> None:
    fill(sandbox, 250)
    with client(sandbox.environment(), parallelism=4) as api:
        assert len(api.list(PURPOSE)) == 250
    api.close()
