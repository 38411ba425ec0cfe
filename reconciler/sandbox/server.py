"""uvicorn's HTTP protocol (httptools) on a loopback socket, with a loop of our own around it.

uvicorn's own `Server` looks every 0.1 s whether it should stop and then sleeps 0.1 s more; a suite that starts a
sandbox for each test cannot wait for that. It also hides the transport, which the faults need in order to cut it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from reconciler.sandbox.archive.host import UserHost
from reconciler.sandbox.control_routes import control_routes
from reconciler.sandbox.environment import Addresses
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.file_host import FileHost
from reconciler.sandbox.gateway import Gateway
from reconciler.sandbox.house import House
from reconciler.sandbox.pulse import beat
from reconciler.sandbox.replies import TRANSPORT

GRACE = 1.0
"""Seconds for requests under way to notice that their connection is gone; none of ours needs any."""
LOOPBACK = "127.0.0.1"
CONTROL = "/__sandbox"


def bind(port: int) -> socket.socket:
    """A listening loopback socket: connections are queued from now on, before anybody serves them."""
    # asyncio switches Nagle's algorithm off only where the protocol is named; left on, it costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(2048)
    except OSError as taken:
        listener.close()
        raise SandboxError("Cannot listen", str(taken), where=f"{LOOPBACK}:{port}") from None
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def bind_both(port: int, user_port: int) -> tuple[socket.socket, socket.socket]:
    """The organisation's socket and that of the user's host, or neither."""
    listener = bind(port)
    try:
        return listener, bind(user_port)
    except SandboxError:
        listener.close()
        raise


async def run(house: House, listener: socket.socket, user: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until `house.stopping` is set; then every connection is closed, whatever it was doing.

    The file host listens next to the organisation's `listener` and that of the `user`, on a port of its own.
    """
    files = bind(0)
    house.signer.url = url_of(files)
    house.addresses = Addresses.at(url_of(listener), url_of(user))
    gateway, file_host, user_host = (_counted(house, app) for app in (Gateway(house), FileHost(house), UserHost(house)))
    front = Starlette(routes=[Mount(CONTROL, routes=control_routes(house)), Mount("/", app=gateway)])
    async with _serving(front, listener), _serving(file_host, files), _serving(user_host, user):
        on_ready()
        await beat(house)


def _counted(house: House, app: ASGIApp) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        with house.serving():
            await app(scope, receive, send)

    return serve


@asynccontextmanager
async def _serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    config = Config(app, lifespan="off", log_config=None, access_log=False, ws="none", timeout_keep_alive=75)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Protocol(config, state, {}, loop), sock=listener)
    try:
        yield
    finally:
        server.close()
        await _close(state)


async def _close(state: ServerState) -> None:
    for connection in list(state.connections):
        if connection.transport is not None:
            connection.transport.abort()
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=GRACE)
    while state.connections:
        await asyncio.sleep(0)


class _Protocol(HttpToolsProtocol):
    """uvicorn's, with the transport put where the application finds it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]
