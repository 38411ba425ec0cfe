"""Records that nobody had: §6's fields, the same ones again for the same job, and fast enough for gigabytes.

A block of records is rendered by one `%`: only the number inside each id differs from block to block, so that every
block has the same length and a range can start anywhere.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from reconciler.sandbox.clock import wire_date

BLOCK, AT_ONCE = 256, 16
"""Records in a block, and blocks rendered at a time."""

CSV_HEADER = b"interactionId,type,startTimestamp,endTimestamp,channelType"
CHANNELS = ("voice", "chat", "email", "social", "callback")
TYPES = ("inbound", "outbound", "internal")

_JSON = '{"interactionId":"%s","type":"%s","startTimestamp":"%s","endTimestamp":"%s","channel":{"type":"%s"}}'
_ANYBODY = b"????????-????-4???-a???-"
"""Stands where a seed's digits come."""
LINES = {"jsonl": _JSON, "json": _JSON, "csv": "%s,%s,%s,%s,%s"}


@dataclass(frozen=True, slots=True)
class Style:
    """How the records of one file look: `seed` is in their ids, the window (in seconds) in their times."""

    seed: str
    format: str
    window: tuple[float, float]
    newline: bytes = b"\n"
    is_last: bool = False

    @property
    def end(self) -> bytes:
        """What follows each record."""
        return b"," + self.newline if self.format == "json" and not self.is_last else self.newline

    @property
    def last(self) -> Style:
        return replace(self, is_last=True)


@dataclass(frozen=True, slots=True)
class Records:
    """`count` records, numbered from `first`."""

    style: Style
    first: int
    count: int

    @property
    def size(self) -> int:
        block = _block(self.style)
        return block.until(self.first + self.count) - block.until(self.first)

    @property
    def identity(self) -> str:
        return repr(self)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        block = _block(self.style)
        start, stop = start + block.until(self.first), stop + block.until(self.first)
        for offset in range(start - start % block.size, stop, block.size * AT_ONCE):
            first = offset // block.size * BLOCK
            count = min(AT_ONCE, -(-(stop - offset) // block.size))
            rendered = block.template * count % tuple(range(first, first + count * BLOCK))
            yield rendered[max(start - offset, 0) : stop - offset]


def count_for(style: Style, size: int) -> int:
    """How many records have at least `size` bytes."""
    block = _block(style)
    whole, rest = divmod(size, block.size)
    return whole * BLOCK + bisect_left(block.ends, rest)


@dataclass(frozen=True, slots=True)
class _Block:
    """`ends[n]` is the length of the first `n` records."""

    template: bytes
    ends: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.ends[-1]

    def until(self, number: int) -> int:
        """The length of all records before that one."""
        whole, rest = divmod(number, BLOCK)
        return whole * self.size + self.ends[rest]


@lru_cache(maxsize=256)
def _block(style: Style) -> _Block:
    pattern = _pattern(replace(style, seed=""))
    return replace(pattern, template=pattern.template.replace(_ANYBODY, _prefix(style.seed)))


@lru_cache(maxsize=256)
def _pattern(style: Style) -> _Block:
    """The block of whatever seed: ten thousand files differ in nothing else, and dates are dear."""
    lines = [_line(style, number) for number in range(BLOCK)]
    return _Block(b"".join(lines), tuple(accumulate((len(line % 0) for line in lines), initial=0)))


def _line(style: Style, number: int) -> bytes:
    """A record with a place for its number, twelve hexadecimal digits at the end of a UUID."""
    opened, closed = style.window
    step = (closed - opened) / BLOCK
    start = opened + step * number
    times = wire_date(start), wire_date(start + step / 2)
    identity = f"{_ANYBODY.decode()}%012x"
    values = (identity, TYPES[number % len(TYPES)], *times, CHANNELS[number % len(CHANNELS)])
    return (LINES[style.format] % values).encode() + style.end


def _prefix(seed: str) -> bytes:
    digest = hashlib.sha256(seed.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[12:15]}-a{digest[15:18]}-".encode()
