"""Gathering what goes into an audit bundle: the manifests, and what the ledger has recorded. No clock is asked."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from reconciler.apply.acceptance import ACKNOWLEDGE
from reconciler.apply.approved import APPROVED
from reconciler.apply.refusal import APPLY
from reconciler.commands.explain import every_explanation
from reconciler.commands.workspace import Workspace
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.archive import Receipt
from reconciler.model.chain import Link
from reconciler.model.dossier import Dossier, Exemption, Kept, Occurrence, Placed
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Recorded
from reconciler.model.plan import Action
from reconciler.model.register import KeptField, Processing
from reconciler.model.request import Requested
from reconciler.model.values import Json, Normal
from reconciler.state import SqlAudit, SqlLedger

CHANGES: Final = frozenset(action.value.upper() for action in Action)


def gathered(workspace: Workspace, ledger: SqlLedger, *, since: str, until: str) -> Dossier:
    """Everything, from one picture of the ledger. Raises AuditBroken: what is not whole proves nothing."""
    audit = SqlAudit(ledger)
    verified = audit.verified()
    links = audit.period(since, until)
    as_of = until or next((link.entry.at for link in audit.links(last=1)), "")
    manifests, rows = workspace.estate.manifests, ledger.rows()
    register, unassigned = _register(manifests, rows)
    inside = [link for link in links if since <= link.entry.at and (not until or link.entry.at < until)]
    return Dossier(
        organisation=ledger.organisation,
        ledger_id=ledger.ledger_id,
        since=since,
        until=until,
        as_of=as_of,
        verified=verified,
        register=register,
        unassigned=unassigned,
        changes=tuple(_changes(inside)),
        refusals=tuple(link for link in inside if link.entry.action == APPLY),
        exemptions=tuple(_exemptions(manifests.values(), as_of[:10])),
        requests=tuple(_within(ledger.requests().values(), since, until)),
        receipts=tuple(_receipts(ledger.receipts().values(), since, until)),
        links=links,
        titles={code: found.title for code, found in every_explanation().items()},
    )


def _register(
    manifests: Mapping[Address, Manifest], rows: Mapping[Address, Recorded]
) -> tuple[tuple[Kept, ...], tuple[Placed, ...]]:
    """The purposes with their fields, by address, and the personal data that has no purpose here."""
    stated = dict(_processings((address, manifest.normal) for address, manifest in manifests.items()))
    applied = dict(_processings((address, row.declared) for address, row in rows.items()))
    addresses = sorted({*stated, *applied})
    known, fields = {address.name for address in addresses}, defaultdict(list)
    for placed in _placed(manifests, rows):
        fields[placed.field.purpose if placed.field.purpose in known else ""].append(placed)
    register = (Kept(at, applied.get(at), stated.get(at), tuple(fields[at.name])) for at in addresses)
    return tuple(register), tuple(fields[""])


def _processings(normals: Iterable[tuple[Address, Normal]]) -> Iterator[tuple[Address, Processing]]:
    for address, normal in normals:
        kind = KINDS.get(address.kind)
        found = kind.processing(normal) if kind else None
        if found is not None:
            yield address, found


def _placed(manifests: Mapping[Address, Manifest], rows: Mapping[Address, Recorded]) -> Iterator[Placed]:
    """Fields as applied, and those that only a manifest states."""
    for address in sorted({*manifests, *rows}):
        applied = _fields(address, rows[address].declared) if address in rows else []
        stated = _fields(address, manifests[address].normal) if address in manifests else []
        yield from (Placed(address, each, applied=True) for each in applied)
        yield from (Placed(address, each, applied=False) for each in stated if each not in applied)


def _fields(address: Address, normal: Normal) -> list[KeptField]:
    kind = KINDS.get(address.kind)
    return list(kind.kept_fields(normal)) if kind else []


def _changes(links: Iterable[Link]) -> Iterator[Occurrence]:
    """Each with the acknowledgements of the same plan for the same object, once, and with what approved the plan."""
    accepted: dict[tuple[str, str], dict[tuple[str, ...], Link]] = defaultdict(dict)
    approved: dict[str, Link] = {}
    for link in links:
        key = (link.entry.seal, link.entry.address)
        if link.entry.action == ACKNOWLEDGE:
            accepted[key].setdefault(link.entry.summary, link)
        elif link.entry.action == APPROVED and not link.entry.address:
            approved[link.entry.seal] = link
        elif link.entry.action in CHANGES:
            yield Occurrence(link, tuple(accepted[key].values()), approved.get(link.entry.seal))


def _exemptions(manifests: Iterable[Manifest], today: str) -> Iterator[Exemption]:
    for manifest in sorted(manifests, key=lambda each: each.address):
        for said in manifest.lifecycle.acknowledge:
            if said.expires.isoformat() >= today:
                yield Exemption(manifest.address, said)


def _within(requests: Iterable[Requested], since: str, until: str) -> Iterator[Requested]:
    """Those that were under way at any time of the period."""
    begin, end = _seconds(since, 0.0), _seconds(until, float("inf"))
    for request in requests:
        if request.asked < end and (request.ended is None or request.ended >= begin):
            yield request


def _receipts(receipts: Iterable[Receipt], since: str, until: str) -> Iterator[dict[str, Json]]:
    """Of the period, oldest first; of an endpoint no more than where it is: the rest of an address may be a secret."""
    for each in sorted(receipts, key=lambda each: (each.timestamp, each.endpoint, each.key)):
        if since <= each.timestamp and (not until or each.timestamp < until):
            yield {
                "archived": each.timestamp,
                "rule": str(each.address),
                "strategy": each.live_id,
                "versions": each.versions,
                "archive": each.archive_id or "it was there already",
                "endpoint": urlsplit(each.endpoint).hostname or "",
                "key": each.key,
                "notification": each.notice.value,
            }


def _seconds(instant: str, otherwise: float) -> float:
    return datetime.datetime.fromisoformat(instant).timestamp() if instant else otherwise
