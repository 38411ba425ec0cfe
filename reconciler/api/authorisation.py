"""The Authorization header, put on at the last moment, so that no other value holds it."""

from __future__ import annotations

import base64

from requests import PreparedRequest
from requests.auth import AuthBase

from reconciler.model.secret import Secret


class Authorisation(AuthBase):
    """`scheme` with a `credential`; `hide` takes it, `others` and more out of text that came back."""

    def __init__(self, scheme: str, credential: Secret, *others: Secret) -> None:
        self._scheme = scheme
        self._secrets = (credential, *others)

    def __call__(self, prepared: PreparedRequest) -> PreparedRequest:
        prepared.headers["Authorization"] = f"{self._scheme} {self._secrets[0].reveal()}"
        return prepared

    def hide(self, text: str, *more: Secret) -> str:
        """Servers and gateways in debugging mode send a request's headers back, and its body."""
        for secret in (*self._secrets, *more):
            text = secret.hidden_in(text)
        return text


def bearer(token: Secret) -> Authorisation:
    return Authorisation("Bearer", token)


def basic(client_id: str, secret: Secret) -> Authorisation:
    """HTTP Basic, RFC 7617, in UTF-8."""
    pair = base64.b64encode(f"{client_id}:{secret.reveal()}".encode()).decode()
    return Authorisation("Basic", Secret(pair), secret)
