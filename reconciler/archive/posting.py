"""One POST to a place of the user's own: an answer, or how it was lost. Repeats nothing and follows nothing.

A redirect would carry credentials to wherever it leads. Credentials come from the caller alone, never from a `.netrc`;
the environment's proxies and `REQUESTS_CA_BUNDLE` are honoured.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

import reconciler
from reconciler.model.ports import Clock
from reconciler.model.secret import Secret
from reconciler.model.values import Json

LARGEST: Final = 256 * 1024
"""Bytes of an answer that are read: it holds an id, or says what is wrong."""
_CHUNK: Final = 16 * 1024
_LONGEST: Final = 200
"""Characters of what an answer says that are shown."""


class Outcome(Enum):
    """How one attempt ended."""

    DONE = "2xx"
    KNOWN = "409"
    THROTTLED = "429"
    FORBIDDEN = "401 or 403"
    REFUSED = "any other answer"
    NOT_TRUSTED = "the certificate is not trusted"
    NEVER_CONNECTED = "the connection was never made"
    LOST = "no answer, or 408 or 5xx: it may have happened"


@dataclass(frozen=True, slots=True)
class Reply:
    """`content` is what JSON came, None where there was none; `told` says in our words how it ended."""

    outcome: Outcome
    told: str
    content: Json = None
    retry_after: str = ""


class Poster:
    """Keeps one session for each thread, without a memory for cookies; to be closed."""

    def __init__(self, clock: Clock, *, connect: float) -> None:
        """`connect` is how many seconds a connection may take."""
        self._clock = clock
        self._connect = connect
        self._own = threading.local()
        self._sessions: list[requests.Session] = []
        self._guard = threading.Lock()

    def post(
        self, url: str, content: bytes, *, headers: Mapping[str, str], secrets: Mapping[str, Secret], timeout: float
    ) -> Reply:
        """`secrets` are headers, too, and are taken out of whatever comes back. Never raises for what happens on the
        wire; `timeout` seconds bound the wait for an answer to begin, and for its body."""
        ours = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        try:
            with self._session().post(
                url,
                data=content,
                headers=ours | {name: secret.reveal() for name, secret in secrets.items()},
                auth=_Nobody(),
                timeout=(min(self._connect, timeout), timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._received(response, secrets, timeout)
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
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            session.headers["User-Agent"] = f"reconciler/{reconciler.__version__}"
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=1, max_retries=0))
            with self._guard:
                self._sessions.append(session)
        return session

    def _received(self, response: requests.Response, secrets: Mapping[str, Secret], timeout: float) -> Reply:
        outcome, status = _outcome_of(response.status_code), response.status_code
        body = self._body(response, timeout)
        try:
            content = None if body is None else orjson.loads(body)
        except orjson.JSONDecodeError:
            content = None
        told = f"It answers {status}{_said(content, secrets)}."
        if status // 100 == 3:
            told = f"It answers {status}, a redirect; that is never followed, for credentials would go along."
        return Reply(outcome, told, content, response.headers.get("Retry-After", "").strip())

    def _body(self, response: requests.Response, timeout: float) -> bytes | None:
        """As it comes, within bounds of size and time; None where it breaks off."""
        body, give_up = bytearray(), self._clock.monotonic() + timeout
        try:
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > LARGEST or self._clock.monotonic() > give_up:
                    return None
        except (HTTPError, OSError, ValueError):
            return None
        return bytes(body)


class _Nobody(AuthBase):
    """Requests looks into `.netrc` unless there is an authorisation: this is one, and empty."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _outcome_of(status: int) -> Outcome:
    exact = {
        401: Outcome.FORBIDDEN,
        403: Outcome.FORBIDDEN,
        407: Outcome.FORBIDDEN,
        408: Outcome.LOST,
        409: Outcome.KNOWN,
        429: Outcome.THROTTLED,
    }
    families = {2: Outcome.DONE, 5: Outcome.LOST}
    return exact.get(status) or families.get(status // 100, Outcome.REFUSED)


def _said(content: Json, secrets: Mapping[str, Secret]) -> str:
    """What an answer says is wrong, where it says so in JSON."""
    stated = content.get("message") or content.get("error") if isinstance(content, dict) else None
    if not isinstance(stated, str):
        return ""
    for secret in secrets.values():
        stated = secret.hidden_in(stated)
    return f": {stated[:_LONGEST].rstrip('. ')}"


def _lost(error: requests.RequestException) -> Reply:
    """There was no answer. Was there ever a connection? What the libraries say is not shown: it may hold anything."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Reply(Outcome.NOT_TRUSTED, "Its certificate is not trusted.")
    if isinstance(error, requests.exceptions.ProxyError) or "Tunnel connection failed" in str(error):
        return Reply(Outcome.NEVER_CONNECTED, "The proxy does not let us through.")
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        reason, NewConnectionError | ConnectTimeoutError
    ):
        return Reply(Outcome.NEVER_CONNECTED, "No connection could be made.")
    if isinstance(error, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return Reply(Outcome.REFUSED, "It cannot be asked under this address, or with this credential.")
    if isinstance(error, requests.exceptions.Timeout):
        return Reply(Outcome.LOST, "It does not answer in time.")
    return Reply(Outcome.LOST, "It closed the connection without an answer.")
