"""Where the bearer token comes from: given, or granted to the client and renewed in time (contract §1)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlencode

from reconciler.api.answer import Answer
from reconciler.api.authorisation import Authorisation, basic
from reconciler.api.credentials import ID, TOKEN, Credentials
from reconciler.api.persistence import Persistence
from reconciler.api.refusal import Failure, error_of, untrustworthy
from reconciler.api.repeat import Outcome
from reconciler.api.request import Request
from reconciler.errors import AuthenticationFailed
from reconciler.model.secret import Secret

EARLY = 60.0
"""Seconds before its end at which a token is not used any more."""

LIFETIME = 3600.0
"""Seconds that a token lives when its answer does not say."""

TOKEN_PATH = "/oauth/token"


class Tokens(Protocol):
    """Safe to share between threads."""

    def current(self) -> Secret:
        """A token to use now."""
        ...

    def renew(self, refused: Secret) -> bool:
        """Let go of a token that was refused. False where no other can be had."""
        ...

    @property
    def origin(self) -> str:
        """What it is, for messages."""
        ...


class Given:
    """The access token that the environment holds."""

    origin = f"the token in {TOKEN}"

    def __init__(self, token: Secret) -> None:
        self._token = token

    def current(self) -> Secret:
        return self._token

    def renew(self, refused: Secret) -> bool:
        return False


class Granted:
    """Tokens from the client credentials grant: one for all threads, asked for by one of them while the others wait."""

    origin = "a new token, too"

    def __init__(
        self, credentials: Credentials, send: Callable[[Request, Authorisation], Answer], persistence: Persistence
    ) -> None:
        self._credentials = credentials
        self._send = send
        self._persistence = persistence
        self._guard = threading.Lock()
        self._token = Secret("")
        self._ends = 0.0

    def current(self) -> Secret:
        """Raises AuthenticationFailed, and what any call may raise."""
        with self._guard:
            if not self._token or self._persistence.clock.monotonic() >= self._ends:
                self._token, self._ends = self._granted()
            return self._token

    def renew(self, refused: Secret) -> bool:
        """Only the token that was refused is dropped: another thread may have got a new one meanwhile."""
        with self._guard:
            if self._token == refused:
                self._token = Secret("")
        return True

    def _granted(self) -> tuple[Secret, float]:
        request = _token_request(self._credentials)
        authorisation = basic(self._credentials.client_id, self._credentials.client_secret)
        asked = self._persistence.clock.monotonic()

        def ask() -> Answer:
            self._persistence.limiter.admit()
            return _throttled(self._send(request, authorisation))

        end = self._persistence.persist(request.method, ask)
        failure = Failure(request, end.answer, end.tries)
        if end.stopped is not None:
            raise end.stopped
        if end.answer.status == 401 or end.answer.outcome is Outcome.REFUSED:
            raise _refused(failure, self._credentials)
        if end.answer.outcome is not Outcome.DONE:
            raise error_of(failure)
        return _token_of(failure, asked)


def _token_request(credentials: Credentials) -> Request:
    form = {"grant_type": "client_credentials"} | ({"scope": credentials.scope} if credentials.scope else {})
    return Request(
        "POST",
        credentials.login_url,
        TOKEN_PATH,
        TOKEN_PATH,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode(),
    )


def _throttled(answer: Answer) -> Answer:
    """The token endpoint's throttling comes as a 400 that says so (published API §1.2)."""
    said = answer.content if isinstance(answer.content, dict) else {}
    if answer.status == 400 and any("rate limit exceeded" in str(value).lower() for value in said.values()):
        return replace(answer, outcome=Outcome.THROTTLED)
    return answer


def _refused(failure: Failure, credentials: Credentials) -> AuthenticationFailed:
    return AuthenticationFailed(
        "The credentials are refused",
        detail=f"{credentials.login_url} gives no token to the client {credentials.client_id!r}. {failure.told}",
        hint=f"Check {ID} and its secret, that the client is active and of the type Client Credentials, and that the "
        "region is that of its organisation.",
        where=failure.where,
    )


def _token_of(failure: Failure, asked: float) -> tuple[Secret, float]:
    content = failure.answer.content if isinstance(failure.answer.content, dict) else {}
    token, lifetime = content.get("access_token"), content.get("expires_in")
    if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
        # The body is not quoted: what it holds may be a token after all.
        raise untrustworthy(replace(failure, answer=replace(failure.answer, content=None)), "It holds no access_token.")
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime <= 0:
        lifetime = LIFETIME
    return Secret(token), asked + lifetime - min(EARLY, lifetime / 2)
