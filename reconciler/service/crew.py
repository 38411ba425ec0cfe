"""What runs beside the requests: one thread for each worker, from the app's start to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Worker: TypeAlias = Callable[[threading.Event], None]
"""Works until the event is set, and then returns soon."""

PATIENCE: Final = 10.0
"""Seconds that a worker has to end."""


class Crew:
    """Threads that are told to stop by one event. One that ends by itself, or fails, is noticed."""

    def __init__(self, workers: Sequence[Worker], tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(worker,), daemon=True) for worker in workers]

    @property
    def is_working(self) -> bool:
        return all(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _run(self, worker: Worker) -> None:
        try:
            worker(self._stop)
        except Exception as error:
            name = getattr(worker, "__name__", type(worker).__name__)
            self._tell(f"Internal error: {name} ended with {type(error).__name__}. This is a bug; please report it.")
