"""One attempt at one request over HTTP: an answer, or how it was lost. Repeats nothing and follows nothing."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

import reconciler
from reconciler.api.answer import Answer, read
from reconciler.api.authorisation import Authorisation
from reconciler.api.legible import legible
from reconciler.api.repeat import Outcome
from reconciler.api.request import Request
from reconciler.model.ports import Clock
from reconciler.model.project import Timing

LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, decoded. A page of the largest objects is far below."""

_CHUNK = 64 * 1024
_SOON = 0.05


class Transport:
    """Keeps one session for each thread. `timing.request` bounds the wait for an answer to begin, and for its body.

    `deadline` is an instant of `clock.monotonic()`; no wait goes beyond it.
    """

    def __init__(self, timing: Timing, clock: Clock, *, deadline: float = math.inf) -> None:
        self._timing = timing
        self._clock = clock
        self._deadline = deadline
        self._own = threading.local()
        self._sessions: list[requests.Session] = []
        self._guard = threading.Lock()

    def send(self, request: Request, authorisation: Authorisation) -> Answer:
        """Never raises for what happens on the wire. The body is read whole here, within bounds."""
        left = max(self._deadline - self._clock.monotonic(), _SOON)
        try:
            with self._session().request(
                request.verb,
                request.host + request.path,
                params=request.query,
                data=request.body,
                headers={"Accept": "application/json", **request.headers},
                auth=authorisation,
                timeout=(min(self._timing.connect, left), min(self._timing.request, left)),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._received(response, lambda text: authorisation.hide(text, *request.secrets))
        except requests.RequestException as error:
            return _lost(error)

    def close(self) -> None:
        with self._guard:
            for session in self._sessions:
                session.close()
            self._sessions.clear()
            self._own = threading.local()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.headers["User-Agent"] = f"reconciler/{reconciler.__version__}"
            for scheme in ("https://", "http://"):
                # urllib3's own repeating is off: it cannot tell a read from a create.
                session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=1, max_retries=0))
            with self._guard:
                self._sessions.append(session)
        return session

    def _received(self, response: requests.Response, hide: Callable[[str], str]) -> Answer:
        body, trouble = bytearray(), ""
        give_up = self._clock.monotonic() + self._timing.request
        try:
            for chunk in _chunks(response):
                body += chunk
                if len(body) > LARGEST:
                    trouble = f"it is larger than {LARGEST // 1024 // 1024} MB"
                    break
                if self._clock.monotonic() > give_up:
                    trouble = f"it did not end within {self._timing.request:.0f} s"
                    break
        except (HTTPError, OSError) as error:
            trouble = f"it was cut short ({legible(error)})"
        return read(response.status_code, response.headers, bytes(body), trouble=trouble, hide=hide)


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """As they come: `iter_content` would wait for a full chunk, for ever if the other side trickles."""
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        yield chunk


def _lost(error: requests.RequestException) -> Answer:
    """There was no answer. Was there ever a connection? One from the pool that turned out dead counts as one."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    said = legible(reason or error)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Answer(Outcome.NOT_TRUSTED, trouble=said)
    if (
        isinstance(error, requests.exceptions.ProxyError | requests.exceptions.ConnectTimeout)
        or isinstance(reason, NewConnectionError | ConnectTimeoutError)
        or "Tunnel connection failed" in str(error)  # the proxy refused: nothing but CONNECT was sent
    ):
        return Answer(Outcome.NEVER_CONNECTED, trouble=said)
    return Answer(Outcome.NO_ANSWER, trouble=said)
