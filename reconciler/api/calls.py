"""A call: a request made to succeed if it can, counted, observed, and otherwise turned into the right error."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.api.answer import Answer
from reconciler.api.authorisation import Authorisation, bearer
from reconciler.api.limiter import Pace
from reconciler.api.persistence import Persistence
from reconciler.api.refusal import Failure
from reconciler.api.repeat import RULES, Next
from reconciler.api.request import Request
from reconciler.api.servertime import ServerTime
from reconciler.api.tokens import Tokens
from reconciler.api.transport import Transport
from reconciler.errors import OutOfTime, ReconcilerError


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt, for a log. Holds no secret, no body and no query. `status` is 0 where there was no answer."""

    method: str
    path: str
    status: int
    milliseconds: int
    correlation_id: str


Observer = Callable[[Exchange], None]


class Wire:
    """The transport, observed: every attempt, token requests among them, is counted and shown to the observer."""

    def __init__(self, transport: Transport, time: ServerTime, observer: Observer | None) -> None:
        self._transport = transport
        self._time = time
        self._observer = observer
        self._guard = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """Attempts by method and path template."""
        with self._guard:
            return dict(self._counts)

    def send(self, request: Request, authorisation: Authorisation) -> Answer:
        with self._guard:
            self._counts[request.verb, request.template] += 1
        began = self._time.clock.monotonic()
        answer = self._transport.send(request, authorisation)
        took = round((self._time.clock.monotonic() - began) * 1000)
        if self._observer:
            self._observer(Exchange(request.verb, request.path, answer.status, took, answer.correlation_id))
        return answer


class Caller:
    """Makes calls. Safe to share between threads."""

    def __init__(self, wire: Wire, tokens: Tokens, persistence: Persistence, time: ServerTime) -> None:
        self._wire = wire
        self._tokens = tokens
        self._persistence = persistence
        self._time = time

    @property
    def pace(self) -> Pace | None:
        return self._persistence.limiter.pace

    def attempt(self, request: Request) -> Failure:
        """Make the call. What the organisation answers is not raised: see `refusal.error_of`.

        Raises OutOfTime and AuthenticationFailed, unless a write may have happened: then that is what is to be said.
        """
        end = self._persistence.persist(request.method, lambda: self._once(request))
        if end.stopped is not None and not end.may_have_happened:
            raise _stopped(end.stopped, Failure(request, end.answer, end.tries))
        return Failure(request, end.answer, end.tries, end.may_have_happened, self._tokens.origin)

    def _once(self, request: Request) -> Answer:
        """One attempt; with a second token where the first is refused."""
        token = self._tokens.current()
        answer = self._send(request, bearer(token))
        if RULES[answer.outcome, request.method] is Next.RENEW and self._tokens.renew(token):
            answer = self._send(request, bearer(self._tokens.current()))
        return answer

    def _send(self, request: Request, authorisation: Authorisation) -> Answer:
        self._persistence.limiter.admit()
        answer = self._wire.send(request, authorisation)
        self._persistence.limiter.learn(answer.headers)
        self._time.learn(answer.headers)
        return answer


def _stopped(stop: ReconcilerError, last: Failure) -> ReconcilerError:
    if isinstance(stop, OutOfTime):
        detail = f"{stop.detail} Before that: {last.told}"
        return OutOfTime(stop.summary, detail=detail, hint=stop.hint, where=last.where)
    return stop
