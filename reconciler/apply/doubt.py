"""Creations whose outcome is not known: looking before sending again (ARCHITECTURE §4.8).

An unseen effect is in doubt until the settle time has passed on the server's clock; absent after that, it never
happened. Every other kind of intent needs no looking: a write with a precondition shows by itself whether it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.apply.records import hash_of, stamp
from reconciler.errors import Interrupted, LedgerError, ReconcilerError
from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed, Origin, Recorded
from reconciler.model.plan import Action
from reconciler.model.ports import Api, AuditEntry, Clock, Ledger
from reconciler.model.report import Event, Waiting

CREATIONS = (Action.CREATE.value, Action.RECREATE.value)
ELSEWHERE = (Action.SUBMIT.value, Action.ARCHIVE.value)
"""What is found out by whoever wants to do it again."""
FIRST_LOOK = 0.25
"""Seconds to wait after the first look that saw nothing; doubled each time, up to LONGEST_WAIT."""
LONGEST_WAIT = 10.0


class InDoubt(ReconcilerError):
    """A write may have happened, or has, and what came of it cannot be told: the intent stays open."""


class Unrecorded(LedgerError):
    """The organisation was written to, and the ledger could not note it: the intent stays open."""


@contextmanager
def written() -> Iterator[None]:
    """What goes wrong inside comes after a write, and does not undo it. Raises InDoubt, Unrecorded."""
    try:
        yield
    except (Interrupted, InDoubt):
        raise
    except ReconcilerError as error:
        cls = Unrecorded if isinstance(error, LedgerError) else InDoubt
        detail = f"It was written to the organisation. {error.detail}".rstrip()
        raise cls(error.summary, detail=detail, hint=error.hint, where=error.where) from None


@dataclass(frozen=True, slots=True)
class Looking:
    """What looking needs."""

    api: Api
    ledger: Ledger
    clock: Clock
    matching: Callable[[Kind, Intent, tuple[Observed, ...]], list[Observed]]
    emit: Callable[[Event], None]
    settle: float
    bound: Mapping[Address, str]
    """Live ids that a person has named: they decide where several objects could be the one."""


def resolve_intents(looking: Looking, kinds: Mapping[str, Kind]) -> tuple[Recorded, ...]:
    """Close every open intent of an earlier run, but those of requests and archives. Returns the rows of creations that
    happened.

    Raises InDoubt where more than one live object could be the one.
    """
    found: list[Recorded] = []
    begun = looking.clock.monotonic()
    for intent in looking.ledger.intents():
        kind = kinds.get(intent.address.kind)
        if intent.action in ELSEWHERE:
            continue
        entity = await_outcome(looking, kind, intent, begun=begun) if kind and intent.action in CREATIONS else None
        row = _row(intent, entity) if entity else None
        result = "SUCCESS" if row else "RESOLVED"
        looking.ledger.settle(intent, _entry(looking, intent, result, entity), row=row)
        found.extend([row] if row else [])
    return tuple(found)


def await_outcome(looking: Looking, kind: Kind, intent: Intent, *, begun: float) -> Observed | None:
    """The object that an intent made, or None once it is certain that it made none. Waits while it is in doubt."""

    def candidates() -> list[Observed]:
        bound = looking.bound.get(intent.address)
        matching = looking.matching(kind, intent, _unclaimed(looking, kind))
        return [entity for entity in matching if bound in (None, entity.live_id)]

    return await_candidate(looking, intent, candidates, begun=begun)


def await_candidate(
    looking: Looking, intent: Intent, look: Callable[[], list[Observed]], *, begun: float
) -> Observed | None:
    """What `look` finds, or None once the settle time has passed. Raises InDoubt where it finds several.

    `begun` is an instant of our own monotonic clock after which nothing can have been sent: when an answer was given
    up, or, for a run that died, when this one had its lock. The intent may be much older than what was sent: sending
    waits for its turn.
    """
    wait = FIRST_LOOK
    while True:
        asked_at, our_time = looking.api.server_time(), looking.clock.monotonic()
        candidates = look()
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            raise _several(intent, candidates)
        left = looking.settle - min(asked_at - intent.at, our_time - begun)
        if left <= 0:
            return None
        seconds = min(wait, max(left, 0.05), LONGEST_WAIT)
        looking.emit(Waiting(seconds, f"{intent.address} may still appear"))
        looking.clock.sleep(seconds)
        wait *= 2


def _unclaimed(looking: Looking, kind: Kind) -> tuple[Observed, ...]:
    claimed = {row.live_id for address, row in looking.ledger.rows().items() if address.kind == kind.name}
    return tuple(entity for entity in looking.api.list(kind) if entity.live_id not in claimed)


def _several(intent: Intent, candidates: list[Observed]) -> InDoubt:
    ids = ", ".join(entity.live_id for entity in candidates)
    return InDoubt(
        "In doubt which object is ours",
        detail=f"{intent.address} was being created when a run was cut off, and these look like it: {ids}.",
        hint="Bind the right one with metadata: {id: ...}.",
    )


def _row(intent: Intent, entity: Observed) -> Recorded:
    return Recorded(
        intent.address,
        entity.live_id,
        Origin.CREATED,
        intent.declared,
        "",
        entity.version,
        intent.protect,
        0,
        intent.seal,
    )


def _entry(looking: Looking, intent: Intent, result: str, entity: Observed | None) -> AuditEntry:
    return AuditEntry(
        at=stamp(looking.clock.now()),
        action=intent.action.upper(),
        address=str(intent.address),
        live_id=entity.live_id if entity else intent.live_id,
        result=result,
        seal=intent.seal,
        detail="an interrupted run had done it" if entity else "an interrupted run's intent, looked at again",
        after_hash=hash_of(intent.body),
    )
