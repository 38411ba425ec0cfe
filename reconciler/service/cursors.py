"""Cursors: where a page ended, as text that means something to nobody else."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

import orjson

from reconciler.model.values import Json, canonical

LONGEST: Final = 2048
"""Characters."""


def cursor_of(query: Json, place: list[Json]) -> str:
    """After `place`, in the answer to `query`."""
    return base64.urlsafe_b64encode(canonical([_mark(query), *place])).rstrip(b"=").decode()


def place_in(query: Json, cursor: str) -> list[Json]:
    """The place that `cursor_of` was given. Raises ValueError for another query's cursor, and for what is none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        mark, *place = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, ValueError, TypeError):
        raise ValueError("it is not a cursor that this service gave out") from None
    if mark != _mark(query):
        raise ValueError("it belongs to another query")
    return list(place)


def _mark(query: Json) -> str:
    return hashlib.sha256(canonical(query)).hexdigest()[:16]
