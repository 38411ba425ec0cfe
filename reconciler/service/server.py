"""The app on a socket, until somebody asks to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from reconciler.errors import UsageError

LARGEST_HEAD: Final = 16 * 1024
"""Bytes of a request's line and headers."""
MOST_CONNECTIONS: Final = 256
GRACE: Final = 5
"""Seconds in which answers under way are finished."""


@dataclass(frozen=True, slots=True)
class Tls:
    """The certificate, with its chain, and its key: PEM files."""

    certificate: Path
    key: Path


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; 0 takes a free port. Raises UsageError."""
    try:
        [(family, _, _, _, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _cannot_listen(host, port, error) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from None
    return listener


def url_of(listener: socket.socket, *, scheme: str = "http") -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Server:
    """Serves until `stop` is called, from any thread, or SIGINT or SIGTERM come where it has the main thread."""

    def __init__(self, app: FastAPI, tls: Tls | None = None) -> None:
        """Raises UsageError where the certificate or its key cannot be used."""
        self._server = _Quiet(
            uvicorn.Config(
                app,
                http="h11",  # the one of uvicorn's two that bounds the head of a request
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="critical",  # whatever goes wrong is told by the app, without what was sent
                access_log=False,
                proxy_headers=False,
                server_header=False,
                h11_max_incomplete_event_size=LARGEST_HEAD,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=GRACE,
                ssl_certfile=tls.certificate if tls else None,
                ssl_keyfile=tls.key if tls else None,
            )
        )
        try:
            self._server.config.load()
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                "The certificate cannot be used",
                detail=f"{error.strerror or error}.",
                hint="Both are PEM files, the key without a password, and belong together.",
                where=str(tls.certificate if tls else ""),
            ) from None

    def run(self, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        """Closes the socket at the end. `on_ready` is called when requests are answered."""
        asyncio.run(self._serve(listener, on_ready))

    def stop(self) -> None:
        self._server.should_exit = True

    async def _serve(self, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ValueError, RuntimeError):  # outside the main thread nobody sends signals
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._asked)
        self._server.on_ready = on_ready
        await self._server.serve(sockets=[listener])

    def _asked(self) -> None:
        """Once: finish what is under way. Twice: do not."""
        self._server.force_exit = self._server.should_exit
        self._server.should_exit = True


class _Quiet(uvicorn.Server):
    """uvicorn's own handling of signals ends in raising them again: a service that was asked to stop has done well."""

    on_ready: Callable[[], None]

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await self._serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()


def _cannot_listen(host: str, port: int, error: OSError) -> UsageError:
    return UsageError(
        "The service cannot listen there",
        detail=f"{error.strerror or error}.",
        hint="Is another one running? Choose another --port, or a --host of this machine.",
        where=f"{host}:{port}",
    )
