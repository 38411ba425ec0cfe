"""Sending archives until they are there, known to be there, or given up (contract §1, §7).

An archive has a key, by which its endpoint knows a repetition. So it may be sent again after anything, and an answer
that says "already there" is as good as the first one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import Random
from typing import Final, NoReturn

from reconciler.archive.backups import Backups
from reconciler.archive.posting import Outcome, Poster, Reply
from reconciler.archive.reach import Reach
from reconciler.errors import ArchiveForbidden, ArchiveRefused, ArchiveUnconfirmed
from reconciler.model.archive import Archive, Order
from reconciler.model.ports import Clock, Deposit
from reconciler.model.secret import Secret

TRIES: Final = 5
THROTTLES: Final = 12
BASE: Final = 1.0
CAP: Final = 30.0
"""Seconds between two tries: doubled from the first, and jitter adds up to half."""
PATIENCE: Final = 300.0
"""A `Retry-After` beyond so many seconds ends it."""
NOTICE_TIMEOUT: Final = 5.0
"""Seconds (contract §7)."""
_LONGEST_ID: Final = 500


@dataclass(slots=True)
class _Tries:
    """What came of the tries of one archive so far."""

    lost: int = 0
    throttled: int = 0
    may_be_there: bool = False

    def note(self, outcome: Outcome) -> None:
        self.throttled += outcome is Outcome.THROTTLED
        self.lost += outcome in (Outcome.LOST, Outcome.NEVER_CONNECTED)
        self.may_be_there |= outcome is Outcome.LOST

    @property
    def count(self) -> int:
        return self.lost + self.throttled


class UserOutbox:
    """Fills `model.ports.Outbox`; to be closed."""

    def __init__(
        self,
        poster: Poster,
        backups: Backups,
        secrets: Mapping[str, Secret],
        *,
        clock: Clock,
        random: Random,
        pause: Callable[[float], None],
        timeout: float,
    ) -> None:
        """`secrets` are the values of environment variables by name; `timeout` bounds the wait for one answer."""
        self._poster = poster
        self._backups = backups
        self._secrets = secrets
        self._clock = clock
        self._random = random
        self._pause = pause
        self._timeout = timeout
        self._reaches: dict[str, Reach] = {}
        self._guard = threading.Lock()

    def deposit(self, order: Order, key: str, content: bytes) -> Deposit:
        reach, tries = self._reach(order.endpoint), _Tries()
        reach.check()
        while True:
            reach.await_turn()
            reply = self._send(order, key, content)
            tries.note(reply.outcome)
            if reply.outcome is Outcome.DONE:
                reach.answered()
                return Deposit(_archive_id(order, reply))
            if reply.outcome is Outcome.KNOWN:
                reach.answered()
                return Deposit(is_known=True, is_ours=tries.may_be_there)
            if not self._is_worth_another(reply, tries):
                reach.given_up()
                _give_up(order, reply, tries)
            self._wait(reach, reply, tries)

    def notify(self, order: Order, content: bytes) -> str:
        secrets = {name: self._secrets[variable] for name, variable in order.headers.items()}
        reply = self._poster.post(order.notify, content, headers={}, secrets=secrets, timeout=NOTICE_TIMEOUT)
        return "" if reply.outcome is Outcome.DONE else reply.told

    def is_backed_up(self, order: Order, archive: Archive) -> bool:
        return self._backups.has(order.backup, archive.file_name)

    def back_up(self, order: Order, archive: Archive, content: bytes) -> None:
        self._backups.write(order.backup, archive.file_name, content)

    def close(self) -> None:
        self._poster.close()

    def _reach(self, endpoint: str) -> Reach:
        with self._guard:
            return self._reaches.setdefault(endpoint, Reach(endpoint, self._clock, self._pause))

    def _send(self, order: Order, key: str, content: bytes) -> Reply:
        secrets = {}
        if order.credential:
            secrets["Authorization"] = Secret(f"Bearer {self._secrets[order.credential].reveal()}")
        return self._poster.post(
            order.endpoint, content, headers={"Idempotency-Key": key}, secrets=secrets, timeout=self._timeout
        )

    def _is_worth_another(self, reply: Reply, tries: _Tries) -> bool:
        if reply.outcome not in (Outcome.LOST, Outcome.NEVER_CONNECTED, Outcome.THROTTLED):
            return False
        asked = self._retry_after(reply) or 0.0
        return tries.lost < TRIES and tries.throttled < THROTTLES and asked <= PATIENCE

    def _wait(self, reach: Reach, reply: Reply, tries: _Tries) -> None:
        """A throttled answer stops everybody who writes there; after any other trouble only this archive waits."""
        asked = self._retry_after(reply)
        failures = tries.throttled if reply.outcome is Outcome.THROTTLED else tries.lost
        own = min(CAP, BASE * 2.0 ** (failures - 1)) * (1 + self._random.random() / 2)
        if reply.outcome is Outcome.THROTTLED:
            reach.throttled(own if asked is None else asked)
        else:
            self._pause(max(own, asked or 0.0))

    def _retry_after(self, reply: Reply) -> float | None:
        """Seconds, or a date (RFC 9110 §10.2.3); None where it is missing or makes no sense."""
        text = reply.retry_after
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return float(text)
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - self._clock.now())
        except (ValueError, OverflowError):
            return None


def _archive_id(order: Order, reply: Reply) -> str:
    """What the archive is called there. A 2xx without it confirms nothing: any page of a proxy answers so."""
    stated = reply.content.get("archiveId") if isinstance(reply.content, dict) else None
    if isinstance(stated, str) and stated.strip():
        return stated[:_LONGEST_ID]
    raise ArchiveUnconfirmed(
        "The archive is not confirmed",
        detail="Its endpoint answers as if all were well, and names no archiveId.",
        hint="Check that the endpoint is the archive's. Run apply again: sending it twice makes one archive.",
        where=f"POST {order.endpoint}",
    )


def _give_up(order: Order, reply: Reply, tries: _Tries) -> NoReturn:
    """Raises ArchiveUnconfirmed, ArchiveForbidden, ArchiveRefused."""
    where = f"POST {order.endpoint}"
    detail = reply.told + (f" Tried {tries.count} times." if tries.count > 1 else "")
    if tries.may_be_there:
        hint = "Run apply again: sending it twice makes one archive."
        raise ArchiveUnconfirmed("It is not known whether it was archived", detail=detail, hint=hint, where=where)
    if reply.outcome is Outcome.FORBIDDEN:
        named = order.credential or "none: the manifest names no credential"
        hint = f"The credential is {named}."
        raise ArchiveForbidden("The archive does not take our credential", detail=detail, hint=hint, where=where)
    hint = "Name its authority in REQUESTS_CA_BUNDLE." if reply.outcome is Outcome.NOT_TRUSTED else ""
    raise ArchiveRefused("The archive could not be sent", detail=detail, hint=hint, where=where)
