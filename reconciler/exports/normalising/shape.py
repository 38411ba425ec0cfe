"""How one record is written, to read the next one by: where members of ours stand, and in which order. Nothing is taken
on trust: what does not fit in any respect is not read here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from typing import Any, Final, Protocol

import orjson

from reconciler.exports.normalising.batch import Row, Text
from reconciler.exports.normalising.instant import EXACT
from reconciler.exports.normalising.interaction import MEMBERS

_BLANKS: Final = b" \t\r"
_OURS: Final = frozenset(MEMBERS)
_SPACE: Final = rb"[ \t\r]*+"
_PLAIN: Final = rb"[ !#-\[\]-~]"
"""ASCII that stands for itself in a JSON string."""
_TEXT: Final = rb'(?:"(' + _PLAIN + rb'*+)"|null)'
_TIME: Final = rb'(?:"(' + EXACT.encode() + rb')"|null)'
_VALUES: Final = {
    "interactionId": rb'"(' + _PLAIN + rb'++)"',
    "type": _TEXT,
    "startTimestamp": _TIME,
    "endTimestamp": _TIME,
    "channel": rb'(?:\{%b"type"%b:%b%b%b\}|null)' % (_SPACE, _SPACE, _SPACE, _TEXT, _SPACE),
}


class Shape(Protocol):
    def read(self, record: bytes) -> tuple[Row, bytes | None] | None:
        """The row and the rest of a record without blanks around it; None if it may be of another shape."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """Our members come first. `groups` of the pattern are the columns, in their order."""

    pattern: re.Pattern[bytes]
    groups: tuple[int, ...]

    def read(self, record: bytes) -> tuple[Row, bytes | None] | None:
        found = self.pattern.match(record)
        if found is None:
            return None
        rest = b"{" + record[found.end() :]
        if rest == b"{}":
            return found.group(*self.groups), None
        try:
            others = orjson.loads(rest)
        except orjson.JSONDecodeError:
            return None
        return (found.group(*self.groups), rest) if _OURS.isdisjoint(others) else None


@dataclass(frozen=True, slots=True)
class Run:
    """Members of ours that follow one another; the first one begins with `key`."""

    key: bytes
    pattern: re.Pattern[bytes]


@dataclass(frozen=True, slots=True)
class Spread:
    """Others stand before or between ours. `columns` are places among the values of all runs, then the type of a
    channel that says more and so stands among the others, then None.

    A member of ours that is found is at the top of the record, not deeper and not within a text, because all that is
    before it is whole members, and so is all that is after it.
    """

    runs: tuple[Run, ...]
    columns: tuple[int, ...]
    has_channel: bool

    def read(self, record: bytes) -> tuple[Row, bytes | None] | None:
        if not (record.startswith(b"{") and record.endswith(b"}")):
            return None
        values: list[Text] = []
        others: list[bytes] = []
        position = 1
        for run in self.runs:
            start = record.find(run.key, position)
            found = run.pattern.match(record, start) if start > 0 else None
            if found is None:
                return None
            others.append(record[position:start].strip(_BLANKS))
            values += found.groups()
            position = found.end()
        tail = record[position:-1].strip(_BLANKS)
        others.append(tail and tail + b",")
        try:
            texts, kind = _others(others, may_have_channel=not self.has_channel)
        except ValueError:
            return None
        values += (kind, None)
        row = tuple([values[column] for column in self.columns])
        return row, b"{" + b",".join(texts) + b"}" if texts else None


def shape_of(names: Sequence[str], told: set[str]) -> Shape:
    """Of a record with these members, of which `told` are those of ours whose columns say all of them."""
    runs = tuple(tuple(run) for is_told, run in groupby(names, told.__contains__) if is_told)
    if len(runs) == 1 and names[0] in told and _OURS.intersection(names) <= told:
        return head((*runs[0], *(name for name in MEMBERS if name not in runs[0])))
    return _spread(runs)


@cache
def head(order: tuple[str, ...]) -> Head:
    """At most 120 of them."""
    groups = tuple(order.index(name) + 1 for name in MEMBERS)
    return Head(re.compile(rb"\{" + _SPACE + _one_after_another(order)), groups)


@cache
def _spread(orders: tuple[tuple[str, ...], ...]) -> Spread:
    """Some thousands of them, at worst."""
    values = list(chain(*orders))
    has_channel = "channel" in values
    untold = {name: len(values) + 1 for name in MEMBERS} | {"channel": len(values)}
    return Spread(
        runs=tuple(Run(b'"%b"' % order[0].encode(), re.compile(_one_after_another(order))) for order in orders),
        columns=tuple(values.index(name) if name in values else untold[name] for name in MEMBERS),
        has_channel=has_channel,
    )


def _one_after_another(order: Sequence[str]) -> bytes:
    """What follows the last member is looked at, so that no comma is taken off that separates nothing."""
    follows = _SPACE + rb'(?:,%b(?=")|(?=\}))' % _SPACE
    return b"".join(
        rb'(?:"%b"%b:%b%b%b)' % (name.encode(), _SPACE, _SPACE, _VALUES[name], follows)
        + (b"" if name == "interactionId" else b"?+")
        for name in order
    )


def _others(found: list[bytes], *, may_have_channel: bool) -> tuple[list[bytes], str | None]:
    """Texts of whole members that are not ours, each without the comma it ends in, and the type of the one channel
    among them that says more. Raises ValueError for anything else."""
    texts: list[bytes] = []
    kind: str | None = None
    for text in filter(None, found):
        if not text.endswith(b","):
            raise ValueError
        text = text[:-1]
        members = orjson.loads(b"{" + text + b"}")
        if not members:
            raise ValueError
        if not _OURS.isdisjoint(members):
            if not may_have_channel or _OURS & members.keys() != {"channel"}:
                raise ValueError
            kind, may_have_channel = _kind(text, members["channel"]), False
        texts.append(text)
    return texts, kind


def _kind(text: bytes, channel: Any) -> str | None:
    """Where the text names a channel once, and it says more than its type."""
    if text.count(b'"channel"') > 1 or b"\\" in text or not isinstance(channel, dict) or not channel.keys() - {"type"}:
        raise ValueError
    kind = channel.get("type")
    if not isinstance(kind, str | None):
        raise ValueError
    return kind
