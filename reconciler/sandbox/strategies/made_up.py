"""The history that a strategy has where nobody says another: the same one again for the same strategy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from reconciler.sandbox.clock import parse_instant, wire_date
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.store import Stored

DAY = 86_400.0
AUTHORS = ("Alex Smith", "Bao Tran", "Carla Díaz")
_NAMESPACE = UUID("6f1f4c0e-5d0b-4c52-9f3b-6a1d2c9e7b10")
_SOME_DAY = parse_instant("2026-01-01")


def made_up(strategy: Stored) -> Iterator[dict[str, Any]]:
    """As many as its version says, oldest first: from its `createdDate` to its `modifiedDate`.

    Where these two are the same they are a day apart, and the last one is at `modifiedDate`.
    """
    last, steps = _instant(strategy, "modifiedDate"), strategy.version - 1
    span = last - _instant(strategy, "createdDate")
    pace = span / steps if span > 0 and steps else DAY
    for number in range(1, strategy.version + 1):
        when = wire_date(last - (strategy.version - number) * pace)
        author = AUTHORS[number % len(AUTHORS)]
        yield {
            "id": str(uuid5(_NAMESPACE, f"{strategy.id}/{number}")),
            "version": number,
            "createdDate": when,
            "modifiedDate": when,
            "createdBy": {"id": str(uuid5(_NAMESPACE, author)), "name": author},
        }


def _instant(strategy: Stored, name: str) -> float:
    """A strategy may have been given a date that is none; its versions have good ones all the same."""
    try:
        return parse_instant(strategy.body.get(name))
    except SandboxError:
        return _SOME_DAY
