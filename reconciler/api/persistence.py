"""Trying until the table says stop, the tries are used up, or the time is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import Random

from reconciler.api.answer import Answer
from reconciler.api.limiter import Limiter
from reconciler.api.repeat import RULES, Method, Next, Outcome, Policy
from reconciler.errors import ReconcilerError
from reconciler.model.ports import Clock


@dataclass(frozen=True, slots=True)
class End:
    """The last answer, after how many tries, and whether one of them may have had an effect that no answer confirms.

    `stopped` is what kept us from trying on: the deadline, or a token that could not be had.
    """

    answer: Answer
    tries: int
    may_have_happened: bool
    stopped: ReconcilerError | None = None


@dataclass(frozen=True, slots=True)
class Persistence:
    """Everything that waiting needs. Waits go through the limiter, which knows the deadline."""

    policy: Policy
    limiter: Limiter
    clock: Clock
    random: Random

    def persist(self, method: Method, attempt: Callable[[], Answer]) -> End:
        """Attempt until it is done or given up. What the first attempt raises is raised."""
        tries = throttles = 0
        doubtful = False
        answer: Answer | None = None
        while True:
            try:
                if answer is not None:
                    self._wait(answer, throttles if answer.outcome is Outcome.THROTTLED else tries - throttles)
                latest = attempt()
            except ReconcilerError as stop:
                if answer is None:
                    raise
                return End(answer, tries, doubtful, stop)
            answer, tries = latest, tries + 1
            throttles += answer.outcome is Outcome.THROTTLED
            doubtful = doubtful or may_have_happened(method, answer.outcome)
            if RULES[answer.outcome, method] is not Next.REPEAT or self._is_enough(
                answer, tries - throttles, throttles
            ):
                return End(answer, tries, doubtful)

    def _is_enough(self, answer: Answer, failures: int, throttles: int) -> bool:
        asked = self._retry_after(answer.headers) or 0.0
        return failures >= self.policy.tries or throttles >= self.policy.throttles or asked > self.policy.patience

    def _wait(self, answer: Answer, failures: int) -> None:
        """A throttled answer stops everybody; after any other trouble only this call waits."""
        asked = self._retry_after(answer.headers)
        own = self.policy.wait(failures, self.random)
        if answer.outcome is Outcome.THROTTLED:
            self.limiter.pause(own if asked is None else asked)
        else:
            self.limiter.sleep(max(own, asked or 0.0))

    def _retry_after(self, headers: Mapping[str, str]) -> float | None:
        """Seconds, or a date (RFC 9110 §10.2.3); None where it is missing or makes no sense."""
        text = headers.get("retry-after", "").strip()
        if text.isdecimal() and len(text) < 10:
            return float(text)
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - self.clock.now())
        except (ValueError, OverflowError):
            return None


def may_have_happened(method: Method, outcome: Outcome) -> bool:
    """Whether a write whose attempt ended so may have had its effect: where a POST would have to be looked up."""
    return method is not Method.READ and RULES[outcome, Method.CREATE] is Next.LOOK
