"""A host that keeps one file or several and plays a script: for each request what its next act says, then orderly.

It speaks HTTP over plain sockets, so that it can also do what no orderly server does.
"""

from __future__ import annotations

import hashlib
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.exports.fetching import Checksum, Event, Manner, fetch
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.secret import Secret

NOON = 1_793_534_400.0  # 2026-11-01T12:00:00Z
TOKEN = "X-Amz-Signature=do-not-show"
CONTENT = random.Random(7).randbytes(3_000_000)
ETAG = '"version-1"'
EXPORT = "DataExport/october"


@dataclass
class TestClock:
    """Sleeping advances it, and waits for nothing."""

    __test__ = False
    at: float = NOON
    slept: list[float] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at - NOON

    def sleep(self, seconds: float) -> None:
        with self.guard:
            self.at += seconds
            self.slept.append(seconds)


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]

    @property
    def start(self) -> int:
        """The first byte asked for."""
        return int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))


Act = Callable[[socket.socket, Request, bytes], None]


@dataclass
class FileHost:
    url: str
    files: dict[str, bytes]
    acts: list[Act]
    requests: list[Request] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    etag: str = ETAG
    listed: int = 0

    def remote(self, partition: int = 0, **members: Any) -> RemoteFile:
        content = self.files[f"/p{partition}"]
        given: dict[str, Any] = {
            "uri": Secret(f"{self.url}/p{partition}?{TOKEN}&n={self.listed}"),
            "partition": partition,
            "format": "jsonl",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        return RemoteFile(**given | members)

    def listing(self) -> tuple[RemoteFile, ...]:
        self.listed += 1
        return tuple(self.remote(partition) for partition in range(len(self.files)))

    def unstated(self) -> tuple[RemoteFile, ...]:
        """As a privacy request has it: without size and checksum."""
        self.listed += 1
        return (self.remote(size=None, sha256=""),)

    def starts(self) -> list[int]:
        return [request.start for request in self.requests]

    def answer(self, connection: socket.socket) -> None:
        request = _request_of(connection)
        with self.guard:
            self.requests.append(request)
            act = self.acts.pop(0) if self.acts else serve()
        act(connection, request, self.files[request.path.partition("?")[0]])


@contextmanager
def file_host(
    *acts: Act, files: Mapping[str, bytes] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[FileHost]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        host = FileHost(url, dict(files or {"/p0": CONTENT}), list(acts))

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    if tls:
                        with tls.wrap_socket(connection, server_side=True) as wrapped:
                            host.answer(wrapped)
                            wrapped.unwrap()
                        return
                    host.answer(connection)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(
                        65536
                    ):  # until the client has all of it: a close may destroy what is underway
                        pass
                except OSError:
                    return

        def serve_all() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=serve_all, daemon=True)
        thread.start()
        yield host
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def _request_of(connection: socket.socket) -> Request:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError
        received += chunk
        if not received.startswith(b"GET "[: len(received)]):  # somebody tries TLS
            connection.sendall(head("400 Bad Request"))
            raise OSError
    first, *lines = received.decode().partition("\r\n\r\n")[0].split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Request(first.split()[1], {name.lower(): value.strip() for name, _, value in pairs})


def head(status: str, **headers: object) -> bytes:
    """Header names are written with underscores; one that is None is left out."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines, "", ""]).encode()


def serve(*, cut: int | None = None, etag: str | None = ETAG, ranges: bool = True, **headers: object) -> Act:
    """The file, or the part asked for if `ranges` and the If-Range is the ETag; `cut` after so many bytes of it."""

    def act(connection: socket.socket, request: Request, content: bytes) -> None:
        start = request.start if ranges and request.headers.get("if-range", etag) == etag else 0
        body = content[start:]
        given: dict[str, object] = {"Content_Length": len(body), "ETag": etag}
        if start:
            given["Content_Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        connection.sendall(head("206 Partial Content" if start else "200 OK", **given | headers))
        connection.sendall(body[:cut])

    return act


def say(status: str, body: bytes = b"", **headers: object) -> Act:
    """An answer whatever was asked."""
    given = {"Content_Length": len(body)} | headers

    def act(connection: socket.socket, request: Request, content: bytes) -> None:
        connection.sendall(head(status, **given) + body)

    return act


def chunked(*, terminated: bool = True, more: bytes = b"", status: str = "200 OK", **headers: object) -> Act:
    """The file without a stated length."""

    def act(connection: socket.socket, request: Request, content: bytes) -> None:
        body = content[request.start if status.startswith("206") else 0 :] + more
        connection.sendall(head(status, Transfer_Encoding="chunked", **headers))
        connection.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n" + (b"0\r\n\r\n" if terminated else b""))

    return act


def silence(connection: socket.socket, request: Request, content: bytes) -> None:
    """The connection is closed without a word."""


def run(
    host: FileHost,
    folder: Path,
    *,
    listing: Callable[[], tuple[RemoteFile, ...]] | None = None,
    clock: Any = None,
    emit: Callable[[Event], None] = lambda event: None,
    stop: threading.Event | None = None,
    known: tuple[LocalFile, ...] = (),
    **manner: Any,
) -> tuple[LocalFile, ...]:
    """`fetch` with what does not matter supplied."""
    return fetch(
        listing or host.listing,
        folder,
        export=EXPORT,
        how=Manner(**{"connect": 30.0, "read": 30.0} | manner),
        clock=clock or TestClock(),
        emit=emit,
        stop=stop or threading.Event(),
        known=known,
        random=random.Random(1),
    )


def run_unstated(host: FileHost, folder: Path, **how: Any) -> tuple[LocalFile, ...]:
    return run(host, folder, listing=host.unstated, checksum=Checksum.OURS, **how)


def seen(folder: Path) -> list[str]:
    """What is under names that are not hidden."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def partials(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".*.partial"))
