"""A plan by object: all that is said of one stands together, where its weightiest part belongs."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.plan import Change, Plan
from reconciler.render.sections import Entry, Section, sections
from reconciler.render.wording import counted

GRAVE = (Section.BLOCKED, Section.DESTRUCTIVE, Section.DELETIONS)
"""What a reviewer is shown without asking."""


@dataclass(frozen=True, slots=True)
class PlanObject:
    """Everything about one object or, without an address, about the plan as a whole. There is at least one entry."""

    address: Address | None
    entries: tuple[Entry, ...]

    @property
    def section(self) -> Section:
        return self.entries[0].section

    @property
    def change(self) -> Change | None:
        """What becomes of it, if anything does."""
        return next((entry.change for entry in self.entries if entry.change is not None), None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for entry in self.entries for finding in entry.findings)

    @property
    def acceptable(self) -> tuple[Finding, ...]:
        """What blocks, and could be accepted."""
        return tuple(finding for finding in self.findings if finding.blocks and finding.acknowledgeable)

    @property
    def verdict(self) -> str:
        """`update, destructive, 2 blocking findings`; holds nothing foreign."""
        change = self.change
        blocking = sum(finding.blocks for finding in self.findings)
        said = [change.action.value] if change else []
        said += ["destructive"] if change and change.destructive else []
        said += [counted(blocking, "blocking finding")] if blocking else []
        return ", ".join(said)


def plan_objects(plan: Plan) -> tuple[PlanObject, ...]:
    """What is weightiest first."""
    found: dict[Address | None, list[Entry]] = {}
    for entries in sections(plan).values():
        for entry in entries:
            found.setdefault(entry.address, []).append(entry)
    return tuple(PlanObject(address, tuple(entries)) for address, entries in found.items())
