"""What goes to the file host, and what is never seen of a URI."""

from __future__ import annotations

import logging
import socket
import traceback
from pathlib import Path

import pytest
from reconciler.errors import ReconcilerError
from reconciler.exports.fetching import FetchFailed, Retrying
from reconciler.model.secret import Secret

from .filehost import (
    CONTENT,
    TOKEN,
    Act,
    Request,
    chunked,
    file_host,
    head,
    run,
    run_unstated,
    say,
    seen,
    serve,
    silence,
)

SECRETS = ("do-not-show", "/p0", "X-Amz")


def hides(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


def everything_about(error: BaseException) -> str:
    """What a tool that walks an exception would find: its chain, and its arguments, shown or suppressed."""
    found, todo = [], [error]
    while todo:
        each = todo.pop()
        found.append("".join(traceback.format_exception(each, chain=False)) + repr(each.args))
        todo += [link for link in (each.__cause__, each.__context__) if link is not None]
    return "\n".join(found)


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "netrc"
    path.write_text("default login anna password of-the-netrc\n")
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
def test_no_credentials_and_no_cookies_go_to_the_host(tmp_path: Path) -> None:
    cookie = "session=abc; Path=/"
    with file_host(serve(cut=1000, Set_Cookie=cookie), say("503 Busy", Set_Cookie=cookie)) as host:
        run(host, tmp_path / "export")
        names = {name for request in host.requests for name in request.headers}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "range", "if-range"}


def test_raw_bytes_are_asked_for(tmp_path: Path) -> None:
    with file_host() as host:
        run(host, tmp_path)
        assert host.requests[0].headers["accept-encoding"] == "identity"
        assert host.requests[0].headers["user-agent"].startswith("reconciler/")


def test_a_uri_goes_out_to_the_letter(tmp_path: Path) -> None:
    """A signature is over the spelling; requests would make `%7E` a tilde."""
    tail = "?X-Amz-Credential=a%2Fb%7Ec%20d&sig=a+b/c=="
    with file_host(files={"/p0": b"x", "/a%7Eb": b"x"}) as host:
        run(host, tmp_path, listing=lambda: (host.remote(uri=Secret(f"{host.url}/a%7Eb{tail}")),))
        assert host.requests[0].path == f"/a%7Eb{tail}"


ODD = head("200 OK", Content_Length=3).replace(b"\r\n\r\n", b"\r\n not a header\x00\r\n: x\r\n\r\n") + b"abc"


def broken(connection: socket.socket, request: Request, content: bytes) -> None:
    connection.sendall(ODD)


def nonsense(connection: socket.socket, request: Request, content: bytes) -> None:
    connection.sendall(b"\x00\x01 HTTP/9.9 garbage\r\n\r\n")


def echo(status: str) -> Act:
    """Tells the URI back wherever it can."""
    text = f"/p0?{TOKEN}"
    return say(status, text.encode(), Location=text, X_Echo=text, ETag=f'"{text}"')


@pytest.mark.parametrize(
    "act",
    [
        say("403 X"),
        say("404 X"),
        say("500 X"),
        silence,
        broken,
        nonsense,
        chunked(more=b"x"),
        serve(Content_Encoding="br"),
        serve(Content_Length="3, 4"),
        *map(echo, ("200 OK", "206 Part", "302 Found", "403 No", "407 No", "429 No", "503 No")),
    ],
)
def test_neither_errors_nor_logs_nor_events_show_a_uri(
    tmp_path: Path, act: Act, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[object] = []
    with file_host(*[act] * 20) as host, pytest.raises(FetchFailed) as caught:
        run(host, tmp_path, emit=told.append)
    assert hides(everything_about(caught.value))
    assert hides(caplog.text)
    assert hides("".join(capfd.readouterr()))
    assert all(hides(event.why) and hides(repr(event)) for event in told if isinstance(event, Retrying))
    assert seen(tmp_path) == []


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://127.0.0.1:9/p0?", "takes no connection"),
        ("https://nowhere.invalid/p0?", "(nowhere.invalid) "),
        ("https://127.0.0.1:9/p0?", "takes no connection"),
        (f"https://{'x' * 64}.example/p0?", "x.example) "),
    ],
)
def test_a_host_that_cannot_be_reached_is_named_and_nothing_more(
    tmp_path: Path, uri: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with file_host() as host, pytest.raises((FetchFailed, ReconcilerError)) as caught:
        run(host, tmp_path, listing=lambda: (host.remote(uri=Secret(uri + TOKEN)),), attempts=2)
    assert said in str(caught.value)
    assert hides(everything_about(caught.value) + caplog.text)


def test_a_plain_server_asked_over_tls_is_an_error(tmp_path: Path) -> None:
    with file_host() as host:
        uri = Secret(host.url.replace("http:", "https:") + "/p0?" + TOKEN)
        with pytest.raises(FetchFailed, match="over TLS"):
            run(host, tmp_path, listing=lambda: (host.remote(uri=uri),), attempts=2)


def test_certificates_that_cannot_be_read_are_named_as_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nothing.pem"))
    with file_host() as host, pytest.raises(FetchFailed, match="REQUESTS_CA_BUNDLE"):
        run(host, tmp_path, listing=lambda: (host.remote(uri=Secret(f"https://127.0.0.1/p0?{TOKEN}")),))


def test_the_environments_proxy_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with file_host() as proxy:
        proxy.files = {"http://localhost/p0": CONTENT}
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", proxy.url)
        with file_host() as host:
            run(host, tmp_path, listing=lambda: (host.remote(uri=Secret("http://localhost/p0")),))
            assert host.requests == []
        assert [request.path for request in proxy.requests] == ["http://localhost/p0"]


def test_the_body_of_a_refusal_is_not_read(tmp_path: Path) -> None:
    """It may have no end."""
    sent = []

    def endless(connection: socket.socket, request: Request, content: bytes) -> None:
        connection.sendall(head("302 Found", Location="https://elsewhere.example/"))
        try:
            while len(sent) < 1000:
                connection.sendall(b"x" * 1_000_000)
                sent.append(1)
        except OSError:
            return

    with file_host(endless) as host, pytest.raises(FetchFailed):
        run(host, tmp_path)
    assert len(sent) < 100


def test_a_privacy_uri_is_as_secret(tmp_path: Path) -> None:
    with file_host(*[say("403 X")] * 9) as host, pytest.raises(FetchFailed) as caught:
        run_unstated(host, tmp_path)
    assert hides(everything_about(caught.value))
