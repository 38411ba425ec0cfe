"""Standing orders in the ledger: what a manifest ordered last is what a change of it is judged against.

| D R | what becomes of the order                                                            |
|-----|--------------------------------------------------------------------------------------|
| 1 0 | the ledger learns it                                                                 |
| 1 1 | the ledger learns what changed; nothing where it says the same                       |
| 0 1 | forgotten, if somebody says so: an order that is lost is one that nobody works off   |
"""

from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Recorded
from reconciler.model.plan import Action, Change
from reconciler.model.values import same
from reconciler.planning.binding import Bindings
from reconciler.planning.difference import difference
from reconciler.planning.draft import Draft
from reconciler.planning.situation import Situation


def draft_order(situation: Situation, bindings: Bindings, address: Address) -> Draft | None:
    """Decide one standing order. None = nothing to do."""
    manifest, row = situation.estate.manifests.get(address), bindings.recorded.get(address)
    kind = situation.kinds[address.kind]
    if manifest is not None:
        return _stated(kind, manifest, row)
    return None if row is None else _lost(situation, kind, row)


def _stated(kind: Kind, manifest: Manifest, row: Recorded | None) -> Draft | None:
    normal, protect = manifest.normal, manifest.lifecycle.protect
    if row is not None and row.revision and row.protect == protect and same(row.declared, normal):
        return None
    change = Change(
        step=str(manifest.address),
        address=manifest.address,
        action=Action.ORDER,
        reason="changed since it was applied last" if row else "in the manifests, not in the ledger yet",
        before=row.declared if row else None,
        after=normal,
        declared=normal,
        lock=kind.lock,
        fields=difference(kind.shape, normal, row.declared, row.declared).fields if row else (),
        protect=protect,
        revision=row.revision if row else None,
        protected=row is not None and row.protect,
    )
    return Draft(manifest.address, change, kind, manifest, row)


def _lost(situation: Situation, kind: Kind, row: Recorded) -> Draft:
    removal = situation.estate.removals.get(row.address)
    change = Change(
        step=str(row.address),
        address=row.address,
        action=Action.FORGET,
        reason="removed: says to forget it" if removal else "no manifest states it any more",
        before=row.declared,
        lock=kind.lock,
        protect=row.protect,
        revision=row.revision,
    )
    said = removal is not None or situation.choices.allow_delete
    findings = () if said else (_unsaid(row.address),)
    if removal is not None and removal.delete:
        findings = (_nothing_to_delete(row.address),)
    return Draft(row.address, change, kind, None, row, findings)


def _unsaid(address: Address) -> Finding:
    return Finding(
        "RC851",
        Severity.BLOCK,
        "A standing order is lost",
        address,
        detail="No manifest states it any more, and nothing says that its work is to end.",
        hint=_forgetting(address),
    )


def _nothing_to_delete(address: Address) -> Finding:
    return Finding(
        "RC306",
        Severity.BLOCK,
        "It cannot be deleted",
        address,
        cls=FindingClass.PLATFORM,
        detail="A standing order is no object of the organisation, and the archives that it made stay.",
        hint=_forgetting(address),
    )


def _forgetting(address: Address) -> str:
    return f"removed: [{{address: {address}, delete: false}}]"
