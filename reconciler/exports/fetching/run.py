"""Whether a fetch goes on: what its workers ask before they touch the disk, and how they are made to stop.

A worker that waits for somebody else (a host's answer, the organisation's list, a pause) cannot be hurried, so it is
not waited for: once the run has ended it never comes back from `outside`, and what it holds then is only its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from reconciler.errors import Interrupted, OutOfTime
from reconciler.exports.fetching.failures import Ended
from reconciler.model.ports import Clock

NAP = 1.0
"""A wait is cut into naps, so that an ended run need not wait for the waiting."""

_GRACE = 0.02


class Run:
    """`deadline` is an instant of `clock.monotonic()`."""

    def __init__(self, clock: Clock, stop: threading.Event, deadline: float) -> None:
        self.clock = clock
        self._stop = stop
        self._deadline = deadline
        self._ended = False
        self._guard = threading.Lock()
        self._outside: set[threading.Thread] = set()
        self._streams: set[Callable[[], None]] = set()

    def check(self) -> None:
        """Raises Ended, Interrupted, OutOfTime."""
        if self._ended:
            raise Ended
        if self._stop.is_set():
            raise Interrupted("Interrupted", detail="What has arrived is kept; fetch again to go on from there.")
        self._in_time(0.0)

    def wait(self, seconds: float) -> None:
        """Raises OutOfTime at once where the deadline would pass meanwhile."""
        self.check()
        self._in_time(seconds)
        left = seconds
        while left > 0:
            with self.outside():
                self.clock.sleep(min(left, NAP))
            left -= NAP
            self.check()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """For what others make us wait for. Raises Ended instead of coming back to a run that is over."""
        me = threading.current_thread()
        with self._guard:
            self._outside.add(me)
        try:
            yield
        finally:
            with self._guard:
                if self._ended:
                    raise Ended
                self._outside.discard(me)

    @contextmanager
    def streaming(self, hang_up: Callable[[], None]) -> Iterator[None]:
        """While a body arrives: `hang_up` ends it from another thread."""
        with self._guard:
            if self._ended:
                raise Ended
            self._streams.add(hang_up)
        try:
            yield
        finally:
            with self._guard:
                self._streams.discard(hang_up)

    def end(self, workers: Iterable[threading.Thread]) -> None:
        """From now on no worker changes anything: those within have left, those outside stay there."""
        with self._guard:
            self._ended = True
            for hang_up in self._streams:
                hang_up()
        for worker in workers:
            while worker.is_alive() and worker not in self._outside:
                worker.join(_GRACE)

    def _in_time(self, seconds: float) -> None:
        if self.clock.monotonic() + seconds >= self._deadline:
            raise OutOfTime(
                "The time is up",
                detail="The deadline comes before the export is fetched. What has arrived is kept.",
                hint="Fetch again, with a larger --timeout: it goes on where it stopped.",
            )
