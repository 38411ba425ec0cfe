"""The members of a JSON object as they are written: what nobody asked about keeps its digits, its order, its
duplicates. Works on records that a JSON parser has accepted, and only measures them."""

from __future__ import annotations

import re

import orjson

Member = tuple[bytes, bytes]
"""Name, and the text of name, colon and value."""

_SPACE = rb"[ \t\r\n]*+"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT = rb'[^"\[\]{}]++|' + _STRING
_NESTED = rb"[\[{](?:" + _FLAT + rb")*+[\]}]"
for _ in range(3):
    _NESTED = rb"[\[{](?:" + _FLAT + rb"|" + _NESTED + rb")*+[\]}]"
_VALUE = _STRING + rb'|[^"\[{,\]} \t\r\n]++|' + _NESTED
_MEMBER = re.compile(
    rb"[ \t\r\n,{]*+((" + _STRING + rb")" + _SPACE + rb":" + _SPACE + rb"(" + _VALUE + rb")?+)", re.DOTALL
)
"""A member whose value is no deeper than most are; one that is deeper lacks its value."""
_BRACKET = re.compile(rb"(?:" + _FLAT + rb")*+([\[\]{}])", re.DOTALL)


def members(record: bytes) -> list[Member]:
    """The members of a valid JSON object, in their order; one that is there twice is there twice."""
    found = _MEMBER.findall(record)
    if not all(value for _, _, value in found):
        found = _deep_members(record)
    if b"\\" in record:
        return [(_decoded(name), text) for text, name, _ in found]
    return [(name[1:-1], text) for text, name, _ in found]


def as_object(kept: list[bytes]) -> bytes | None:
    """The text of an object of the members of just these texts; None if there are none."""
    return b"{" + b",".join(kept) + b"}" if kept else None


def _decoded(name: bytes) -> bytes:
    return str(orjson.loads(name)).encode() if b"\\" in name else name[1:-1]


def _deep_members(record: bytes) -> list[tuple[bytes, bytes, bytes]]:
    found, position = [], 0
    while (member := _MEMBER.match(record, position)) is not None:
        start = member.start(1)
        position = member.end() if member[3] else _end_of_nested(record, member.end())
        found.append((record[start:position], member[2], b""))
    return found


def _end_of_nested(record: bytes, position: int) -> int:
    depth = 0
    while True:
        bracket = _BRACKET.match(record, position)
        assert bracket is not None, "the record is no valid JSON"  # noqa: S101 - the parser has accepted it
        position = bracket.end()
        depth += 1 if bracket[1] in b"[{" else -1
        if not depth:
            return position
