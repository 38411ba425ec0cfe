"""What goes on by itself while the sandbox runs: jobs that are due, callbacks on their way."""

from __future__ import annotations

import asyncio

from reconciler.sandbox.exports.delivery import deliver
from reconciler.sandbox.exports.progress import settle
from reconciler.sandbox.house import House

BEAT = 0.02


async def beat(house: House) -> None:
    """Until the house stops; callbacks that are under way then are given up."""
    under_way: set[asyncio.Task[None]] = set()
    try:
        while not house.stopping.is_set():
            organisation = house.organisation
            settle(organisation)
            for callback in organisation.outbox.take_due(organisation.clock.now()):
                task = asyncio.create_task(deliver(callback))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await _wait(house.stopping)
    finally:
        for task in list(under_way):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _wait(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), BEAT)
    except TimeoutError:
        return
