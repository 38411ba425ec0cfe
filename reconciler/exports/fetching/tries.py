"""When an attempt is followed by another, and after which wait."""

from __future__ import annotations

from random import Random

from reconciler.exports.fetching.failures import Failed, Kind, Setback
from reconciler.exports.fetching.manner import Manner

BASE, CAP = 1.0, 30.0
"""Seconds. The wait doubles from one to the other, and jitter adds up to half."""

WHOLE = 3
"""How often a file is fetched whole whose checksum then does not match."""

THROTTLES = 12
"""Answers 429 in a row: bounded apart, since those say that nothing is wrong but the pace."""

PROGRESS = 1024 * 1024
"""Bytes. Having so many more than ever before is worth the attempts, and counting begins anew."""

_LATER = "Fetch again later: what is complete stays, and the rest goes on where it stopped."


class Tries:
    """Of one file."""

    def __init__(self, manner: Manner, random: Random) -> None:
        self._manner = manner
        self._random = random
        self._counts = dict.fromkeys(Kind, 0)
        self._most = 0

    def wait(self, setback: Setback, length: int) -> float:
        """Seconds until the next attempt, `length` bytes being here. Raises Failed when there shall be none."""
        counts = self._counts
        if length >= self._most + PROGRESS:
            counts.update({Kind.TRANSIENT: 0, Kind.THROTTLED: 0, Kind.EXPIRED: 0})
            self._most = length
        counts[setback.kind] += 1
        match setback.kind:
            case Kind.EXPIRED:
                return self._renewed(setback)
            case Kind.MISMATCH:
                return self._mismatched(setback)
            case Kind.THROTTLED:
                return self._paused(setback, counts[Kind.THROTTLED], THROTTLES)
            case Kind.TRANSIENT | Kind.SPOILT:
                failures = counts[Kind.TRANSIENT] + counts[Kind.SPOILT]
                return self._paused(setback, failures, self._manner.attempts)

    def _renewed(self, setback: Setback) -> float:
        if self._counts[Kind.EXPIRED] > self._manner.listings:
            what = f"{setback.what}; with {self._manner.listings} URIs of new lists it was the same"
            raise Failed(what, "Check that this network may reach the file host; else ask for the export anew.")
        return 0.0

    def _mismatched(self, setback: Setback) -> float:
        if self._counts[Kind.MISMATCH] >= WHOLE:
            raise Failed(f"{setback.what}, {WHOLE} times", "Nothing of it is kept. Ask for the export anew.")
        return 0.0

    def _paused(self, setback: Setback, failures: int, most: int) -> float:
        if failures >= most:
            raise Failed(f"{setback.what}; given up after {failures} tries", _LATER)
        asked = setback.after or 0.0
        if asked > self._manner.patience:
            raise Failed(f"{setback.what}, and wants us to come back in {asked:,.0f} s", _LATER)
        own = min(CAP, BASE * 2.0 ** min(failures - 1, 30)) * (1 + self._random.random() / 2)
        return max(own, asked)
