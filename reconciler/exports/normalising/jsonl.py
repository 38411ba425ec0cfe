"""JSON Lines as rows. Most records begin with our members, plainly written: one regular expression, in the order of the
record before, takes them off, and the parser only has to accept what is left, whose text stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import orjson

from reconciler.exports.normalising.batch import TRUNCATED, Batch, Malformed, Reject, Row, Text, too_long
from reconciler.exports.normalising.instant import EXACT
from reconciler.exports.normalising.interaction import MEMBERS, NOT_UTF8, UNREADABLE, read_interaction
from reconciler.exports.normalising.lines import Block, Lines, LongLine

_BLANKS = b" \t\r"
_OURS = frozenset(MEMBERS)
_NAMES = tuple(name.encode() for name in MEMBERS)


def jsonl_batches(blocks: Iterable[Block], *, largest: int) -> Iterator[Batch]:
    """Every line that is not blank as a row or as a reject."""
    head: _Head | None = _head(_NAMES)
    for block in blocks:
        if isinstance(block, LongLine):
            reject = Reject(block.number, block.offset, block.length, too_long(largest), raw=None)
            yield Batch(rejects=[reject], records=1)
        else:
            batch, head = _batch(block, head)
            yield batch


@dataclass(frozen=True, slots=True)
class _Head:
    """How a record begins. `groups` are those of the columns, in their order."""

    pattern: re.Pattern[bytes]
    groups: tuple[int, ...]


def _batch(block: Lines, head: _Head | None) -> tuple[Batch, _Head | None]:
    rows: list[Row] = []
    rests: list[Text] = []
    reasons: list[tuple[int, str]] = []
    blank_lines = 0
    loads, ours = orjson.loads, _OURS
    lines = block.text.split(b"\n")
    for index, raw in enumerate(lines):
        line = raw.strip(_BLANKS)
        if head is not None and (found := head.pattern.match(line)) is not None:
            rest = b"{" + line[found.end() :]
            if rest == b"{}":
                rows.append(found.group(*head.groups))
                rests.append(None)
                continue
            try:
                if ours.isdisjoint(loads(rest)):
                    rows.append(found.group(*head.groups))
                    rests.append(rest)
                    continue
            except orjson.JSONDecodeError:
                pass
        if not line:
            blank_lines += 1
            continue
        try:
            row, others, names = read_interaction(line)
        except Malformed as reason:
            reasons.append((index, str(reason)))
        else:
            rows.append(row)
            rests.append(others)
            head = _head_of(names)
    rejects = _rejects(block, lines, reasons) if reasons else []
    records = len(lines) - blank_lines
    return Batch(rows, rests, rejects=rejects, records=records, blank_lines=blank_lines), head


def _rejects(block: Lines, lines: list[bytes], reasons: list[tuple[int, str]]) -> list[Reject]:
    rejects: list[Reject] = []
    offset, passed = block.offset, 0
    for index, reason in reasons:
        offset += sum(map(len, lines[passed:index])) + index - passed
        passed = index
        raw = lines[index]
        if block.is_cut and index == len(lines) - 1 and reason in (UNREADABLE, NOT_UTF8):
            reason = TRUNCATED
        rejects.append(Reject(block.number + index, offset, len(raw), reason, raw))
    return rejects


def _head_of(names: list[bytes]) -> _Head | None:
    """How the next record probably begins: as this one, if its members of ours come first."""
    order = [name for name in names if name in _NAMES]
    if names[: len(order)] != order:
        return None
    return _head((*order, *(name for name in _NAMES if name not in order)))


_SPACE = rb"[ \t\r]*+"
_PLAIN = rb"[ !#-\[\]-~]"
"""ASCII that stands for itself in a JSON string."""
_TEXT = rb'(?:"(' + _PLAIN + rb'*+)"|null)'
_TIME = rb'(?:"(' + EXACT.encode() + rb')"|null)'
_VALUES = {
    b"interactionId": rb'"(' + _PLAIN + rb'++)"',
    b"type": _TEXT,
    b"startTimestamp": _TIME,
    b"endTimestamp": _TIME,
    b"channel": rb'(?:\{%b"type"%b:%b%b%b\}|null)' % (_SPACE, _SPACE, _SPACE, _TEXT, _SPACE),
}


@cache
def _head(order: tuple[bytes, ...]) -> _Head:
    """At most 120 of them. What follows the last member is looked at, so that no comma is taken off that separates
    nothing."""
    follows = _SPACE + rb'(?:,%b(?=")|(?=\}))' % _SPACE
    parts = [
        rb'(?:"%b"%b:%b%b%b)' % (name, _SPACE, _SPACE, _VALUES[name], follows)
        + (b"" if name == b"interactionId" else b"?+")
        for name in order
    ]
    groups = tuple(order.index(name) + 1 for name in _NAMES)
    return _Head(re.compile(rb"\{" + _SPACE + b"".join(parts)), groups)
