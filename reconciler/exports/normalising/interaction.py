"""One JSON record, whatever its shape: its row and its rest, or why it is none. Correct before fast: only what one
regular expression does not cover comes here."""

from __future__ import annotations

from typing import Any, Final

import orjson

from reconciler.exports.normalising.batch import Malformed, Row
from reconciler.exports.normalising.instant import instant
from reconciler.exports.normalising.members import as_object, members

MEMBERS: Final = ("interactionId", "type", "startTimestamp", "endTimestamp", "channel")
"""In the order of the columns they become (contract §6)."""

_NAMES = tuple(name.encode() for name in MEMBERS)
_OURS = frozenset(_NAMES)

UNREADABLE: Final = "not valid JSON, or nested too deeply, or with a number that is too large"
NOT_UTF8: Final = "not valid UTF-8"


def read_interaction(record: bytes) -> tuple[Row, bytes | None, list[bytes]]:
    """The row, the rest, and the names of the record's members in their order.

    A member leaves the rest if its column says all of it: a channel with more than a type stays there whole, and so
    does a time with a zone or with nanoseconds. Absent and null are the same. Raises Malformed where the record is no
    JSON object, names one of our members twice, has no identity, or has a member of another type than the contract's.
    """
    content = _parsed(record)
    written = members(record)
    names = [name for name, _ in written]
    for name in _NAMES:
        if names.count(name) > 1:
            raise Malformed(f"{name.decode()} appears twice")
    said = set(_OURS)
    row = (
        _identity(content),
        _text(content, "type"),
        _time(content, "startTimestamp", said),
        _time(content, "endTimestamp", said),
        _channel(content, said),
    )
    return row, as_object([text for name, text in written if name not in said]), names


def _parsed(record: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(record)
    except orjson.JSONDecodeError as reason:
        raise Malformed(_why_unreadable(record)) from reason
    if not isinstance(content, dict):
        raise Malformed("not a JSON object")
    return content


def _why_unreadable(record: bytes) -> str:
    if b"\0" in record:
        return "contains a NUL byte"
    try:
        record.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    return UNREADABLE


def _identity(content: dict[str, Any]) -> str:
    identity = _text(content, "interactionId")
    if not identity:
        raise Malformed("interactionId is missing or empty")
    return identity


def _text(content: dict[str, Any], name: str) -> str | None:
    value = content.get(name)
    if value is None or isinstance(value, str):
        return value
    raise Malformed(f"{name} is not text")


def _time(content: dict[str, Any], name: str, said: set[bytes]) -> str | None:
    text = _text(content, name)
    if text is None:
        return None
    try:
        moment, is_exact = instant(text)
    except ValueError as reason:
        raise Malformed(f"{name} is not an ISO 8601 date and time") from reason
    if not is_exact:
        said.discard(name.encode())
    return moment


def _channel(content: dict[str, Any], said: set[bytes]) -> str | None:
    channel = content.get("channel")
    if channel is None:
        return None
    if not isinstance(channel, dict):
        raise Malformed("channel is not an object")
    kind = channel.get("type")
    if kind is not None and not isinstance(kind, str):
        raise Malformed("channel.type is not text")
    if channel.keys() - {"type"}:
        said.discard(b"channel")
    return kind
