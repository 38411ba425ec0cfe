"""CSV as records (RFC 4180). A record is what its quotation marks make of it, not a line: it is put together line by
line, and only while it is no longer than allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.exports.normalising.batch import Reject, too_long
from reconciler.exports.normalising.lines import Block, Lines, LongLine

_FIELD = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\r?")
_OPENS = re.compile(rb"(?:" + _FIELD + rb',)*+"(?:[^"]++|"")*+')
"""A line that ends inside a quoted field."""

MISQUOTED = "a quotation mark or carriage return is where none may be"
UNCLOSED = "the file ends inside a quoted field"


Record = tuple[int, int, bytes]
"""Line, offset, and the text without the line break that ends it. A tuple, because there are so many."""


@dataclass(slots=True)
class Records:
    """A block's records and what cannot be one, each in order. `is_cut`: the file ends with the last of the records,
    without a line break."""

    records: list[Record] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    blank_lines: int = 0
    is_cut: bool = False


def csv_records(blocks: Iterable[Block], *, largest: int) -> Iterator[Records]:
    """Every record, split strictly. Where a quoted field never ends, all that follows is in it: nothing in there is
    mistaken for a record."""
    assembly = _Assembly(largest)
    for block in blocks:
        found = Records(is_cut=block.is_cut)
        if isinstance(block, LongLine):
            assembly.take_long(block, found)
        else:
            _split(block, assembly, found)
        yield found
    found = Records()
    assembly.end(found)
    yield found


def _split(block: Lines, assembly: _Assembly, found: Records) -> None:
    offset = block.offset
    for index, line in enumerate(block.lines):
        number = block.number + index
        if assembly.is_open:
            assembly.take(line, found)
        elif b'"' not in line and line.find(b"\r", 0, -1) < 0:
            if line and line != b"\r":
                found.records.append((number, offset, line))
            else:
                found.blank_lines += 1
        elif _RECORD.fullmatch(line) is not None:
            found.records.append((number, offset, line))
        elif _OPENS.fullmatch(line) is not None:
            assembly.open(number, offset, line)
        else:
            found.rejects.append(Reject(number, offset, len(line), MISQUOTED, line))
        offset += len(line) + 1


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

    def take(self, line: bytes, found: Records) -> None:
        """One more line of it, which ends it if it has an odd number of quotation marks: doubled ones are even."""
        self._grow(len(line), line)
        if line.count(b'"') % 2:
            self._close(found)

    def take_long(self, block: LongLine, found: Records) -> None:
        if not self.is_open:
            self.open(block.number, block.offset, b"")
            self.length = block.length
            self.pieces.clear()
            if block.quotes % 2 == 0:
                self._close(found)
            return
        self._grow(block.length, None)
        if block.quotes % 2:
            self._close(found)

    def end(self, found: Records) -> None:
        if self.is_open:
            found.rejects.append(self._reject(UNCLOSED if self._is_held else too_long(self.largest)))

    @property
    def _is_held(self) -> bool:
        return self.length <= self.largest

    def _grow(self, length: int, line: bytes | None) -> None:
        self.length += length + 1
        if self._is_held and line is not None:
            self.pieces.append(line)
        else:
            self.pieces.clear()

    def _close(self, found: Records) -> None:
        self.is_open = False
        if not self._is_held:
            found.rejects.append(self._reject(too_long(self.largest)))
            return
        raw = b"\n".join(self.pieces)
        if _RECORD.fullmatch(raw) is None:
            found.rejects.append(self._reject(MISQUOTED))
        else:
            found.records.append((self.line, self.offset, raw))

    def _reject(self, reason: str) -> Reject:
        raw = b"\n".join(self.pieces) if self._is_held else None
        return Reject(self.line, self.offset, self.length, reason, raw)
