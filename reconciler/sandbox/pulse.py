"""What goes on by itself while the sandbox runs: jobs that are due, callbacks and events on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator

from reconciler.sandbox.exports.delivery import deliver
from reconciler.sandbox.exports.progress import settle
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.webhooks.sending import send, take_due

BEAT = 0.02


async def beat(house: House) -> None:
    """Until the house stops; what is under way then is given up."""
    under_way: set[asyncio.Task[None]] = set()
    try:
        while not house.stopping.is_set():
            settle(house.organisation)
            for errand in _errands(house.organisation):
                task = asyncio.create_task(errand)
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await _wait(house.stopping)
    finally:
        for task in list(under_way):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _errands(organisation: Organisation) -> Iterator[Coroutine[None, None, None]]:
    for callback in organisation.outbox.take_due(organisation.clock.now()):
        yield deliver(callback)
    for delivery, webhook in take_due(organisation):
        yield send(organisation, delivery, webhook)


async def _wait(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), BEAT)
    except TimeoutError:
        return
