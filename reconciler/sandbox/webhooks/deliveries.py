"""Events on their way: to which webhook, when the next attempt is due, and what came of those before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reconciler.sandbox.clock import wire_date

Outcome = Literal["waiting", "under way", "delivered", "given up", "not sent", "dropped"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status` and `answer` are the receiver's; `reason` says why there was none."""

    time: str
    url: str
    status: int | None = None
    answer: str = ""
    reason: str = ""


@dataclass(slots=True)
class Delivery:
    """`due` is when it may go, by the sandbox's clock."""

    number: int
    webhook: str
    event: Mapping[str, Any]
    due: float
    outcome: Outcome = "waiting"
    attempts: list[Attempt] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"due": wire_date(self.due)}


@dataclass(slots=True)
class Deliveries:
    """In the order in which they came into being."""

    all: list[Delivery] = field(default_factory=list)

    @property
    def next_number(self) -> int:
        return len(self.all) + 1

    def add(self, delivery: Delivery) -> Delivery:
        self.all.append(delivery)
        return delivery

    def to(self, webhook: str) -> list[Delivery]:
        return [each for each in self.all if each.webhook == webhook]

    def due(self, now: float) -> Iterator[Delivery]:
        """One for each webhook that waits for no answer: the one that has been due longest."""
        busy = {each.webhook for each in self.all if each.outcome == "under way"}
        waiting = [each for each in self.all if each.outcome == "waiting" and each.due <= now]
        for each in sorted(waiting, key=lambda delivery: (delivery.due, delivery.number)):
            if each.webhook not in busy:
                busy.add(each.webhook)
                yield each
