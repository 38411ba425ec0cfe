"""What comes to a callback address, read strictly. Nothing of it is believed, and no download address is kept."""

from __future__ import annotations

import datetime
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import orjson

from reconciler.model.callback import token_of
from reconciler.model.request import Requested
from reconciler.model.secret import Secret

LARGEST: Final = 64 * 1024
"""Bytes. A callback has four short members (contract §5)."""

_ID = re.compile(r"[A-Za-z0-9._~:-]{1,200}")
_STATUS = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,63}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a callback says: the request with this id has this status."""

    request_id: str
    status: str


class Unreadable(ValueError):
    """The body is no callback. The message says why, and nothing of the body."""


def read_claim(body: bytes) -> Claim:
    """Raises Unreadable."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unreadable("It is not JSON.") from None
    if not isinstance(content, dict):
        raise Unreadable("It is not a JSON object.")
    request_id, status = content.get("requestId"), content.get("status")
    if not isinstance(request_id, str) or not _ID.fullmatch(request_id):
        raise Unreadable("Its requestId is missing, or no id.")
    if not isinstance(status, str) or not _STATUS.fullmatch(status):
        raise Unreadable("Its status is missing, or no word.")
    return Claim(request_id, status.upper())


def request_key(claim: Claim, token: str, key: Secret, named: Callable[[str], Iterable[Requested]]) -> str | None:
    """Our key of the request that the token was made for, if it is the one that the claim is about; else None.

    An organisation that gives requests its own ids tells those: `named` is asked for them, where the claim's id is none
    of ours.
    """
    if _is_token_of(claim.request_id, token, key):
        return claim.request_id
    keys = (request.key for request in named(claim.request_id))
    return next((each for each in keys if _is_token_of(each, token, key)), None)


def _is_token_of(request_id: str, token: str, key: Secret) -> bool:
    """In constant time."""
    return hmac.compare_digest(token_of(key, request_id).reveal().encode(), token.encode())


def stamp(seconds: float) -> str:
    """RFC 3339, UTC, to the millisecond."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
