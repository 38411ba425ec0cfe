"""Doing a step again and again in a thread of its own, whatever happens to one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from reconciler.errors import ReconcilerError

TICK: Final = 0.5
"""Seconds between two looks at the queue."""


def repeatedly(step: Callable[[], None], *, tell: Callable[[str], None]) -> Callable[[threading.Event], None]:
    """A worker that does `step` until it is to stop. What stays in trouble for long is told once."""

    def work(stop: threading.Event) -> None:
        told = ""
        while not stop.is_set():
            try:
                step()
                told = ""
            except ReconcilerError as error:
                if str(error) != told:
                    tell(str(error))
                told = str(error)
            stop.wait(TICK)

    return work
