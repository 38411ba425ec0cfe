"""Records that nobody had: §6's fields, the same ones again for the same job, and fast enough for gigabytes.

A block of records is rendered by one `%`: only the number inside each id differs from block to block, so that every
block has the same length and a range can start anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from reconciler.sandbox.clock import wire_date

LARGEST_BLOCK = 1024
CSV_HEADER = b"interactionId,type,startTimestamp,endTimestamp,channelType"
CHANNELS = ("voice", "chat", "email", "social", "callback")
TYPES = ("inbound", "outbound", "internal")

_JSON = '{"interactionId":"%s","type":"%s","startTimestamp":"%s","endTimestamp":"%s","channel":{"type":"%s"}}'
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
        block = self._block
        whole, rest = divmod(self.count, block.records)
        return whole * block.size + block.ends[rest]

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        block = self._block
        for number in range(start // block.size, -(-stop // block.size)):
            offset = number * block.size
            first = self.first + number * block.records
            rendered = block.template % tuple(range(first, first + block.records))
            yield rendered[max(start - offset, 0) : stop - offset]

    @property
    def _block(self) -> _Block:
        return _block(self.style, min(max(self.count, 1), LARGEST_BLOCK))


@dataclass(frozen=True, slots=True)
class _Block:
    """`ends[n]` is the length of the first `n` records."""

    template: bytes
    records: int
    ends: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.ends[-1]


@lru_cache(maxsize=256)
def _block(style: Style, records: int) -> _Block:
    lines = [_line(style, number, records) for number in range(records)]
    lengths = (len(line % 0) for line in lines)
    return _Block(b"".join(lines), records, tuple(accumulate(lengths, initial=0)))


def _line(style: Style, number: int, records: int) -> bytes:
    """A record with a place for its number, twelve hexadecimal digits at the end of a UUID."""
    digest = hashlib.sha256(style.seed.encode()).hexdigest()
    identity = f"{digest[:8]}-{digest[8:12]}-4{digest[12:15]}-a{digest[15:18]}-%012x"
    opened, closed = style.window
    step = (closed - opened) / records
    start = opened + step * number
    times = wire_date(start), wire_date(start + step / 2)
    values = (identity, TYPES[number % len(TYPES)], *times, CHANNELS[number % len(CHANNELS)])
    return (LINES[style.format] % values).encode() + style.end
