"""A sandbox in a thread of this process, for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import datetime
from types import TracebackType

from reconciler.sandbox.control import Control
from reconciler.sandbox.environment import environment
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.files import FaultSource, Source, read_faults, read_state
from reconciler.sandbox.house import House, build_house
from reconciler.sandbox.server import bind_both, run, url_of

PATIENCE = 60.0
"""Seconds for the thread to begin and to end; more than a busy machine needs."""


class Sandbox:
    """A running organisation; `with Sandbox.start() as sandbox:` stops it at the end."""

    def __init__(self, house: House, port: int, user_port: int) -> None:
        """Used by `start`."""
        listener, user = bind_both(port, user_port)
        self.url = url_of(listener)
        self.control = Control(self.url)
        self._house = house
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, args=(listener, user), name="sandbox", daemon=True)

    @classmethod
    def start(
        cls,
        port: int = 0,
        *,
        user_port: int = 0,
        load: Source = None,
        faults: FaultSource = None,
        seed: int | str | None = None,
        clock: str | datetime | None = None,
    ) -> Sandbox:
        """Start and be ready.

        `port` 0 takes a free one, and so does `user_port`, that of the user's archive and receivers. `load` is a state
        or a file with one, `faults` a list or a file with one. `seed` fixes the ids. `clock` is `real` (the default),
        `frozen`, or the instant to be frozen at. SandboxError for what cannot be read.
        """
        state, where = read_state(load)
        scripts, faults_where = read_faults(faults)
        house = build_house(state, scripts, where=where, faults_where=faults_where, seed=seed, clock=clock)
        sandbox = cls(house, port, user_port)
        sandbox._thread.start()
        if not sandbox._ready.wait(PATIENCE):
            silence = f"its thread gave no sign within {PATIENCE:g} s"
            raise SandboxError("The sandbox did not start", silence, where=sandbox.url)
        return sandbox

    def environment(self) -> dict[str, str]:
        """The variables that point a client here."""
        return environment(self.url, self._house.organisation.settings.archive_credential)

    def stop(self) -> None:
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._house.stopping.set)
            self._thread.join(PATIENCE)
        self.control.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, listener: socket.socket, user: socket.socket) -> None:
        asyncio.run(self._serve(listener, user))

    async def _serve(self, listener: socket.socket, user: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        await run(self._house, listener, user, self._ready.set)
