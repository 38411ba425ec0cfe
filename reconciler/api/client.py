"""The organisation, as `model.ports.Api` has it: any kind, by its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Self

from reconciler.api import endpoints
from reconciler.api.answer import Answer
from reconciler.api.calls import Caller, Wire
from reconciler.api.history import read_history
from reconciler.api.limiter import Pace
from reconciler.api.listing import Page, Shifting, Unfit, identity_of, page_of, read_whole
from reconciler.api.records import read_records
from reconciler.api.refusal import Failure, error_of, not_offered, untrustworthy
from reconciler.api.repeat import Method, Outcome
from reconciler.api.request import Request
from reconciler.api.servertime import ServerTime
from reconciler.api.version import version_of
from reconciler.errors import NotOffered, ReconcilerError, Rejected
from reconciler.model.kind import Kind, Paging
from reconciler.model.observed import Observed, Organisation
from reconciler.model.ports import RecordPages
from reconciler.model.values import Json

MOST_THREADS = 16


class Client:
    """Fills `model.ports.Api`. Safe to share between threads; to be closed."""

    def __init__(
        self,
        host: str,
        caller: Caller,
        wire: Wire,
        time: ServerTime,
        *,
        parallelism: int,
        interrupt: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        """`interrupt` ends all waiting, `close` lets go of the connections; both are called by `close`."""
        self._host = host
        self._caller = caller
        self._wire = wire
        self._time = time
        self._interrupt = interrupt
        self._close = close
        self._own_size: set[str] = set()
        self._pool = ThreadPoolExecutor(max(1, min(parallelism, MOST_THREADS)), thread_name_prefix="page")

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        """The requests sent so far by method and path template, repetitions and token requests included."""
        return self._wire.counts

    def organisation(self) -> Organisation:
        request = endpoints.organisation(self._host)
        failure = self._caller.attempt(request)
        content = _offered(failure).content
        identity, name = (content.get(key) for key in ("id", "name")) if isinstance(content, dict) else (None, None)
        if not isinstance(identity, str) or not identity:
            raise untrustworthy(failure, "It does not say which organisation it is.")
        return Organisation(identity, name if isinstance(name, str) else "")

    def scopes(self) -> frozenset[str]:
        """What the token carries, as far as the organisation tells. Raises NotOffered where it does not."""
        content = _offered(self._caller.attempt(endpoints.token(self._host))).content
        stated = content.get("authorizedScope") if isinstance(content, dict) else None
        return (
            frozenset(scope for scope in stated if isinstance(scope, str)) if isinstance(stated, list) else frozenset()
        )

    def probe(self, kind: Kind) -> None:
        """One cheap look at a kind's collection. Raises NotOffered, PermissionDenied, ApiError."""
        is_paged = kind.paging is Paging.PAGE_NUMBER
        request = endpoints.page(self._host, kind, 1, size=1) if is_paged else endpoints.whole(self._host, kind)
        _offered(self._caller.attempt(request))

    @property
    def pace(self) -> Pace | None:
        """How much of its rate limit the organisation said is used; None until it said so."""
        return self._caller.pace

    def list(self, kind: Kind) -> tuple[Observed, ...]:
        request = endpoints.whole(self._host, kind)
        try:
            match kind.paging:
                case Paging.PAGE_NUMBER:
                    entities = self._paged(kind)
                case Paging.UNPAGED:
                    entities = self._unpaged(request, kind.identity)
                case Paging.CURSOR | Paging.SINGLETON:
                    raise NotImplementedError(kind.paging)
        except (Unfit, Shifting) as error:
            raise _unfit(request, error) from None
        opened = kind.envelope.opened
        return tuple(
            Observed(kind.name, entity[kind.identity], opened(entity), version_of(entity))
            for entity in entities
            if not _is_tombstone(kind, entity)
        )

    def get(self, kind: Kind, live_id: str) -> Observed | None:
        failure = self._caller.attempt(endpoints.one(self._host, kind, live_id))
        if failure.answer.outcome is Outcome.MISSING and not failure.answer.quote:
            return None
        entity = _observed(kind, failure, live_id)
        return None if _is_tombstone(kind, failure.answer.content) else entity

    def terms(self, kind: Kind) -> Mapping[str, Json]:
        said: dict[str, Json] = {}
        for term in kind.terms:
            failure = self._caller.attempt(endpoints.term(self._host, kind, term.path))
            if _is_absent(failure) and not failure.answer.quote:
                continue
            try:
                said[term.name] = term.read(_succeeded(failure).content)
            except NotOffered:
                continue
            except ValueError as error:
                raise untrustworthy(failure, f"It makes no sense: {error}.") from None
        return said

    def files(self, kind: Kind, live_id: str) -> Json:
        if kind.asking is None or not kind.asking.files:
            raise ValueError(f"{kind.name} has no list of files")
        return _succeeded(self._caller.attempt(endpoints.files(self._host, kind, live_id, kind.asking.files))).content

    def history(self, kind: Kind, live_id: str) -> tuple[Mapping[str, Json], ...]:
        """In the largest pages; in the organisation's own size once it has refused those."""
        if kind.name not in self._own_size:
            try:
                return self._history(kind, live_id, kind.page_size)
            except Rejected as refusal:
                if refusal.status not in (400, 413):
                    raise
            self._own_size.add(kind.name)
        return self._history(kind, live_id, None)

    def records(self, kind: Kind, live_id: str, *, budget: int) -> RecordPages:
        if not kind.records:
            return RecordPages((), None, complete=False, calls=0, offered=False)

        def read(after: str) -> Json:
            failure = self._caller.attempt(endpoints.records(self._host, kind, live_id, after))
            return (_succeeded(failure) if after else _offered(failure)).content

        try:
            return read_records(read, budget)
        except NotOffered:
            return RecordPages((), None, complete=False, calls=1, offered=False)
        except Unfit as error:
            raise _unfit(endpoints.records(self._host, kind, live_id, ""), error) from None

    def create(self, kind: Kind, body: Mapping[str, Json]) -> Observed:
        failure = self._caller.attempt(endpoints.create(self._host, kind, body))
        return _observed(kind, failure)

    def replace(self, kind: Kind, live_id: str, body: Mapping[str, Json], *, version: int | None) -> Observed:
        failure = self._caller.attempt(endpoints.replace(self._host, kind, live_id, body, version))
        return _observed(kind, failure, live_id)

    def delete(self, kind: Kind, live_id: str, *, version: int | None) -> bool:
        failure = self._caller.attempt(endpoints.delete(self._host, kind, live_id, version))
        if failure.answer.outcome is Outcome.MISSING and not failure.answer.quote:
            return False
        _succeeded(failure)
        return True

    def server_time(self) -> float:
        return self._time.now()

    @property
    def shows_time(self) -> bool:
        return self._time.is_known

    def close(self) -> None:
        """End all waiting, then everything."""
        self._interrupt()
        self._pool.shutdown(cancel_futures=True)
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _history(self, kind: Kind, live_id: str, size: int | None) -> tuple[Mapping[str, Json], ...]:
        if kind.archiving is None:
            raise ValueError(f"{kind.name} archives no histories")
        below = kind.archiving.versions

        def read(cursor: str) -> Json:
            request = endpoints.versions(self._host, kind, live_id, below, cursor, size=size)
            return _succeeded(self._caller.attempt(request)).content

        try:
            return read_history(read, self._host)
        except (Unfit, Shifting) as error:
            raise _unfit(endpoints.versions(self._host, kind, live_id, below, "", size=size), error) from None

    def _paged(self, kind: Kind) -> tuple[dict[str, Json], ...]:
        """In the largest pages; in the organisation's own size where it refuses those."""
        try:
            return read_whole(lambda number: self._page(kind, number, kind.page_size), self._in_parallel, kind.identity)
        except Rejected as refusal:
            if refusal.status not in (400, 413):
                raise
        return read_whole(lambda number: self._page(kind, number, None), self._in_parallel, kind.identity)

    def _page(self, kind: Kind, number: int, size: int | None) -> Page:
        failure = self._caller.attempt(endpoints.page(self._host, kind, number, size=size))
        if number > 1 and failure.answer.outcome is Outcome.MISSING:
            raise Shifting(f"Page {number} is gone.")
        return page_of(_offered(failure).content, number=number, identity=kind.identity)

    def _unpaged(self, request: Request, identity: str) -> tuple[dict[str, Json], ...]:
        def read(_: int) -> Page:
            content = _offered(self._caller.attempt(request)).content
            page = page_of(content, identity=identity)
            if content.get("nextUri"):
                raise Unfit("It says that there is more, and its API has no way to ask for it.")
            return Page(page.entities, len(page.entities) if page.total is None else page.total)

        return read_whole(read, self._in_parallel, identity)

    def _in_parallel(self, read: Callable[[int], Page], numbers: Sequence[int]) -> Sequence[Page]:
        return tuple(self._pool.map(read, numbers))


