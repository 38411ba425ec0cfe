"""Numbers and lists in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence


def counted(count: int, singular: str, plural: str = "") -> str:
    """`1 finding`, `3 findings`, `12,000 records`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def listed(words: Sequence[str], *, most: int = 10) -> str:
    """Words with commas; of many the first, and how many more there are."""
    more = f", and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def duration(seconds: float) -> str:
    """`120 ms`, `3.5 s`, `2 min 5 s`, `1 h 10 min`."""
    if 0 < seconds < 0.1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 60:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def size(count: int) -> str:
    """`999 bytes`, `1.2 kB`, `3.4 GB`: decimal, as disks and networks are sold."""
    if count < 1000:
        return counted(count, "byte")
    amount, units = count / 1000, ["PB", "TB", "GB", "MB", "kB"]
    while amount >= 999.95 and len(units) > 1:
        amount /= 1000
        units.pop()
    return f"{amount:,.1f} {units[-1]}"


def days_after(as_of: str, days: int) -> str:
    """The date so many days after a moment (RFC 3339), or where it is none, what to write there."""
    try:
        return (datetime.datetime.fromisoformat(as_of).date() + datetime.timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        return "YYYY-MM-DD"
