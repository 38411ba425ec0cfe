"""CSV as records (RFC 4180). A record is what its quotation marks make of it, not a line: it is put together line by
line, and only while it is no longer than allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.exports.normalising.batch import Reject, too_long
from reconciler.exports.normalising.lines import Block, Lines, LongLine

_FIELD = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_RECORD = _FIELD + rb"(?:," + _FIELD + rb")*+\r?\n"
RECORD = re.compile(_RECORD)
_RECORDS = re.compile(rb"(?:" + _RECORD + rb")*+")
_OPENS = re.compile(rb"(?:" + _FIELD + rb',)*+"(?:[^"]++|"")*+')
"""A line that ends inside a quoted field."""

MANY = 4096
"""Bytes from which it pays to look at records all at once."""

MISQUOTED = "a quotation mark or carriage return is where none may be"
UNCLOSED = "the file ends inside a quoted field"


@dataclass(frozen=True, slots=True)
class Records:
    """Text of one or more whole records or blank lines, each with its line break. `is_cut`: the file ends without the
    last one's."""

    line: int
    offset: int
    text: bytes
    is_cut: bool = False


def csv_records(blocks: Iterable[Block], *, largest: int) -> Iterator[Records | Reject]:
    """All of the text in order, split strictly. Where a quoted field never ends, all that follows is in it: nothing in
    there is mistaken for a record."""
    assembly = _Assembly(largest)
    for block in blocks:
        if isinstance(block, LongLine):
            yield from assembly.take_long(block)
        else:
            yield from _split(block, assembly)
    yield from assembly.end()


def _split(block: Lines, assembly: _Assembly) -> Iterator[Records | Reject]:
    text, start, number = block.text + b"\n", 0, block.number
    end_of_records = _usual_end
    while start < len(text):
        end = start
        if not assembly.is_open:
            end, end_of_records = end_of_records(text, start), _exact_end
        if end > start:
            found = Records(number, block.offset + start, text[start:end], block.is_cut and end == len(text))
            yield from (found,) if end - start <= assembly.largest else _measured(found, assembly.largest)
        else:
            end = text.index(b"\n", start) + 1
            line = text[start : end - 1]
            if assembly.is_open:
                yield from assembly.take(line)
            elif _OPENS.fullmatch(line) is not None:
                assembly.open(number, block.offset + start, line)
            else:
                yield Reject(number, block.offset + start, len(line), MISQUOTED, line)
        if end < len(text):
            number += text.count(b"\n", start, end)
        start = end


def _usual_end(text: bytes, start: int) -> int:
    """Looks at all of the text, and so is asked once a block."""
    has_stray_return = b"\r" in text and text.count(b"\r", start) != text.count(b"\r\n", start)
    if not has_stray_return and b'"' not in text:
        return len(text)
    if not has_stray_return and len(text) - start >= MANY:
        from reconciler.exports.normalising.quoting import end_of_quoted

        end = end_of_quoted(text, start)
        if end is not None:
            return end
    return _exact_end(text, start)


def _exact_end(text: bytes, start: int) -> int:
    """Looks no further than it gets."""
    found = _RECORDS.match(text, start)
    return found.end() if found is not None else start


def _measured(found: Records, largest: int) -> Iterator[Records | Reject]:
    """One by one where some may be too long: which may depend on their length only, not on the blocks read."""
    line = found.line
    for record in RECORD.finditer(found.text):
        offset, length = found.offset + record.start(), len(record[0]) - 1
        if length > largest:
            yield Reject(line, offset, length, too_long(largest), raw=None)
        else:
            yield Records(line, offset, record[0], found.is_cut and record.end() == len(found.text))
        line += record[0].count(b"\n")


@dataclass(slots=True)
class _Assembly:
    """The record that is inside a quoted field."""

    largest: int
    is_open: bool = False
    line: int = 0
    offset: int = 0
    length: int = 0
    pieces: list[bytes] = field(default_factory=list)

    def open(self, line: int, offset: int, piece: bytes) -> None:
        self.is_open, self.line, self.offset, self.length, self.pieces = True, line, offset, len(piece), [piece]

    def take(self, line: bytes) -> Iterator[Records | Reject]:
        """One more line of it, which ends it if it has an odd number of quotation marks: doubled ones are even."""
        self._grow(len(line), line)
        if line.count(b'"') % 2:
            yield self._close()

    def take_long(self, block: LongLine) -> Iterator[Records | Reject]:
        is_closed = block.quotes % 2 == (1 if self.is_open else 0)
        if self.is_open:
            self._grow(block.length, None)
        else:
            self.open(block.number, block.offset, b"")
            self.length = block.length
        if is_closed:
            yield self._close()

    def end(self) -> Iterator[Reject]:
        if self.is_open:
            yield self._reject(UNCLOSED)

    def _grow(self, length: int, line: bytes | None) -> None:
        self.length += length + 1
        if self.length <= self.largest and line is not None:
            self.pieces.append(line)
        else:
            self.pieces.clear()

    def _close(self) -> Records | Reject:
        self.is_open = False
        text = b"\n".join(self.pieces) + b"\n"
        if self.length <= self.largest and RECORD.fullmatch(text) is not None:
            return Records(self.line, self.offset, text)
        return self._reject(MISQUOTED)

    def _reject(self, reason: str) -> Reject:
        if self.length > self.largest:
            return Reject(self.line, self.offset, self.length, too_long(self.largest), raw=None)
        return Reject(self.line, self.offset, self.length, reason, b"\n".join(self.pieces))
