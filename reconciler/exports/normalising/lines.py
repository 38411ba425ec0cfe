"""A file as blocks of whole lines, hashed and counted on the way. Never holds more than a block and the longest line
allowed; a longer one is measured and skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines, in one text without the last one's line break. `number` is the first one's, from 1, and `offset` where it
    starts. `is_cut`: the file ends without a line break after the last of them."""

    number: int
    offset: int
    text: bytes
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line that is longer than allowed. `quotes` counts its quotation marks, by which CSV knows where it stands."""

    number: int
    offset: int
    length: int
    quotes: int
    is_cut: bool = False


Block = Lines | LongLine


@dataclass(slots=True)
class Tally:
    """What went through: counted on the raw bytes, independently of what is made of them."""

    bytes_read: int = 0
    lines: int = 0
    """Line breaks, and the line that the file ends in without one."""
    _is_open: bool = False
    sha256: _Hash = field(default_factory=hashlib.sha256)

    def add(self, chunk: bytes) -> None:
        self.bytes_read += len(chunk)
        self.sha256.update(chunk)

    def count(self, chunk: bytes) -> int:
        """The line breaks of one more piece of the text."""
        breaks = chunk.count(b"\n")
        if chunk:
            is_open = not chunk.endswith(b"\n")
            self.lines += breaks + is_open - self._is_open
            self._is_open = is_open
        return breaks


def blocks(read: Callable[[int], bytes], *, block_size: int, largest: int, tally: Tally) -> Iterator[Block]:
    """The file's lines in order, through a function that reads so many bytes. A byte order mark is in none of them."""
    splitter = _Splitter(largest)
    chunk = read(len(BYTE_ORDER_MARK))
    tally.add(chunk)
    if chunk == BYTE_ORDER_MARK:
        splitter.offset = len(chunk)
        chunk = b""
    while True:
        yield from splitter.split(chunk, tally.count(chunk))
        chunk = read(block_size)
        if not chunk:
            break
        tally.add(chunk)
    yield from splitter.end()


@dataclass(slots=True)
class _Splitter:
    largest: int
    number: int = 1
    offset: int = 0
    pieces: list[bytes] = field(default_factory=list)
    pending: int = 0
    """Bytes of the line that has begun, held in `pieces` unless it is too long already."""
    quotes: int = 0
    """Those of `pending`; counted only once it is too long."""

    def split(self, chunk: bytes, breaks: int) -> Iterator[Block]:
        if not breaks:
            self._keep(chunk)
            return
        start, cut = 0, chunk.rindex(b"\n")
        if self.pending > self.largest:
            start = chunk.index(b"\n") + 1
            self._keep(chunk[: start - 1])
            yield self._long_line()
            breaks -= 1
        if start <= cut:
            text = b"".join((*self.pieces, memoryview(chunk)[start:cut]))
            self.pieces.clear()
            self.pending = 0
            yield from self._measured(text, breaks)
        self._keep(chunk[cut + 1 :])

    def end(self) -> Iterator[Block]:
        if self.pending > self.largest:
            yield self._long_line(is_cut=True)
        elif self.pending:
            yield Lines(self.number, self.offset, b"".join(self.pieces), is_cut=True)

    def _keep(self, piece: bytes) -> None:
        was_too_long = self.pending > self.largest
        self.pending += len(piece)
        if was_too_long:
            self.quotes += piece.count(b'"')
            return
        self.pieces.append(piece)
        if self.pending > self.largest:
            self.quotes = sum(held.count(b'"') for held in self.pieces)
            self.pieces.clear()

    def _long_line(self, *, is_cut: bool = False) -> LongLine:
        line = LongLine(self.number, self.offset, self.pending, self.quotes, is_cut)
        self._advance(1, self.pending + 1)
        self.pending = self.quotes = 0
        return line

    def _measured(self, text: bytes, lines: int) -> Iterator[Block]:
        """Lines in one block, unless one is too long: which may depend on its length only, not on the blocks read."""
        if len(text) <= self.largest:
            yield self._lines(text, lines)
            return
        within: list[bytes] = []
        for line in text.split(b"\n"):
            if len(line) <= self.largest:
                within.append(line)
                continue
            if within:
                yield self._lines(b"\n".join(within), len(within))
                within = []
            yield LongLine(self.number, self.offset, len(line), line.count(b'"'))
            self._advance(1, len(line) + 1)
        if within:
            yield self._lines(b"\n".join(within), len(within))

    def _lines(self, text: bytes, lines: int) -> Lines:
        found = Lines(self.number, self.offset, text)
        self._advance(lines, len(text) + 1)
        return found

    def _advance(self, lines: int, length: int) -> None:
        self.number += lines
        self.offset += length
