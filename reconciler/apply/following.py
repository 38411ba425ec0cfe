"""Requests that were made: how far they are, as the organisation says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reconciler.apply.records import stamp
from reconciler.apply.run import Run
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.ports import Api, AuditEntry
from reconciler.model.request import Asking, Requested, Stage
from reconciler.model.secret import MASK

FIRST_WAIT = 5.0
LONGEST_WAIT = 60.0
"""Seconds between two looks at requests that are under way: doubled from the first (contract §5)."""
_LONGEST_STATUS = 100
_LONGEST_REASON = 2000
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#@]*@)?([^\s/?#\"'<>]*)[^\s\"'<>]*")


def follow(run: Run, kind: Kind, request: Requested) -> Requested:
    """Ask once how far a request is, and note it. Raises ReconcilerError."""
    seen = asked(run.api, kind, request, now=run.clock.now)
    changed = seen.status != request.status
    run.ledger.keep(seen, _followed(run, seen) if changed else None)
    return seen


def asked(api: Api, kind: Kind, request: Requested, *, now: Callable[[], float]) -> Requested:
    """The request as the organisation has it now. Raises ReconcilerError."""
    asking = asking_of(kind)
    entity = api.get(kind, request.live_id)
    at = now()
    if entity is None:
        seen = replace(request, status="FAILED", reason="the organisation does not know it any more", seen=at)
    else:
        seen = replace(request, status=status_of(asking, entity), reason=reason_of(asking, entity), seen=at)
    return replace(seen, ended=at) if seen.stage is not Stage.UNDER_WAY and seen.ended is None else seen


def under_way(run: Run, kind_name: str) -> list[Requested]:
    """The requests of a kind that were not over when they were last looked at."""
    return [
        request
        for request in run.ledger.requests().values()
        if request.address.kind == kind_name and request.stage is Stage.UNDER_WAY and not request.forgotten
    ]


def status_of(asking: Asking, entity: Observed) -> str:
    stated = entity.body.get(asking.status)
    return stated[:_LONGEST_STATUS] if isinstance(stated, str) and stated else "UNKNOWN"


def reason_of(asking: Asking, entity: Observed) -> str:
    """Why it failed, in the organisation's words, less the rest of every address in them: it may grant the data."""
    stated = entity.body.get(asking.reason)
    return _ADDRESS.sub(rf"\1\2/{MASK}", stated[:_LONGEST_REASON]) if isinstance(stated, str) else ""


def asking_of(kind: Kind) -> Asking:
    if kind.asking is None:
        raise ValueError(f"{kind.name} is no kind of requests")
    return kind.asking


def _followed(run: Run, request: Requested) -> AuditEntry:
    at, text = stamp(run.clock.now()), f"{request.status} {request.reason}".strip()
    return AuditEntry(
        at, "EXPORT_STATUS", str(request.address), request.live_id, "SUCCESS", run.seal, request_id=request.key,
        detail=text,
    )  # fmt: skip
