"""The real clock, whose waits end when somebody asks to stop."""

from __future__ import annotations

import threading
import time

from reconciler.errors import Interrupted


class SystemClock:
    """Fills `model.ports.Clock`."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Raises Interrupted when asked to stop before the time is over."""
        if self._stop.wait(max(seconds, 0.0)):
            raise Interrupted("Interrupted", detail="Somebody asked to stop while this was waiting.")
