"""The members of a JSON object as they are written: what nobody asked about keeps its digits, its order, its
duplicates. Works on records that a JSON parser has accepted, and only measures them."""

from __future__ import annotations

import re
from typing import NamedTuple

import orjson

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NAME = re.compile(rb"[ \t\r\n,{]*+(" + _STRING + rb")[ \t\r\n]*+:[ \t\r\n]*+", re.DOTALL)
_SCALAR = re.compile(_STRING + rb'|[^"\[{,\]} \t\r\n]++', re.DOTALL)
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[\]{}])", re.DOTALL)


class Member(NamedTuple):
    name: str
    text: bytes
    """Name, colon and value."""


def members(record: bytes) -> list[Member]:
    """The members of a valid JSON object, in their order; one that is there twice is there twice."""
    found, position = [], 0
    while (name := _NAME.match(record, position)) is not None:
        position = _value_end(record, name.end())
        found.append(Member(_decoded(name[1]), record[name.start(1) : position]))
    return found


def as_object(kept: list[Member]) -> bytes | None:
    """The text of an object of just these; None if there are none."""
    return b"{" + b",".join([member.text for member in kept]) + b"}" if kept else None


def _decoded(name: bytes) -> str:
    return str(orjson.loads(name)) if b"\\" in name else name[1:-1].decode()


def _value_end(record: bytes, start: int) -> int:
    scalar = _SCALAR.match(record, start)
    if scalar is not None:
        return scalar.end()
    depth, position = 0, start
    while True:
        bracket = _BRACKET.match(record, position)
        assert bracket is not None, "the record is no valid JSON"  # noqa: S101 - the parser has accepted it
        position = bracket.end()
        depth += 1 if bracket[1] in b"[{" else -1
        if not depth:
            return position
