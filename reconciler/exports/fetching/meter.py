"""How far a fetch has come: counted by the workers, told by whoever waits for them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.model.export import RemoteFile

WINDOW = 10.0
"""Seconds over which the rate is taken."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`bytes` counts what is in place, earlier runs' included; `total` is None as long as a size is unknown.

    `rate` is in bytes a second, of late and over the wire; `remaining` in seconds, None where nobody can tell.
    """

    files: int
    of_files: int
    bytes: int
    total: int | None
    rate: float
    remaining: float | None


@dataclass(frozen=True, slots=True)
class Retrying:
    """An attempt at a file failed, and there will be another after `wait` seconds."""

    name: str
    why: str
    wait: float


Event = Progress | Retrying


class Meter:
    """Safe to share between threads; `progress` is for one of them."""

    def __init__(self, files: Iterable[RemoteFile], now: float) -> None:
        self._sizes = {file.name: file.size for file in files}
        self._unknown = sum(size is None for size in self._sizes.values())
        self._total = sum(size or 0 for size in self._sizes.values())
        self._files = self._bytes = self._arrived = 0
        self._samples = deque([(now, 0)])
        self._guard = threading.Lock()

    def move(self, count: int, *, arrived: int = 0) -> None:
        """`count` bytes more (or fewer) are in place, `arrived` of which came over the wire just now."""
        with self._guard:
            self._bytes += count
            self._arrived += arrived

    def complete(self) -> None:
        with self._guard:
            self._files += 1

    def learn(self, name: str, size: int) -> None:
        """The size of a file for which none was stated; the host may change its mind."""
        with self._guard:
            before = self._sizes[name]
            self._unknown -= before is None
            self._total += size - (before or 0)
            self._sizes[name] = size

    def progress(self, now: float) -> Progress:
        with self._guard:
            rate = self._rate(now)
            total = None if self._unknown else self._total
            left = None if total is None else max(total - self._bytes, 0)
            remaining = 0.0 if left == 0 else left / rate if left is not None and rate > 0 else None
            return Progress(self._files, len(self._sizes), self._bytes, total, rate, remaining)

    def _rate(self, now: float) -> float:
        self._samples.append((now, self._arrived))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        return (self._arrived - before) / (now - since) if now > since else 0.0
