"""A sandbox in the foreground, for `reconciler sandbox`: serves until it is interrupted, then saves."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from reconciler.sandbox.environment import Addresses, environment
from reconciler.sandbox.files import FaultSource, Source, read_faults, read_state, write_atomically
from reconciler.sandbox.house import build_house
from reconciler.sandbox.server import bind_both, run


def serve(
    port: int = 0,
    load: Source = None,
    save: str | Path | None = None,
    faults: FaultSource = None,
    on_ready: Callable[[Addresses, Mapping[str, str]], None] | None = None,
    *,
    user_port: int = 0,
    seed: int | str | None = None,
    clock: str | datetime | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; call it from the main thread.

    `on_ready(addresses, environment)` is called when requests are answered. `save` gets the state at the end, as a file
    that `load` reads; it may be the same file, and is written in one step. `user_port` is that of the user's archive
    and receivers. SandboxError for what cannot be read or written.
    """
    state, where = read_state(load)
    scripts, faults_where = read_faults(faults)
    house = build_house(state, scripts, where=where, faults_where=faults_where, seed=seed, clock=clock)
    listener, user = bind_both(port, user_port)

    def ready() -> None:
        if on_ready is not None:
            url, credential = house.addresses.organisation, house.organisation.settings.archive_credential
            on_ready(house.addresses, environment(url, credential))

    async def until_interrupted() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, house.stopping.set)
        await run(house, listener, user, ready)

    try:
        asyncio.run(until_interrupted())
    finally:
        if save is not None:
            write_atomically(Path(save), house.dump())
