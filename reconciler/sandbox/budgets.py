"""Rate limits, honestly kept: what the headers announce is what the next request gets."""

from __future__ import annotations

import math
from dataclasses import dataclass

WINDOW = 60.0

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Budget:
    """A fixed window of a minute that opens with the first request in it."""

    opened: float
    count: int = 0

    def reset_in(self, now: float) -> int:
        return max(1, math.ceil(self.opened + WINDOW - now))


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request cost. `exceeded` is the number of seconds to wait when there was nothing left to pay with."""

    headers: Headers = ()
    exceeded: int | None = None


class Budgets:
    def __init__(self) -> None:
        self._budgets: dict[str, Budget] = {}

    def charge(self, rates: dict[str, int | None], now: float) -> Charge:
        """Charge one request to every budget named (None means no limit), or to none if one of them is used up.

        The headers speak of the budget that will run out first.
        """
        limited = [(self._open(name, now), allowed) for name, allowed in rates.items() if allowed is not None]
        if not limited:
            return Charge()
        spent = [(budget, allowed) for budget, allowed in limited if budget.count >= allowed]
        if spent:
            budget, allowed = max(spent, key=lambda each: each[0].reset_in(now))
            return Charge(_headers(budget, allowed, now), budget.reset_in(now))
        for budget, _ in limited:
            budget.count += 1
        budget, allowed = min(limited, key=lambda each: each[1] - each[0].count)
        return Charge(_headers(budget, allowed, now))

    def _open(self, name: str, now: float) -> Budget:
        budget = self._budgets.get(name)
        if budget is None or not budget.opened <= now < budget.opened + WINDOW:
            budget = self._budgets[name] = Budget(now)
        return budget


def _headers(budget: Budget, allowed: int, now: float) -> Headers:
    return (
        ("inin-ratelimit-count", str(budget.count)),
        ("inin-ratelimit-allowed", str(allowed)),
        ("inin-ratelimit-reset", str(budget.reset_in(now))),
    )
