"""What is to be archived: of each history the versions that its standing order retains (contract §7).

An archive is known by the key of its head, which does not depend on when this is decided: that the window moves on
makes no other archive. What a receipt says is there is not sent again; without one, the endpoint itself says so.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from reconciler.model.address import Address
from reconciler.model.archive import Archive, Archiving, History, Notice, Order, Receipt, Standing, Version
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.window import instant
from reconciler.planning.situation import Situation

MOST_NAMED: Final = 10
"""So many histories are named in a finding; each stands in its own line of the plan anyway."""


@dataclass(frozen=True, slots=True)
class Archives:
    """The standing orders, and what becomes of each history that they are about."""

    orders: tuple[Order, ...]
    archives: tuple[Archive, ...]
    findings: tuple[Finding, ...]


def standing_orders(situation: Situation) -> Iterator[tuple[Archiving, Order]]:
    """Every order that the manifests state, in the order of addresses."""
    for address, manifest in sorted(situation.estate.manifests.items()):
        kind = situation.kinds.get(address.kind)
        if kind is not None and kind.archiving is not None and not situation.choices.excludes(address):
            row = situation.recorded.get(address)
            order = kind.archiving.order(address, manifest.normal)
            yield kind.archiving, replace(order, revision=row.revision if row else None)


def decide(situation: Situation) -> Archives:
    """What is to be done about every history. `situation.histories` has those of every standing order."""
    orders = tuple(standing_orders(situation))
    archives = tuple(
        _archive(situation, archiving, order, history)
        for archiving, order in orders
        for history in situation.histories.get(order.address, ())
    )
    findings = (*_ordered_twice(archives), *_troubled(archives), *_left_with_nothing(archives))
    return Archives(tuple(order for _, order in orders), archives, findings)


def _archive(situation: Situation, archiving: Archiving, order: Order, history: History) -> Archive:
    blank = Archive(order.address, history.live_id, history.name, Standing.NOTHING, remark=history.doubt)
    if history.trouble:
        return replace(blank, standing=Standing.TROUBLE, trouble=history.trouble)
    young, retained = _retained(order, history.versions, situation.as_of)
    aged, surplus = len(history.versions) - len(young), len(young) - len(retained)
    blank = replace(blank, retained=len(retained), aged=aged, surplus=surplus)
    if not retained:
        return blank
    key = archiving.key(order, history.live_id, retained[-1])
    found = replace(blank, key=key, head=retained[-1].number, versions=retained)
    return _with_standing(situation, order, found)


def _retained(
    order: Order, versions: tuple[Version, ...], as_of: datetime.datetime
) -> tuple[tuple[Version, ...], tuple[Version, ...]]:
    """The versions that are young enough, and the newest of these, oldest first."""
    oldest = as_of - datetime.timedelta(days=order.days)
    young = tuple(version for version in versions if instant(version.created) >= oldest)
    return young, young[-order.most :]


def _with_standing(situation: Situation, order: Order, found: Archive) -> Archive:
    """The versions go along only where something is to be made of them: a plan of what is archived stays small."""
    receipt = situation.receipts.get((order.endpoint, found.key))
    if receipt is None:
        return replace(found, standing=Standing.DUE)
    backup = bool(order.backup) and (order.backup, found.file_name) not in situation.backups
    versions = found.versions if backup else ()
    notice = _is_to_be_told(order, receipt)
    return replace(found, standing=Standing.ARCHIVED, versions=versions, backup=backup, notice=notice)


def _is_to_be_told(order: Order, receipt: Receipt) -> bool:
    return bool(order.notify) and receipt.notice is Notice.DUE


def _ordered_twice(archives: Iterable[Archive]) -> Iterator[Finding]:
    """One object in two orders, of which one names it by its id and another by its name."""
    seen: dict[str, Address] = {}
    for archive in archives:
        first = seen.setdefault(archive.live_id, archive.address) if archive.live_id else archive.address
        if first != archive.address:
            detail = f"{archive.name} ({archive.live_id}) is in {first}, too."
            yield Finding(
                "RC852", Severity.BLOCK, "Two standing orders for one history", archive.address, (),
                FindingClass.PLATFORM, detail=detail, hint="Leave it out of one of the two.",
            )  # fmt: skip


def _troubled(archives: Iterable[Archive]) -> Iterator[Finding]:
    for address, those in _by_address(archives, Standing.TROUBLE).items():
        listed = "\n".join(f"{each.name or each.live_id}: {each.trouble}." for each in those[:MOST_NAMED])
        listed += f"\nAnd {len(those) - MOST_NAMED} more, below." if len(those) > MOST_NAMED else ""
        yield Finding("RC853", Severity.WARN, "Histories that cannot be archived", address, detail=listed)


def _left_with_nothing(archives: Iterable[Archive]) -> Iterator[Finding]:
    for address, those in _by_address(archives, Standing.NOTHING).items():
        listed = ", ".join(each.name for each in those[:MOST_NAMED])
        listed += f", and {len(those) - MOST_NAMED} more" if len(those) > MOST_NAMED else ""
        yield Finding("RC854", Severity.INFO, "No version within retention", address, detail=f"{listed}.")


def _by_address(archives: Iterable[Archive], standing: Standing) -> dict[Address, list[Archive]]:
    found: dict[Address, list[Archive]] = {}
    for archive in archives:
        if archive.standing is standing:
            found.setdefault(archive.address, []).append(archive)
    return found
