"""What the archive has, under the keys of its idempotency, and how many are writing to it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Archived:
    """`time` is the sandbox's when it was stored."""

    archiveId: str  # noqa: N815 - as the wire and a saved state have it
    time: str
    payload: Mapping[str, Any]


@dataclass(slots=True)
class Archive:
    """`most_in_flight` is the greatest number of requests that were under way at one moment."""

    stored: dict[str, Archived] = field(default_factory=dict)
    in_flight: int = 0
    most_in_flight: int = 0

    def put(self, archived: Archived) -> None:
        self.stored[_key(archived.payload)] = archived

    def known(self, payload: Mapping[str, Any]) -> Archived | None:
        return self.stored.get(_key(payload))

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(each) for each in self.stored.values()]

    @contextmanager
    def flight(self) -> Iterator[None]:
        """A request is under way while this lasts."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1


def _key(payload: Mapping[str, Any]) -> str:
    return str(payload["idempotencyKey"]).lower()
