"""Under which heading each change stands, what is weightiest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.plan import Action, Cause, Change, FieldChange, Plan


class Section(Enum):
    """The headings, in the order in which they are shown."""

    BLOCKED = "Blocked: nothing is applied before these are settled"
    DESTRUCTIVE = "Destructive, and accepted"
    UPDATES = "Updates"
    DRIFT = "Drift: changed behind our back, will be set back"
    OVERRIDES = "Overrides: someone else changed it too, and the manifest wins"
    CREATIONS = "Creations"
    ADOPTIONS = "Adoptions: already in the organisation, ours from now on"
    RECREATIONS = "Recreations: ours, and gone from the organisation"
    DELETIONS = "Deletions"
    DISABLING = "Disabled: they cannot be deleted, and are no longer ours"
    FORGETTING = "Forgotten: they stay as they are, and are no longer ours"
    ORDERS = "Standing orders: new or changed, worked off below"
    RECORDS = "Recorded: so already, only the ledger is written"
    REMARKS = "Remarks"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under one heading about one object: a change with those of its fields that belong there, findings.

    `first` = nothing about this object stands above it; `again` = the very call does, with its notes and findings.
    """

    section: Section
    address: Address | None
    change: Change | None = None
    reason: str = ""
    fields: tuple[FieldChange, ...] = ()
    findings: tuple[Finding, ...] = ()
    first: bool = True
    again: bool = False


def sections(plan: Plan) -> Mapping[Section, tuple[Entry, ...]]:
    """Every change and finding of the plan, each in its place; headings without any are left out."""
    found: dict[Section, list[Entry]] = {section: [] for section in Section}
    for entry in _entries(plan):
        found[entry.section].append(entry)
    return {section: tuple(entries) for section, entries in found.items() if entries}


def main_step(steps: Iterable[Change]) -> Change:
    """Of the steps of one address the one that says what becomes of the object."""
    steps = tuple(steps)
    return next((step for step in steps if step.action.ends), steps[0])


def steps_by_address(plan: Plan) -> Mapping[Address, list[Change]]:
    """The steps in the plan's order, by object."""
    found: dict[Address, list[Change]] = {}
    for change in plan.changes:
        found.setdefault(change.address, []).append(change)
    return found


def _entries(plan: Plan) -> Iterator[Entry]:
    findings: dict[Address | None, list[Finding]] = {}
    for finding in plan.findings:
        findings.setdefault(finding.address, []).append(finding)
    steps = steps_by_address(plan)
    for address, said in findings.items():
        if address not in steps:
            blocked = any(finding.blocks for finding in said)
            yield Entry(Section.BLOCKED if blocked else Section.REMARKS, address, findings=tuple(said))
    for address, changes in steps.items():
        yield from _entries_of(changes, tuple(findings.get(address, ())))


def _entries_of(steps: list[Change], findings: tuple[Finding, ...]) -> Iterator[Entry]:
    main = main_step(steps)
    home = _home(main, findings)
    if len(steps) == 1 and main.action is Action.UPDATE:
        yield from _update(home, main, findings)
        return
    for number, step in enumerate(steps):
        said = findings if number == 0 else ()
        yield Entry(home, step.address, step, step.reason, step.fields, said, first=number == 0)


def _home(change: Change, findings: tuple[Finding, ...]) -> Section:
    if any(finding.blocks for finding in findings):
        return Section.BLOCKED
    if change.destructive and not change.action.ends:
        return Section.DESTRUCTIVE
    return _BY_ACTION[change.action]


_BY_ACTION = {
    Action.CREATE: Section.CREATIONS,
    Action.RECREATE: Section.RECREATIONS,
    Action.ADOPT: Section.ADOPTIONS,
    Action.UPDATE: Section.UPDATES,
    Action.DELETE: Section.DELETIONS,
    Action.DISABLE: Section.DISABLING,
    Action.FORGET: Section.FORGETTING,
    Action.RECORD: Section.RECORDS,
    Action.ORDER: Section.ORDERS,
}


def _update(home: Section, change: Change, findings: tuple[Finding, ...]) -> Iterator[Entry]:
    """An update's fields by cause: drift has its own heading, however the object is listed.

    Drift whose reversal would be destructive is not in a plan, so nothing dangerous can hide under its heading.
    """
    wanted: dict[Section, tuple[Cause, ...]] = {home: (Cause.UPDATE, Cause.FOREIGN), Section.DRIFT: (Cause.DRIFT,)}
    if home is Section.UPDATES:
        wanted[Section.OVERRIDES] = (Cause.OVERRIDE,)
    else:
        wanted[home] += (Cause.OVERRIDE,)
    places = [(section, fields) for section, causes in wanted.items() if (fields := _caused(change, *causes))]
    for number, (section, fields) in enumerate(places or [(home, ())]):
        if number == 0:
            reason = change.reason if home is not Section.UPDATES else ""
            yield Entry(section, change.address, change, reason, fields + _caused(change, Cause.RECORD), findings)
        else:
            yield Entry(section, change.address, change, "in the same call as above", fields, first=False, again=True)


def _caused(change: Change, *causes: Cause) -> tuple[FieldChange, ...]:
    return tuple(part for part in change.fields if part.cause in causes)
