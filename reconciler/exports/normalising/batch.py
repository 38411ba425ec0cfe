"""Between reading and writing: records as columns, and those that cannot be records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Text = bytes | str | None
"""A value of a text column; bytes are UTF-8."""

Row = tuple[Text, ...]
"""Five: interaction_id, type, start_time, end_time, channel. A time is ISO 8601 with at most six digits of a second and
UTC as its zone: valid, so that turning whole columns of them into timestamps cannot fail."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is none, and why. `line` is where it starts, from 1; `offset` and `length` are bytes of the source.

    `raw` is the record without the line break that ends it, None where it was too long to be held.
    """

    line: int
    offset: int
    length: int
    reason: str
    raw: bytes | None


@dataclass(slots=True)
class Batch:
    """What one block held: `rows` and `rests` go together, item by item; or `columns`, pyarrow's arrays of all six."""

    rows: Sequence[Row] = ()
    rests: Sequence[Text] = ()
    columns: Sequence[Any] | None = None
    rejects: list[Reject] = field(default_factory=list)
    records: int = 0
    blank_lines: int = 0


class Malformed(Exception):
    """A record that must be quarantined. The message is the reason, and never holds any of the record's content."""


TRUNCATED = "the file ends inside this record"


def too_long(largest: int) -> str:
    return f"longer than {largest:,} bytes; read it from the source by offset and length"
