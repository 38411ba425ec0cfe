"""Drift alone: recorded against observed.

What a manifest says by now is its own change, and no drift. Where it says what is observed, somebody has agreed.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.address import Address
from reconciler.model.drift import Drift, Drifted
from reconciler.model.observed import Recorded
from reconciler.model.plan import Cause
from reconciler.model.source import Source
from reconciler.model.values import same
from reconciler.planning.binding import Bindings, observed_normal
from reconciler.planning.difference import difference
from reconciler.planning.situation import Situation


def drift_of(situation: Situation, bindings: Bindings) -> Drift:
    """What became of every recorded object. `bindings` must have nothing unconfirmed."""
    compared = [
        row
        for address, row in sorted(bindings.recorded.items())
        if (kind := situation.kinds.get(address.kind)) is not None and kind.converges
        if not situation.choices.excludes(address)
    ]
    return Drift(
        situation.organisation,
        situation.project.environment.name,
        tuple(found for row in compared for found in _drifted(situation, bindings, row)),
        len(compared),
        sum(bindings.foreign.values()),
        situation.project.is_one_of_several,
    )


def _drifted(situation: Situation, bindings: Bindings, row: Recorded) -> Iterator[Drifted]:
    kind, entity = situation.kinds[row.address.kind], bindings.live.get(row.address)
    where = _where(situation, row.address)
    manifest = situation.estate.manifests.get(row.address)
    if entity is None or entity.live_id != row.live_id:
        yield Drifted(row.address, row.live_id, is_gone=True, where=where)
        return
    before = observed_normal(kind, entity, bindings)
    if before is None:
        trouble = f"The organisation's answer has a shape that {kind.name} does not know."
        yield Drifted(row.address, row.live_id, where=where, trouble=trouble)
        return
    to_come = {name: born for name, born in kind.at_birth.items() if not same(row.declared.get(name), born)}
    recorded = {**to_come, **row.declared}
    found = difference(kind.shape, row.declared, recorded, before).fields
    stated = difference(kind.shape, manifest.normal, recorded, before).fields if manifest else ()
    agreed = {part.path for part in stated if part.cause is Cause.RECORD}
    fields = tuple(part for part in found if part.path not in agreed)
    if fields:
        yield Drifted(row.address, row.live_id, fields=fields, where=where)


def _where(situation: Situation, address: Address) -> Source | None:
    manifest = situation.estate.manifests.get(address)
    return manifest.source if manifest is not None else None
