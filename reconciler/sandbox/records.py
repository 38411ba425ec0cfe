"""Records under a flex schema [X]: listed by cursor, filled by the control API alone (the contract has no write)."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    serial: int
    id: str
    values: Mapping[str, Any]


class Records:
    """Each schema's records in the order in which they came; no serial is used twice, so cursors outlive deletions."""

    def __init__(self) -> None:
        self._of: dict[str, list[Record]] = {}
        self._serial = 0

    def of(self, schema_id: str) -> Sequence[Record]:
        return self._of.get(schema_id, ())

    def put(self, schema_id: str, contents: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Replace all of a schema's records by (id, values) pairs."""
        records = []
        for record_id, values in contents:
            self._serial += 1
            records.append(Record(self._serial, record_id, values))
        self._of[schema_id] = records

    def revalue(self, schema_id: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Give each record its values after a migration."""
        if values:
            pairs = zip(self.of(schema_id), values, strict=True)
            self._of[schema_id] = [replace(record, values=each) for record, each in pairs]

    def drop(self, schema_id: str) -> None:
        self._of.pop(schema_id, None)

    def page(self, schema_id: str, size: int, *, after: int) -> tuple[Sequence[Record], str | None]:
        """The records behind serial `after`, and the cursor of the next page unless this is the last."""
        records = self.of(schema_id)
        start = bisect_right(records, after, key=lambda record: record.serial)
        page = records[start : start + size]
        return page, cursor(page[-1].serial) if start + size < len(records) else None


def cursor(serial: int) -> str:
    return base64.urlsafe_b64encode(f"after:{serial}".encode()).decode()


def serial_of(text: str) -> int | None:
    """The serial inside a cursor; None for a text that is no cursor of ours."""
    try:
        kind, _, serial = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return None
    return int(serial) if kind == "after" and serial.isascii() and serial.isdigit() else None
