"""OAuth client credentials: the five ways in which the design documents ask for a token, all of them accepted."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from reconciler.sandbox.data_schemas.bases import BASES
from reconciler.sandbox.exchange import JSON_TYPE, Answer, Exchange, json_answer

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation

TOKEN_PATH = "/oauth/token"
FORM_PATH = "/login/oauth2/token"
TOKEN_PATHS = (TOKEN_PATH, FORM_PATH)
FORM_TYPE = "application/x-www-form-urlencoded"

SCOPES = (
    "data:privacy:view",
    "data:privacy:write",
    "data:privacy:export",
    "privacy:purpose:read",
    "privacy:purpose:write",
    "dataexports:read",
    "routing:strategy:read",
    "routing:strategy:write",
    "data:flex:read",
    "data:flex:schema:write",
    "webhooks:write",
    *sorted({scope for base in BASES.values() for scope in base.scopes}),
)
"""Every scope of contract §1's table, and every permission of published API §4.1's."""


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    secret: str
    scopes: tuple[str, ...] = SCOPES

    @classmethod
    def default(cls) -> Client:
        return cls("sandbox", "sandbox")


@dataclass(frozen=True, slots=True)
class Token:
    client_id: str
    scopes: frozenset[str]
    expires_at: float


def bearer(exchange: Exchange) -> str | None:
    """The token that a request shows."""
    scheme, _, token = exchange.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class Tokens:
    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self.issued: list[str] = []

    def issue(self, token: Token) -> str:
        """A new bearer token. Not from the seed: nobody should be able to expect one."""
        text = secrets.token_urlsafe(32)
        self._tokens[text] = token
        self.issued.append(text)
        return text

    def valid(self, text: str, now: float) -> Token | None:
        token = self._tokens.get(text)
        return token if token is not None and now < token.expires_at else None

    def revoke(self, text: str) -> None:
        self._tokens.pop(text, None)

    def revoke_all(self) -> int:
        count = len(self._tokens)
        self._tokens.clear()
        return count


class LoginProblem(Exception):
    """A refusal in OAuth's own error JSON, which is not the platform's ErrorBody."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def answer(self) -> Answer:
        content = {"error": self.error, "description": self.description, "error_description": self.description}
        return json_answer(self.status, content, headers=(("Cache-Control", "no-store"),))


def grant_token(organisation: Organisation, exchange: Exchange) -> Answer:
    """A token for the client, narrowed to the scopes asked for; LoginProblem says no."""
    if exchange.method != "POST":
        raise LoginProblem(405, "invalid_request", "The token endpoint takes POST only.")
    asked = _parameters(exchange)
    client = _authenticated(organisation, exchange, asked)
    exchange.client_id = client.id
    if asked.get("grant_type") != "client_credentials":
        given = asked.get("grant_type")
        error = "unsupported_grant_type" if given else "invalid_request"
        raise LoginProblem(400, error, f"grant_type must be client_credentials, this is {given!r}.")
    lifetime = organisation.settings.token_lifetime
    token = Token(client.id, _granted(client, asked.get("scope")), organisation.clock.now() + lifetime)
    content = {"access_token": organisation.tokens.issue(token), "token_type": "bearer", "expires_in": lifetime}
    return json_answer(200, content, headers=(("Cache-Control", "no-store"),))


def throttled(reset: int) -> LoginProblem:
    """The published behaviour: 400, not 429."""
    return LoginProblem(400, "invalid_request", f"rate limit exceeded; try again in {reset} seconds")


def basic_credentials(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (client_id, secret) if colon else None


def _parameters(exchange: Exchange) -> Mapping[str, str]:
    """From the query and from a form or JSON body; `/login/oauth2/token` takes a form and nothing else."""
    query = {name: values[-1] for name, values in exchange.query.items()} if exchange.path == TOKEN_PATH else {}
    if not exchange.body:
        return query
    if exchange.content_type == FORM_TYPE:
        return query | dict(parse_qsl(exchange.body.decode(errors="replace"), keep_blank_values=True))
    if exchange.content_type == JSON_TYPE and exchange.path == TOKEN_PATH:
        return query | _json_parameters(exchange.body)
    raise LoginProblem(400, "invalid_request", f"The body cannot be {exchange.content_type or 'without a type'}.")


def _json_parameters(body: bytes) -> dict[str, str]:
    content: Any
    try:
        content = orjson.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise LoginProblem(400, "invalid_request", "The body is not a JSON object.")
    return {name: value for name, value in content.items() if isinstance(value, str)}


def _authenticated(organisation: Organisation, exchange: Exchange, asked: Mapping[str, str]) -> Client:
    header = exchange.headers.get("authorization")
    given = (
        (asked.get("client_id", ""), asked.get("client_secret", "")) if header is None else basic_credentials(header)
    )
    client = organisation.clients.get(given[0]) if given else None
    if given is None or client is None or client.secret != given[1]:
        raise LoginProblem(401, "invalid_client", "client authentication failed")
    return client


def _granted(client: Client, scope: str | None) -> frozenset[str]:
    """All the client has, or what it asks for of that; asking only for what it lacks is an error."""
    if not (scope and scope.strip()):
        return frozenset(client.scopes)
    granted = frozenset(scope.split()) & frozenset(client.scopes)
    if not granted:
        raise LoginProblem(400, "invalid_scope", f"The client has none of the scopes {scope!r}.")
    return granted
