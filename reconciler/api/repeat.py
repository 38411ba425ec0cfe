"""What to do after each outcome of a call (contract §1, "Rate limits and retries"): one table, and the waits.

Repeating a read is harmless. A write with a precondition can be repeated, since the second one is refused if the first
took effect. Any other write may be repeated only if it certainly had no effect; else one has to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Method(StrEnum):
    """How much harm a repetition does."""

    READ = "a read"
    GUARDED = "a PUT or DELETE with a precondition"
    UNGUARDED = "a PUT or DELETE without one"
    CREATE = "a POST"


class Outcome(StrEnum):
    """How one attempt ended."""

    DONE = "success"
    NEVER_CONNECTED = "the connection was never made"
    NOT_TRUSTED = "the host's certificate is not trusted"
    NO_ANSWER = "no answer: timeout, or cut"
    GARBLED = "success, but the answer cannot be read"
    REDIRECTED = "3xx"
    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    MISSING = "404 or 410"
    TIMED_OUT = "408"
    CONFLICT = "409 or 412"
    REFUSED = "another 4xx"
    THROTTLED = "429"
    BROKEN = "5xx"


class Next(StrEnum):
    """What follows."""

    ACCEPT = "the answer is good"
    REPEAT = "send it again, after a wait"
    RENEW = "get a new token, once, and send it again"
    LOOK = "it may have happened: look before sending it again"
    FAIL = "sending it again is useless"


_TABLE = """
                  READ     GUARDED  UNGUARDED  CREATE
DONE              ACCEPT   ACCEPT   ACCEPT     ACCEPT
NEVER_CONNECTED   REPEAT   REPEAT   REPEAT     REPEAT
NOT_TRUSTED       FAIL     FAIL     FAIL       FAIL
NO_ANSWER         REPEAT   REPEAT   LOOK       LOOK
GARBLED           REPEAT   REPEAT   LOOK       LOOK
REDIRECTED        FAIL     FAIL     FAIL       FAIL
UNAUTHENTICATED   RENEW    RENEW    RENEW      RENEW
FORBIDDEN         FAIL     FAIL     FAIL       FAIL
MISSING           FAIL     FAIL     FAIL       FAIL
TIMED_OUT         REPEAT   REPEAT   LOOK       LOOK
CONFLICT          FAIL     FAIL     FAIL       FAIL
REFUSED           FAIL     FAIL     FAIL       FAIL
THROTTLED         REPEAT   REPEAT   REPEAT     REPEAT
BROKEN            REPEAT   REPEAT   LOOK       LOOK
"""


def _read(table: str) -> dict[tuple[Outcome, Method], Next]:
    head, *lines = (line.split() for line in table.strip().splitlines())
    return {
        (Outcome[outcome], Method[method]): Next[step]
        for outcome, *steps in lines
        for method, step in zip(head, steps, strict=True)
    }


RULES = _read(_TABLE)
"""The table, by cell. 5xx includes 504; a POST's 503 may come from a gateway whose backend has done the work."""


def outcome_of(status: int) -> Outcome:
    """The outcome that an HTTP status stands for."""
    exact = {
        401: Outcome.UNAUTHENTICATED,
        403: Outcome.FORBIDDEN,
        404: Outcome.MISSING,
        408: Outcome.TIMED_OUT,
        409: Outcome.CONFLICT,
        410: Outcome.MISSING,
        412: Outcome.CONFLICT,
        429: Outcome.THROTTLED,
    }
    if status in exact:
        return exact[status]
    families = {2: Outcome.DONE, 3: Outcome.REDIRECTED, 4: Outcome.REFUSED, 5: Outcome.BROKEN}
    return families.get(status // 100, Outcome.GARBLED)


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and after which waits. Seconds; the wait doubles from `base` up to `cap`, and jitter adds up to half.

    `throttles` bounds the answers 429 apart, since those say that nothing is wrong but the pace; a `Retry-After` beyond
    `patience` ends the run.
    """

    tries: int = 5
    throttles: int = 12
    base: float = 1.0
    cap: float = 30.0
    patience: float = 300.0

    def wait(self, failures: int, random: Random) -> float:
        """The wait after the `failures`-th failure in a row (from 1)."""
        wait = min(self.cap, self.base * 2.0 ** min(failures - 1, 30))
        return wait * (1 + random.random() / 2)


POLICY = Policy()
