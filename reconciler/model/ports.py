"""What apply needs of the edge: the organisation, the ledger, the clock. `commands` hands in the real ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from reconciler.model.address import Address
from reconciler.model.archive import Archive, Order, Receipt
from reconciler.model.callback import Delivery, Received
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed, Organisation, Recorded
from reconciler.model.request import Requested
from reconciler.model.values import Json


class Clock(Protocol):
    """Time, passed in so that a test can own it. Seconds."""

    def now(self) -> float:
        """Since the epoch, for stamps."""
        ...

    def monotonic(self) -> float:
        """For measuring how long something took."""
        ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordPages:
    """Some of an object's records. `complete` = every one, in one reading whose total agrees; `calls` is what it cost.

    `offered` is False where the organisation has no records endpoint; `total` None where it does not say.
    """

    records: tuple[tuple[str, Mapping[str, Json]], ...]
    total: int | None
    complete: bool
    calls: int
    offered: bool = True


class Reader(Protocol):
    """The organisation, to be read. Safe to share between threads. Every method obeys the repeat rules, the rate limit
    and the deadline, and raises the classes of `errors` under ApiError and AccessError."""

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        """Attempts so far, by method and path template."""
        ...

    def list(self, kind: Kind) -> tuple[Observed, ...]:
        """Every object of a kind, in the organisation's order. Never a part of them: raises UntrustworthyAnswer when
        pages, totals and ids disagree, NotOffered when there is no such collection."""
        ...

    def get(self, kind: Kind, live_id: str) -> Observed | None:
        """One object, or None when the organisation says that it is gone (404; 410)."""
        ...

    def terms(self, kind: Kind) -> Mapping[str, Json]:
        """What the organisation says about a kind, by the name of each term; one that it does not offer is missing."""
        ...

    def history(self, kind: Kind, live_id: str) -> tuple[Mapping[str, Json], ...]:
        """The versions of one object, each once, as they come. Never a part of them: raises UntrustworthyAnswer when
        its pages make no sense, NotFound when the object is gone."""
        ...

    def records(self, kind: Kind, live_id: str, *, budget: int) -> RecordPages:
        """The records of one object, with at most `budget` calls."""
        ...


class Api(Reader, Protocol):
    """The organisation, to be read and written. Its methods keep the same promises."""

    def organisation(self) -> Organisation: ...

    def files(self, kind: Kind, live_id: str) -> Json:
        """The list of a finished request's files, as it comes: whoever reads it judges it. It holds secrets."""
        ...

    def create(self, kind: Kind, body: Mapping[str, Json]) -> Observed:
        """POST. Raises Unknown when it may have happened: look for the object before doing it again."""
        ...

    def replace(self, kind: Kind, live_id: str, body: Mapping[str, Json], *, version: int | None) -> Observed:
        """PUT, with If-Match where there is a version. Raises VersionConflict, NotFound; without a version Unknown."""
        ...

    def delete(self, kind: Kind, live_id: str, *, version: int | None) -> bool:
        """DELETE. False where the organisation knows nothing at that path: the object is gone, or there is no such
        call. Raises VersionConflict, NotOffered."""
        ...

    @property
    def shows_time(self) -> bool:
        """Whether `server_time` is the organisation's: it is our own as long as no answer had a Date."""
        ...

    def server_time(self) -> float:
        """The organisation's clock (its latest Date header plus the time passed since), seconds since the epoch."""
        ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What happened to one object (contract §7). `summary` is the seed's validationSummary: `field:ADD`, ...

    `result` is one of SUCCESS, MERGED, RECORDED (nothing was sent), RETRIED (it never happened and was sent again),
    CONFLICT, FAILED, IN_DOUBT (a later run finds out), RESOLVED (found out by a later run), REFUSED, RECEIVED, and of
    an archive ALREADY (it was there) or UNCONFIRMED (it may be there); `at` RFC 3339 UTC; `detail` has no secret.
    `before_hash` and `after_hash` are fingerprints of the object's normal form, or of the body sent; empty where there
    is none.
    """

    at: str
    action: str
    address: str
    live_id: str
    result: str
    seal: str
    latency_ms: int = 0
    request_id: str = ""
    correlation_id: str = ""
    summary: tuple[str, ...] = ()
    detail: str = ""
    before_hash: str = ""
    after_hash: str = ""


class Inbox(Protocol):
    """Callbacks, and what is made of them. Every method is one durable transaction, beside whatever apply does; safe to
    share between threads."""

    def receive(self, request_key: str, status: str, at: float, entry: AuditEntry) -> bool:
        """Note a callback. False where the same one is there already, whose count grows, or too many of the request."""
        ...

    def unsettled(self) -> tuple[Received, ...]:
        """The callbacks of which it is not known yet what they are, oldest first."""
        ...

    def postpone(self, received: Received) -> None:
        """Write when an unconfirmed callback is looked at again, and after how many tries."""
        ...

    def settle(
        self, received: Received, entry: AuditEntry, *, request: Requested | None, deliveries: Iterable[Delivery]
    ) -> None:
        """Write what a callback turned out to be, how far its request is, and what is to be forwarded: together, and
        once: a second time nothing happens."""
        ...

    def outgoing(self, receiver: str) -> tuple[Delivery, ...]:
        """What a receiver has still to be told, oldest first."""
        ...

    def tried(self, delivery: Delivery, entry: AuditEntry | None = None) -> None:
        """Write what came of a try."""
        ...

    def tally(self) -> Mapping[tuple[str, str], int]:
        """How many callbacks there are by ("callback", belief), and deliveries by (receiver, fate)."""
        ...


class Recollection(Protocol):
    """What a plan takes from our database."""

    @property
    def ledger_id(self) -> str: ...

    def rows(self) -> Mapping[Address, Recorded]: ...

    def intents(self) -> tuple[Intent, ...]:
        """Those still open, oldest first."""
        ...

    def requests(self) -> Mapping[str, Requested]:
        """Every request that was ever made, by key, oldest first."""
        ...

    def disowned(self) -> frozenset[tuple[str, str]]: ...

    def receipts(self) -> Mapping[tuple[str, str], Receipt]:
        """What is archived, by endpoint and key."""
        ...


class Ledger(Recollection, Protocol):
    """Our database. Every method is one durable transaction; safe to share between threads."""

    def audit(self, *, address: Address | None = None, last: int | None = None) -> tuple[AuditEntry, ...]:
        """The audit trail, of everything or of one address, or the `last` entries of it, oldest first."""
        ...

    def begin(self, intent: Intent) -> Intent:
        """Note what is about to be sent; the answer carries its number."""
        ...

    def request(self, key: str) -> Requested | None: ...

    def unended_requests(self, kind: str) -> tuple[Requested, ...]:
        """Those of a kind that were not over when they were last looked at, forgotten ones included, oldest first."""
        ...

    def disown(self, ids: Iterable[tuple[str, str]], entry: AuditEntry) -> None:
        """Note for ever that these requests (kind, live id) are none of ours: a person said so."""
        ...

    def keep(self, request: Requested, entry: AuditEntry | None = None) -> None:
        """Write what is known of a request now."""
        ...

    def file(self, receipt: Receipt, entry: AuditEntry) -> None:
        """Write what is known of an archive now."""
        ...

    def settle(
        self,
        intent: Intent,
        entry: AuditEntry,
        *,
        row: Recorded | None = None,
        forget: bool = False,
        request: Requested | None = None,
        receipt: Receipt | None = None,
    ) -> None:
        """Close an intent, and in the same transaction write or drop its row, its request or its receipt, and the
        audit entry.

        A row's `revision` is set by the ledger: it grows, and no two rows of an address ever share one.
        """
        ...

    def put(self, row: Recorded, entry: AuditEntry) -> None:
        """Write a row without an intent (nothing was sent)."""
        ...

    def drop(self, address: Address, entry: AuditEntry) -> None:
        """Forget a row."""
        ...

    def note(self, *entries: AuditEntry) -> None:
        """Audit entries alone, all or none."""
        ...


@dataclass(frozen=True, slots=True)
class Deposit:
    """An archive that is there. `is_known` = it was before, and `is_ours` = we may have made it by an earlier try.

    `archive_id` is empty where it was known.
    """

    archive_id: str = ""
    is_known: bool = False
    is_ours: bool = True


class Outbox(Protocol):
    """What leaves for places that are the user's own. No token of the organisation goes there. Safe to share between
    threads."""

    def deposit(self, order: Order, key: str, content: bytes) -> Deposit:
        """Send an archive: its key makes repeating it harmless. Raises ArchiveRefused when it is not there,
        ArchiveUnconfirmed when it may be, ArchiveOutOfReach when its endpoint is not tried any more."""
        ...

    def notify(self, order: Order, content: bytes) -> str:
        """Tell of an archive, once. Answers what went wrong, or nothing."""
        ...

    def is_backed_up(self, order: Order, archive: Archive) -> bool: ...

    def back_up(self, order: Order, archive: Archive, content: bytes) -> None:
        """Write a copy, whole or not at all, and read it back. Raises BackupFailed."""
        ...
