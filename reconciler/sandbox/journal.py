"""What was asked and what it did: every request and every effect, in order, secrets masked."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import orjson

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.exports.signing import SIGNATURE

MASK = "***"
KEPT = 100_000
"""Requests kept; older ones are dropped first, which their order numbers show."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it was answered. `status` is None while it is under way, or if nothing was ever answered."""

    number: int
    time: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int | None
    correlation_id: str
    client_id: str | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One change of the organisation. `before` and `after` are versions; `by` is a client's id, `colleague`, or
    `platform` where a job went on by itself."""

    number: int
    time: str
    action: Literal["create", "replace", "delete"]
    collection: str
    id: str
    name: str
    before: int | None
    after: int | None
    by: str
    request: int | None


@dataclass(slots=True)
class Entry:
    """A request being followed; the journal renders it only when somebody reads."""

    exchange: Exchange
    status: int | None = None
    faults: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        exchange = self.exchange
        return {
            "number": exchange.number,
            "time": wire_date(exchange.time),
            "method": exchange.method,
            "path": exchange.path,
            "query": {name: MASK if name == SIGNATURE else values[-1] for name, values in exchange.query.items()},
            "headers": {name: _masked(name, value) for name, value in exchange.headers.items()},
            "body": _readable(exchange),
            "status": self.status,
            "correlation_id": exchange.correlation_id,
            "client_id": exchange.client_id,
            "faults": list(self.faults),
        }


class Journal:
    def __init__(self) -> None:
        self.requests: deque[Entry] = deque(maxlen=KEPT)
        self.effects: list[Effect] = []
        self.arrived = 0
        self.changed = 0

    def open(self, exchange: Exchange) -> Entry:
        entry = Entry(exchange)
        self.requests.append(entry)
        return entry

    def forget(self) -> None:
        """Start the two lists anew; order numbers go on."""
        self.requests.clear()
        self.effects.clear()

    def effects_of(self, request: int) -> list[Effect]:
        return [effect for effect in self.effects if effect.request == request]


def _masked(name: str, value: str) -> str:
    if name != "authorization":
        return value
    scheme, _, credentials = value.partition(" ")
    return f"{scheme} {MASK}" if credentials else MASK


def _readable(exchange: Exchange) -> Any:
    """JSON where it is JSON, else text; None where there was no body."""
    if not exchange.body:
        return None
    if exchange.content_type == "application/x-www-form-urlencoded":
        pairs = parse_qsl(exchange.body.decode(errors="replace"), keep_blank_values=True)
        return urlencode([(name, MASK if name == "client_secret" else value) for name, value in pairs], safe="*:")
    try:
        content = orjson.loads(exchange.body)
    except ValueError:
        return exchange.body.decode(errors="replace")
    return _without_secrets(content) if isinstance(content, dict) else content


def _without_secrets(content: dict[str, Any]) -> dict[str, Any]:
    """A client's secret, and the values of a webhook's headers: a mask that came back is seen to be one."""
    if "client_secret" in content:
        content["client_secret"] = MASK
    if isinstance(content.get("headers"), dict):
        headers = content["headers"].items()
        content["headers"] = {name: value if set(str(value)) == {"*"} else MASK for name, value in headers}
    return content
