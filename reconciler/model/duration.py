"""Lengths of time as people write them."""

from __future__ import annotations

import re
from typing import Final

DAYS: Final = re.compile(r"(?:P([0-9]{1,6})D|([0-9]{1,6})d)")
"""A number of days: `180d` or, as ISO 8601 has it, `P180D`."""

SECONDS: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
"""A short time: `30s`, `2m`, `1h`, `500ms`."""

_UNIT: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_days(text: str) -> int:
    """The number of days in `180d` or `P180D`. Raises ValueError: months and years have no fixed number of days."""
    match = DAYS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a number of days such as 180d or P180D")
    return int(match[1] or match[2])


def spell_days(days: int) -> str:
    """The canonical spelling: `180d`."""
    return f"{days}d"


def parse_seconds(text: str) -> float:
    """The number of seconds in `30s`, `2m`, `1h` or `500ms`. Raises ValueError."""
    match = SECONDS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time such as 30s or 2m")
    return float(match[1]) * _UNIT[match[2]]
