"""Two plans side by side: what both do, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.approval import Changed
from reconciler.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Pair:
    """One place that at least one of two plans changes; None = the plan leaves it as it is."""

    first: Changed | None
    second: Changed | None

    @property
    def shown(self) -> Changed:
        """The change that names the place."""
        changed = self.first or self.second
        if changed is None:
            raise ValueError("a pair without any change")
        return changed


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every place that two plans change, by address and path. `alike` are those where both do the same."""

    first: Plan
    second: Plan
    alike: tuple[Changed, ...]
    different: tuple[Pair, ...]