def _succeeded(failure: Failure) -> Answer:
    if failure.answer.outcome is Outcome.DONE:
        return failure.answer
    raise error_of(failure) from None


def _is_absent(failure: Failure) -> bool:
    return failure.answer.outcome is Outcome.MISSING or failure.answer.status == 405


def _offered(failure: Failure) -> Answer:
    """Like `_succeeded`, of something that is there if the organisation has it at all."""
    if _is_absent(failure):
        raise not_offered(failure)
    return _succeeded(failure)


def _unfit(request: Request, error: Unfit | Shifting) -> ReconcilerError:
    return untrustworthy(Failure(request, Answer(Outcome.DONE, 200)), str(error))


def _is_tombstone(kind: Kind, content: Json) -> bool:
    """Whether an object is shown only to say that it is deleted."""
    return bool(kind.tombstone) and isinstance(content, dict) and content.get(kind.tombstone) is True


def _observed(kind: Kind, failure: Failure, live_id: str = "") -> Observed:
    """The object in an answer. A write whose answer does not show it has happened all the same."""
    answer = _succeeded(failure)
    try:
        identity = identity_of(answer.content, kind.identity)
        if live_id and identity.lower() != live_id.lower():
            raise Unfit("It is another object than the one asked for.")
    except Unfit:
        trouble = f"It does not show the {kind.name} that was asked for."
        garbled = replace(answer, outcome=Outcome.GARBLED, trouble=trouble, content=None)
        written = failure.request.method is not Method.READ
        raise error_of(replace(failure, answer=garbled, may_have_happened=written)) from None
    version = version_of(answer.content, answer.headers.get("etag"))
    return Observed(kind.name, identity, kind.envelope.opened(answer.content), version)
