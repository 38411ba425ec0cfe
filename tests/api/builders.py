from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reconciler.api import Client, connect
from reconciler.model.kind import Kind, Origin, Scopes
from reconciler.model.project import Environment, Limits, Project, Timing
from reconciler.model.shape import Record
from reconciler.sandbox import Sandbox

PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"
NOON = 1_793_534_400.0  # 2026-11-01T12:00:00Z


@dataclass
class TestClock:
    """Sleeping advances it, and waits for nothing."""

    __test__ = False
    at: float = NOON
    slept: list[float] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at - NOON

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self.at += seconds
            self.slept.append(seconds)


def kind(**facts: Any) -> Kind:
    given: dict[str, Any] = {
        "name": "Purpose",
        "title": "",
        "origin": Origin.DESIGN_DOCUMENTS,
        "path": PURPOSES,
        "shape": Record(()),
        "schema": {},
        "scopes": Scopes("privacy:purpose:read", "privacy:purpose:write", ("Privacy Admin", "Super Administrator")),
        "example": "",
    }
    return Kind(**given | facts)


PURPOSE = kind()
SCHEMA = kind(
    name="FlexSchema", path=SCHEMAS, scopes=Scopes("data:flex:read", "data:flex:schema:write"), records="records"
)


def purpose(name: str = "Support", **members: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": "d",
        "retentionPeriod": "30d",
        "legalBasis": "consent",
        "isActive": True,
    } | members


def fill(sandbox: Sandbox, count: int) -> None:
    sandbox.control.load({"purposes": [purpose(f"Name {number}") for number in range(count)]})


@contextmanager
def client(environ: Mapping[str, str], clock: TestClock | None = None, **how: Any) -> Iterator[Client]:
    """`timing`, `limits` and `environment` go into the project, the rest to `connect`."""
    members = {name: how.pop(name) for name in ("timing", "limits", "environment") if name in how}
    project = Project(**{"timing": Timing(connect=30, request=30), "limits": Limits()} | members)
    with connect(environ, project, clock=clock or TestClock(), random=Random(1), **how) as connected:
        yield connected


def asked(sandbox: Sandbox, method: str, path: str | None = None) -> int:
    """How many requests arrived, token requests left out."""
    return len([each for each in sandbox.control.requests(method, path) if each.path != "/oauth/token"])


@contextmanager
def closed_port() -> Iterator[str]:
    """Nobody listens there, and nobody else can begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


TOKEN = {"GENESYSCLOUD_ACCESS_TOKEN": "given-token"}


@contextmanager
def raw(speak: Callable[[socket.socket], None]) -> Iterator[dict[str, str]]:
    """A server that says whatever `speak` says on each connection: for what no orderly server does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        speak(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield {"RECONCILER_API_URL": f"http://127.0.0.1:{listener.getsockname()[1]}", **TOKEN}
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def request_of(connection: socket.socket) -> bytes:
    """One request's head, and whatever of its body came along."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise OSError
        received += chunk
    return received


def http(status: str, body: bytes, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]).encode() + body


def environment(**members: str) -> Environment:
    return Environment(**members)
