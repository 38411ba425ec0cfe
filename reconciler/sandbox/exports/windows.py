"""The window of time that an export covers: two instants, the end after the start, no wider than allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.problems import Detail

DAY = 86_400_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def milliseconds(given: object) -> int | None:
    """The instant that an RFC 3339 text names, to the millisecond; None for what names none."""
    if not (isinstance(given, str) and _INSTANT.fullmatch(given)):
        return None
    try:
        instant = datetime.fromisoformat(given)
        return int(instant.timestamp()) * 1000 + instant.microsecond // 1000
    except (ValueError, OverflowError):
        return None


def violations(
    window: Mapping[str, Any], start: str, end: str, *, days: int | None, where: str = ""
) -> Iterator[Detail]:
    """What is wrong with the members `start` and `end` of `window`; no more than `days` where there is a limit."""
    instants = {name: milliseconds(window.get(name)) for name in (start, end)}
    for name, instant in instants.items():
        if instant is None:
            yield Detail(where + name, f"{window.get(name)!r} is not an instant like 2026-11-01T09:00:00.000Z")
    first, last = instants[start], instants[end]
    if first is None or last is None:
        return
    if last <= first:
        yield Detail(where + end, "must be after the start")
    elif days is not None and last - first > days * DAY:
        yield Detail(where + end, f"the window is {last - first} ms, at most {days} days ({days * DAY} ms) are allowed")


def normal(given: str) -> str:
    """The same instant as the platform writes it."""
    instant = milliseconds(given)
    assert instant is not None  # noqa: S101 - violations() has let it pass
    return wire_date(instant / 1000)
