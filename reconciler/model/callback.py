"""Callbacks: where the organisation says that a request has ended, what it said, and what became of that (contract §5).

Nothing signs a callback. The address that we hand out has a token which only we can make, and even what comes to that
address is believed only once the organisation confirms it when asked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from reconciler.model.secret import Secret
from reconciler.model.values import Json

PATH: Final = "/callbacks/privacy/"
"""Below our service's address; the token follows."""


@dataclass(frozen=True, slots=True)
class Callback:
    """Where a request's end is to be told: `url` is sent as it is; `service` is the address of our own service, and is
    sent with `PATH` and a token. One of them is empty; both are where nothing is to be told."""

    url: str = ""
    service: str = ""

    def __bool__(self) -> bool:
        return bool(self.url or self.service)


NOWHERE: Final = Callback()


def token_of(key: Secret, request_id: str) -> Secret:
    """HMAC-SHA256(key, request id), in hexadecimal."""
    return Secret(hmac.new(key.reveal().encode(), request_id.encode(), hashlib.sha256).hexdigest())


def address_of(callback: Callback, request_id: str, key: Secret) -> Secret:
    """What goes onto the wire. A secret either way: whoever knows it can claim that the request has ended."""
    if callback.url:
        return Secret(callback.url)
    return Secret(callback.service.rstrip("/") + PATH + token_of(key, request_id).reveal())


class Belief(StrEnum):
    """What we make of a callback."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISBELIEVED = "disbelieved"


@dataclass(frozen=True, slots=True)
class Received:
    """One callback as the ledger has it. The same one again only raises `times`.

    `request_key` is our key of the request; `status` is what the callback claims. `confirmed_status` is what the
    organisation said when it was asked. Times are seconds since the epoch; `due` is when it is to be asked (again).
    """

    request_key: str
    status: str
    received: float
    due: float
    times: int = 1
    tries: int = 0
    belief: Belief = Belief.UNCONFIRMED
    confirmed_status: str = ""
    settled: float | None = None


class Fate(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One confirmed callback on its way to one of the configured receivers. `id` is the same at every try, so that the
    receiver can tell a repetition; `event` is what is sent."""

    id: str
    receiver: str
    request_key: str
    status: str
    made: float
    due: float
    event: Mapping[str, Json] = field(default_factory=dict)
    tries: int = 0
    fate: Fate = Fate.WAITING
    settled: float | None = None
    trouble: str = ""
