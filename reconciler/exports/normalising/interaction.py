"""One JSON record, whatever its shape: its row and its rest, or why it is none. Correct before fast: only what one
regular expression does not cover comes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from reconciler.exports.normalising.batch import Malformed, Row
from reconciler.exports.normalising.instant import instant
from reconciler.exports.normalising.members import as_object, members

MEMBERS: Final = ("interactionId", "type", "startTimestamp", "endTimestamp", "channel")
"""In the order of the columns they become (contract §6)."""

UNREADABLE: Final = "not valid JSON, or nested too deeply, or with a number that is too large"
NOT_UTF8: Final = "not valid UTF-8"


@dataclass(frozen=True, slots=True)
class Interaction:
    """`names` are the record's members in their order, and `told` those of ours that left the rest, if there at all."""

    row: Row
    rest: bytes | None
    names: list[str]
    told: set[str]


def read_interaction(record: bytes) -> Interaction:
    """The row and the rest.

    A member leaves the rest if its column says all of it: a channel with more than a type stays there whole, and so
    does a time with a zone or with nanoseconds. Absent and null are the same. Raises Malformed where the record is no
    JSON object, names one of our members twice, has no identity, or has a member of another type than the contract's.
    """
    content = _parsed(record)
    written = [(name.decode(), text) for name, text in members(record)]
    names = [name for name, _ in written]
    for name in MEMBERS:
        if names.count(name) > 1:
            raise Malformed(f"{name} appears twice")
    told = set(MEMBERS)
    row = (
        _identity(content),
        _text(content, "type"),
        _time(content, "startTimestamp", told),
        _time(content, "endTimestamp", told),
        _channel(content, told),
    )
    return Interaction(row, as_object([text for name, text in written if name not in told]), names, told)


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


def _time(content: dict[str, Any], name: str, told: set[str]) -> str | None:
    text = _text(content, name)
    if text is None:
        return None
    try:
        moment, is_exact = instant(text)
    except ValueError as reason:
        raise Malformed(f"{name} is not an ISO 8601 date and time") from reason
    if not is_exact:
        told.discard(name)
    return moment


def _channel(content: dict[str, Any], told: set[str]) -> str | None:
    channel = content.get("channel")
    if channel is None:
        return None
    if not isinstance(channel, dict):
        raise Malformed("channel is not an object")
    kind = channel.get("type")
    if kind is not None and not isinstance(kind, str):
        raise Malformed("channel.type is not text")
    if channel.keys() - {"type"}:
        told.discard("channel")
    return kind
