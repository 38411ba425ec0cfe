"""What a callback is worth: the organisation is asked, and only its answer counts (contract §5).

| the organisation says         | the callback is                             |
|-------------------------------|---------------------------------------------|
| ended, as the callback claims | confirmed, and forwarded                    |
| ended otherwise               | disbelieved                                 |
| not ended                     | early: asked again, for a day               |
| nothing, or an error          | asked again, less and less often            |
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from reconciler.errors import ReconcilerError
from reconciler.model.callback import Belief, Delivery, Received
from reconciler.model.ports import AuditEntry, Inbox
from reconciler.model.request import Requested, Stage
from reconciler.model.values import Json
from reconciler.service.inbox.callback import stamp

FIRST_WAIT: Final = 5.0
LONGEST_WAIT: Final = 600.0
"""Seconds between two questions about one callback: doubled from the first."""
PATIENCE: Final = 24 * 3600.0
"""Seconds after which a callback is no longer early but false."""
_NAMESPACE: Final = uuid.UUID("8f8e1c52-6a0e-5a3b-b1d5-2f0f6a4c7d90")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirming needs.

    `request` is the ledger's, by key; `ask` gets it as the organisation has it now, and raises ReconcilerError;
    `receivers` are the names of those who are told; `now` is seconds since the epoch.
    """

    inbox: Inbox
    request: Callable[[str], Requested | None]
    ask: Callable[[Requested], Requested]
    receivers: tuple[str, ...]
    now: Callable[[], float]
    tell: Callable[[str], None]


def confirm_due(work: Confirmation) -> None:
    """Look at every callback whose time has come. Raises ReconcilerError where the ledger fails."""
    for received in work.inbox.unsettled():
        if received.due <= work.now():
            _confirm(work, received)


def _confirm(work: Confirmation, received: Received) -> None:
    request = work.request(received.request_key)
    if request is None:  # its submission may still be under way: the organisation was faster than its own answer
        return _later(work, received, "nobody knows such a request")
    try:
        seen = work.ask(request)
    except ReconcilerError as error:
        work.tell(f"{request.address}: its callback cannot be confirmed yet. {error.summary}. {error.detail}")
        return _postpone(work, received)
    if seen.stage is Stage.UNDER_WAY:
        return _later(work, received, f"the organisation says {seen.status}", seen)
    if seen.status.upper() != received.status:
        return _settle(work, received, Belief.DISBELIEVED, f"the organisation says {seen.status}", seen)
    return _settle(work, received, Belief.CONFIRMED, "the organisation says so, too", seen)


def _later(work: Confirmation, received: Received, why: str, seen: Requested | None = None) -> None:
    if work.now() - received.received > PATIENCE:
        _settle(work, received, Belief.DISBELIEVED, why, seen)
    else:
        _postpone(work, received)


def _postpone(work: Confirmation, received: Received) -> None:
    wait = min(FIRST_WAIT * 2.0 ** min(received.tries, 30), LONGEST_WAIT)
    work.inbox.postpone(replace(received, tries=received.tries + 1, due=work.now() + wait))


def _settle(work: Confirmation, received: Received, belief: Belief, why: str, seen: Requested | None) -> None:
    now, status = work.now(), seen.status if seen else ""
    settled = replace(received, tries=received.tries + 1, belief=belief, confirmed_status=status, settled=now)
    deliveries = tuple(_deliveries(work, settled, seen)) if seen and belief is Belief.CONFIRMED else ()
    work.inbox.settle(settled, _entry(settled, seen, why, deliveries), request=seen, deliveries=deliveries)
    work.tell(f"{seen.address if seen else 'A request'}: callback {received.status} {belief}: {why}")


def _deliveries(work: Confirmation, received: Received, seen: Requested) -> Iterator[Delivery]:
    for receiver in work.receivers:
        name = str(uuid.uuid5(_NAMESPACE, f"{receiver}\n{received.request_key}\n{received.status}"))
        event = {"id": name, **_event(received, seen)}
        made = received.settled or work.now()
        yield Delivery(name, receiver, received.request_key, received.status, made=made, due=made, event=event)


def _event(received: Received, seen: Requested) -> dict[str, Json]:
    """What receivers are told: who asked for what, and how it ended. Never where the data is."""
    return {
        "event": "privacy.export.ended",
        "requestId": seen.live_id,
        "requestKey": seen.key,
        "address": str(seen.address),
        "request": dict(seen.body),
        "status": seen.status,
        "reason": seen.reason,
        "receivedAt": stamp(received.received),
        "confirmedAt": stamp(received.settled or received.received),
    }


def _entry(received: Received, seen: Requested | None, why: str, deliveries: Iterable[Delivery]) -> AuditEntry:
    told = ",".join(delivery.receiver for delivery in deliveries)
    return AuditEntry(
        at=stamp(received.settled or received.received),
        action="WEBHOOK_CALLBACK",
        address=str(seen.address) if seen else "",
        live_id=seen.live_id if seen else "",
        result="SUCCESS" if received.belief is Belief.CONFIRMED else "REFUSED",
        seal="",
        request_id=received.request_key,
        summary=(f"status:{received.status}", f"complianceSync:{'TRIGGERED' if told else 'NONE'}"),
        detail=f"{received.belief}: {why}" + (f"; to be forwarded to {told}" if told else ""),
    )
