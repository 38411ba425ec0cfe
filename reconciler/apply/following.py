"""Requests that were made: how far they are, as the organisation says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.apply.records import stamp
from reconciler.apply.run import Run
from reconciler.errors import FATAL, AccessError, Interrupted, NotOffered, ReconcilerError, Rejected
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.ports import Api, AuditEntry
from reconciler.model.request import Asking, Requested, Stage
from reconciler.model.secret import MASK

FIRST_WAIT: Final = 5.0
LONGEST_WAIT: Final = 60.0
"""Seconds between two looks at requests that are under way: doubled from the first (contract §5)."""
MOST_SILENT: Final = 30
"""So many looks in a row that nobody answered: with the longest wait, half an hour."""
_LONGEST_STATUS = 100
_LONGEST_REASON = 2000
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#@]*@)?([^\s/?#\"'<>]*)[^\s\"'<>]*")
_QUERY = re.compile(r"(\S+)\?\S*=\S*")


def follow(run: Run, kind: Kind, request: Requested) -> Requested:
    """Ask once how far a request is, and note it. Raises ReconcilerError."""
    settle = run.plan.project.timing.settle
    seen = asked(run.api, kind, request, now=run.clock.now, settle=settle)
    changed = seen.status != request.status
    run.ledger.keep(seen, _followed(run, seen) if changed else None)
    return seen


def asked(api: Api, kind: Kind, request: Requested, *, now: Callable[[], float], settle: float) -> Requested:
    """The request as the organisation has it now. Raises ReconcilerError.

    One that is not there is over, unless it was there within the last `settle` seconds: an effect may show late.
    """
    asking = asking_of(kind)
    entity = api.get(kind, request.live_id)
    at = now()
    if entity is not None:
        seen = replace(request, status=status_of(asking, entity), reason=reason_of(asking, entity), seen=at)
    elif at - request.seen < settle:
        return request
    else:
        seen = replace(request, status="FAILED", reason="the organisation does not know it any more", seen=at)
    return replace(seen, ended=at) if seen.stage is not Stage.UNDER_WAY and seen.ended is None else seen


@dataclass(slots=True)
class Watch:
    """Looking again and again at requests, with patience for an organisation that does not answer for a while.

    `lost` are those of which nothing more will be heard, by key, with the reason.
    """

    silent: int = 0
    lost: dict[str, ReconcilerError] = field(default_factory=dict)

    def look(self, run: Run, kinds: Mapping[str, Kind], requests: Iterable[Requested]) -> list[Requested]:
        """Each request as it is now; one that could not be asked about as it was. Raises what ends a run, and what
        nobody answers for long."""
        seen: list[Requested] = []
        trouble, answered = None, False
        for request in requests:
            try:
                seen.append(follow(run, kinds[request.address.kind], request))
                answered = True
            except (*FATAL, Interrupted):
                raise
            except (AccessError, NotOffered, Rejected) as error:
                self.lost[request.key] = error
            except ReconcilerError as error:
                trouble = error
                seen.append(request)
        self.silent = 0 if answered or trouble is None else self.silent + 1
        if trouble is not None and self.silent >= MOST_SILENT:
            raise trouble
        return seen


def under_way(run: Run, kind_name: str) -> list[Requested]:
    """The requests of a kind that were not over when they were last looked at, and that a manifest asks for."""
    return [request for request in unended(run, kind_name) if not request.forgotten]


def unended(run: Run, kind_name: str) -> list[Requested]:
    """Those that nobody asks for any more among them."""
    return [request for request in run.ledger.unended_requests(kind_name) if request.stage is Stage.UNDER_WAY]


def status_of(asking: Asking, entity: Observed) -> str:
    stated = entity.body.get(asking.status)
    return stated[:_LONGEST_STATUS] if isinstance(stated, str) and stated else "UNKNOWN"


def reason_of(asking: Asking, entity: Observed) -> str:
    """Why it failed, in the organisation's words, less the rest of every address in them: it may grant the data."""
    stated = entity.body.get(asking.reason)
    if not isinstance(stated, str):
        return ""
    return _QUERY.sub(rf"\1?{MASK}", _ADDRESS.sub(rf"\1\2/{MASK}", stated[:_LONGEST_REASON]))


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
