"""What the ledger is told: rows and audit entries."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Mapping

from reconciler.apply.run import Run
from reconciler.errors import ApiError, ReconcilerError
from reconciler.model.kind import Kind
from reconciler.model.normal import agrees, alike
from reconciler.model.observed import Observed, Origin, Recorded
from reconciler.model.plan import Change, Precondition
from reconciler.model.ports import AuditEntry
from reconciler.model.shape import Keyed
from reconciler.model.values import ABSENT, Json, Normal, fingerprint


def row_of(run: Run, kind: Kind, change: Change, entity: Observed) -> Recorded:
    """The ledger's row after a write, from the organisation's answer."""
    answer, printed = run.normal(kind, entity), run.printed(kind, entity)
    return _row(run, kind, change, answer, entity.live_id, entity.version, printed)


def row_as_planned(run: Run, kind: Kind, change: Change) -> Recorded:
    """The ledger's row where nothing was written: the object is as the plan saw it."""
    seen = change.precondition or Precondition(None, "")
    return _row(run, kind, change, change.before or {}, change.live_id, seen.version, seen.answer)


def _row(
    run: Run, kind: Kind, change: Change, answer: Normal, live_id: str, version: int | None, printed: str
) -> Recorded:
    """The fingerprint is kept only where the answer agrees with everything declared: the next plan then skips it."""
    declared = change.declared if change.declared is not None else {}
    return Recorded(
        address=change.address,
        live_id=live_id,
        origin=Origin.ADOPTED if change.adopted else Origin.CREATED,
        declared=declared,
        fingerprint=printed if agrees(kind.shape, declared, answer) else "",
        version=version,
        protect=change.protect,
        revision=0,
        seal=run.seal,
    )


def entry_of(
    run: Run,
    kind: Kind,
    change: Change,
    result: str,
    *,
    live_id: str = "",
    after: Normal | None = None,
    error: ReconcilerError | None = None,
) -> AuditEntry:
    """One audit entry (contract §7): what was done to which object, with the seed's summary of the fields.

    `after` is what was sent, where that is not what was planned.
    """
    becomes = after if after is not None else change.after
    return AuditEntry(
        at=stamp(run.clock.now()),
        action=change.action.value.upper(),
        address=str(change.address),
        live_id=live_id or change.live_id,
        result=result,
        seal=run.seal,
        latency_ms=round((run.clock.monotonic() - run.known.began[change.step]) * 1000),
        request_id=str(uuid.uuid4()),
        correlation_id=error.correlation_id if isinstance(error, ApiError) else "",
        summary=tuple(summary(kind, change.before, becomes)),
        detail=f"{error.summary}: {error.detail}" if error else change.reason,
        before_hash=hash_of(change.before),
        after_hash=hash_of(becomes),
    )


def hash_of(body: Normal | None) -> str:
    """What an audit entry says of a side of a change: enough to prove it, nothing to read in it."""
    return "" if body is None else fingerprint(body)


def stamp(seconds: float) -> str:
    """RFC 3339, UTC, to the millisecond."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def summary(kind: Kind, before: Normal | None, after: Normal | None) -> Iterator[str]:
    """The seed's validationSummary: `field:ADD`, `field:TYPE_CHANGE`, ... for each element of each keyed list."""
    for member in kind.shape.members:
        if isinstance(member.shape, Keyed):
            was = _by_key(member.shape, (before or {}).get(member.name))
            becomes = _by_key(member.shape, (after or {}).get(member.name))
            for key in dict.fromkeys((*was, *becomes)):
                yield f"{key}:{_status(member.shape, was.get(key, ABSENT), becomes.get(key, ABSENT))}"


def _by_key(shape: Keyed, elements: Json) -> Mapping[str, Json]:
    return {str(element.get(shape.key)): element for element in elements or ()}


def _status(shape: Keyed, was: Json, becomes: Json) -> str:
    if was is ABSENT:
        return "ADD"
    if becomes is ABSENT:
        return "REMOVE"
    if shape.type_member and was.get(shape.type_member) != becomes.get(shape.type_member):
        return "TYPE_CHANGE"
    return "UNCHANGED" if alike(shape.element, was, becomes) else "CHANGE"
