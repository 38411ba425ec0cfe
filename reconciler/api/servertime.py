"""The organisation's clock, as far as its Date headers show it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from reconciler.model.ports import Clock


class ServerTime:
    """Our own clock until a Date was seen."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._guard = threading.Lock()
        self._seen: tuple[float, float] | None = None

    def learn(self, headers: Mapping[str, str]) -> None:
        try:
            stated = parsedate_to_datetime(headers.get("date", "")).timestamp()
        except (ValueError, OverflowError):
            return
        with self._guard:
            self._seen = stated, self.clock.monotonic()

    @property
    def is_known(self) -> bool:
        """Whether a Date was seen."""
        with self._guard:
            return self._seen is not None

    def now(self) -> float:
        """Seconds since the epoch."""
        with self._guard:
            if self._seen is None:
                return self.clock.now()
            stated, seen = self._seen
            return stated + self.clock.monotonic() - seen
