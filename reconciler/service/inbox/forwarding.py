"""Telling receivers of confirmed callbacks: from a queue on the disk, at least once, ever less often, for three days.

The same event has the same id at every try, in its body and as `Idempotency-Key`. What a receiver's host answers is not
shown: only its status counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import orjson
import requests
from requests.auth import AuthBase

import reconciler
from reconciler.model.callback import Delivery, Fate
from reconciler.model.ports import AuditEntry, Inbox
from reconciler.model.secret import Secret
from reconciler.service.inbox.callback import stamp

FIRST_WAIT: Final = 5.0
LONGEST_WAIT: Final = 3600.0
"""Seconds between two tries of one event: doubled from the first."""
PATIENCE: Final = 72 * 3600.0
"""Seconds after which an event is given up, and counted as such."""
CONNECT, READ = 5.0, 10.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where events go. `headers` are whole values, each a credential."""

    name: str
    url: str
    headers: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What forwarding to one receiver needs. `now` is seconds since the epoch."""

    inbox: Inbox
    receiver: Receiver
    session: requests.Session
    now: Callable[[], float]
    tell: Callable[[str], None]


def forward_due(work: Forwarding) -> None:
    """Try every event whose time has come. Raises ReconcilerError where the ledger fails."""
    for delivery in work.inbox.outgoing(work.receiver.name):
        if delivery.due <= work.now():
            _forward(work, delivery)


def _forward(work: Forwarding, delivery: Delivery) -> None:
    trouble, asked = _sent(work, delivery)
    tried = replace(delivery, tries=delivery.tries + 1, trouble=trouble)
    now = work.now()
    if not trouble:
        delivered = replace(tried, fate=Fate.DELIVERED, settled=now)
        return work.inbox.tried(delivered, _entry(delivered, now))
    work.tell(f"{work.receiver.name}: an event was not taken ({trouble}), try {tried.tries}")
    if now - delivery.made > PATIENCE:
        given_up = replace(tried, fate=Fate.GIVEN_UP, settled=now)
        return work.inbox.tried(given_up, _entry(given_up, now))
    wait = min(FIRST_WAIT * 2.0 ** min(delivery.tries, 30), LONGEST_WAIT)
    return work.inbox.tried(replace(tried, due=now + max(wait, min(asked, LONGEST_WAIT))))


def _sent(work: Forwarding, delivery: Delivery) -> tuple[str, float]:
    """Why it was not taken, or nothing; and the seconds that the receiver asks for. Redirects are not followed: they
    would carry the credentials elsewhere."""
    headers = {name: value.reveal() for name, value in work.receiver.headers.items()}
    ours = {
        "Content-Type": "application/json",
        "Idempotency-Key": delivery.id,
        "User-Agent": f"reconciler/{reconciler.__version__}",
    }
    try:
        with work.session.post(
            work.receiver.url, data=orjson.dumps(dict(delivery.event)), headers=headers | ours, auth=_Nobody(),
            timeout=(CONNECT, READ), allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            trouble = "" if 200 <= answer.status_code < 300 else f"HTTP {answer.status_code}"
            stated = answer.headers.get("Retry-After", "")
            return trouble, float(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 10 else 0.0
    except requests.RequestException as error:
        return f"no answer: {type(error).__name__}", 0.0


class _Nobody(AuthBase):
    """Requests looks into `.netrc` unless there is an authorisation: this is one, and empty."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _entry(delivery: Delivery, now: float) -> AuditEntry:
    return AuditEntry(
        at=stamp(now),
        action="CALLBACK_FORWARDED",
        address=str(delivery.event.get("address", "")),
        live_id=str(delivery.event.get("requestId", "")),
        result="SUCCESS" if delivery.fate is Fate.DELIVERED else "FAILED",
        seal="",
        latency_ms=round((now - delivery.made) * 1000),
        request_id=delivery.request_key,
        summary=(f"receiver:{delivery.receiver}", f"tries:{delivery.tries}"),
        detail=delivery.trouble,
    )
