"""What an object of a plan is seen against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.plan import Change, Headroom, Plan
from reconciler.model.shape import Shape

INDENT: Final = 2
"""Of an object's first line."""
INNER: Final = 6
"""Of everything about it."""


@dataclass(frozen=True, slots=True)
class View:
    """The plan, its steps by name, its headroom by object, the facts of the kinds, the width of the terminal."""

    plan: Plan
    kinds: Mapping[str, Kind]
    width: int
    steps: Mapping[str, Change]
    rooms: Mapping[Address, list[Headroom]]

    @classmethod
    def of(cls, plan: Plan, kinds: Mapping[str, Kind], width: int) -> View:
        rooms: dict[Address, list[Headroom]] = {}
        for room in plan.headroom:
            rooms.setdefault(room.address, []).append(room)
        return cls(plan, kinds, width, {change.step: change for change in plan.changes}, rooms)

    def shape(self, address: Address) -> Shape | None:
        """The shape of an object, if its kind is known."""
        kind = self.kinds.get(address.kind)
        return kind.shape if kind else None
