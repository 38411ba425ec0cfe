"""One pace for all threads: so many requests in any minute, and a pause for everybody when the organisation asks."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import OutOfTime
from reconciler.model.ports import Clock

WINDOW = 60.0
"""Seconds in which the requests are counted, like the organisation does."""

NAP = 1.0
"""A wait is cut into naps, so that an interrupted run need not wait for the waiting."""

_INSTANT = 0.001
"""Seconds: a shorter wait might not move a clock at all."""

_NAMES = ("count", "allowed", "reset")


@dataclass(frozen=True, slots=True)
class Pace:
    """What the organisation says of its own limit: requests used, allowed, and the seconds until it counts anew."""

    count: int
    allowed: int
    reset: int


class Limiter:
    """Lets `per_minute` requests go in any `WINDOW`, at once while there is room.

    The organisation's own headers stop everybody when its budget is used up, which may be smaller and which others with
    the same token use too. `deadline` is an instant of `clock.monotonic()`.
    """

    def __init__(self, per_minute: int, clock: Clock, *, deadline: float = math.inf) -> None:
        self._allowed = max(1, per_minute)
        self._clock = clock
        self._deadline = deadline
        self._sent: deque[float] = deque()
        self._not_before = -math.inf
        self._is_closed = False
        self.pace: Pace | None = None
        """The last that was said."""
        self._guard = threading.Lock()

    def admit(self) -> None:
        """Wait for one's turn. Raises OutOfTime when it comes after the deadline."""
        self.sleep(0)
        while (wait := self._claim()) > 0:
            self.sleep(max(wait, _INSTANT))

    def pause(self, seconds: float) -> None:
        """Nobody sends anything for so long."""
        with self._guard:
            self._not_before = max(self._not_before, self._clock.monotonic() + seconds)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take `inin-ratelimit-count`, `-allowed` and `-reset` to heart (published API §1.5)."""
        count, allowed, reset = (_number(headers.get(f"inin-ratelimit-{name}")) for name in _NAMES)
        if count is None or allowed is None or reset is None:
            return
        self.pace = Pace(count, allowed, reset)
        if count >= allowed:
            self.pause(min(reset, 2 * WINDOW))

    def sleep(self, seconds: float) -> None:
        """Wait, unless the deadline would pass meanwhile. Raises OutOfTime."""
        if self._clock.monotonic() + seconds >= self._deadline:
            raise OutOfTime(
                "The time is up",
                detail=f"The next request would come after {seconds:.0f} s, and the run's deadline before.",
                hint="Run it again with a larger --timeout.",
            )
        left = seconds
        while left > 0:
            self._clock.sleep(min(left, NAP))
            left -= NAP
            if self._is_closed:
                raise OutOfTime("The run is ending", detail="Nothing more is sent.")

    def close(self) -> None:
        """Let those who wait give up."""
        self._is_closed = True

    def _claim(self) -> float:
        """0 when a request may go now (and is counted), else how long to wait before asking again."""
        with self._guard:
            now = self._clock.monotonic()
            if now < self._not_before:
                return self._not_before - now
            while self._sent and self._sent[0] <= now - WINDOW:
                self._sent.popleft()
            if len(self._sent) >= self._allowed:
                return self._sent[len(self._sent) - self._allowed] + WINDOW - now
            self._sent.append(now)
            return 0.0


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None
