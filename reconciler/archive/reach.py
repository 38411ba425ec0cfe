"""Whether an endpoint is worth another try: its pauses stop everybody, and one that only fails is left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from reconciler.errors import ArchiveOutOfReach
from reconciler.model.ports import Clock

MOST_LOST: Final = 5
"""So many archives in a row given up: the endpoint is down, and the rest would only wait for the same."""


@dataclass(slots=True)
class Reach:
    """One endpoint. Safe to share between threads. `pause` waits, and raises where the run is to end."""

    endpoint: str
    clock: Clock
    pause: Callable[[float], None]
    lost: int = 0
    until: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raises ArchiveOutOfReach."""
        if self.lost >= MOST_LOST:
            raise ArchiveOutOfReach(
                "The archive is out of reach",
                detail=f"{self.lost} archives in a row could not be sent to it, so no more were tried.",
                hint="Run apply again when it is back.",
                where=f"POST {self.endpoint}",
            )

    def await_turn(self) -> None:
        """Until nobody was told to wait any more."""
        while (left := self.until - self.clock.monotonic()) > 0:
            self.pause(left)

    def throttled(self, seconds: float) -> None:
        with self.guard:
            self.until = max(self.until, self.clock.monotonic() + seconds)

    def answered(self) -> None:
        with self.guard:
            self.lost = 0

    def given_up(self) -> None:
        with self.guard:
            self.lost += 1
