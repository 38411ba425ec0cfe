"""Stretches of time for which data is asked: half-open, UTC, to the millisecond, never relative to now."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.values import Json

MILLISECOND: Final = datetime.timedelta(milliseconds=1)
DAY: Final = datetime.timedelta(days=1)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `start`, included, to `end`, not included."""

    start: datetime.datetime
    end: datetime.datetime

    def __str__(self) -> str:
        return f"{spell(self.start)}/{spell(self.end)}"

    @property
    def length(self) -> datetime.timedelta:
        return self.end - self.start

    def parts(self, longest: datetime.timedelta) -> tuple[Window, ...]:
        """Consecutive windows of at most `longest`, without gap or overlap."""
        parts, start = [], self.start
        while self.end - start > longest:  # never beyond the end: the calendar may end there, too
            parts.append(Window(start, start + longest))
            start += longest
        return (*parts, Window(start, self.end))


def read_window(stated: Mapping[str, Json]) -> Window:
    """`{start, end}`, `{day}`, `{month}` or `{days, before}`, as the schema of a manifest admits them.

    Raises ValueError, with a sentence for people, for what is no time or leaves nothing.
    """
    try:
        window = _window(stated)
    except OverflowError:
        raise ValueError("it reaches beyond the calendar") from None
    if window.start >= window.end:
        raise ValueError("its end is not after its start")
    return window


def _window(stated: Mapping[str, Json]) -> Window:
    match stated:
        case {"start": start, "end": end}:
            return Window(instant(start), instant(end))
        case {"day": day}:
            return Window(_midnight(day), _midnight(day) + DAY)
        case {"month": month}:
            return _month(month)
        case {"days": days, "before": before}:
            return Window(_midnight(before) - days * DAY, _midnight(before))
        case _:
            raise ValueError("it says neither start and end, nor day, nor month, nor days and before")


def instant(text: str) -> datetime.datetime:
    """An RFC 3339 time with its zone, in UTC. Raises ValueError."""
    if not _INSTANT.fullmatch(text):
        if _INSTANT.fullmatch(text + "Z"):
            raise ValueError(f"{text} has no zone; write {text}Z for UTC")
        raise ValueError(f"{text} is no time such as 2026-10-01T00:00:00Z")
    try:
        return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text} is not in the calendar") from None


def spell(moment: datetime.datetime) -> str:
    """RFC 3339, UTC, to the millisecond."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _midnight(text: str) -> datetime.datetime:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        return datetime.datetime.combine(datetime.date.fromisoformat(text), datetime.time(), datetime.UTC)
    except ValueError:
        raise ValueError(f"{text} is no date such as 2026-10-01") from None


def _month(text: str) -> Window:
    found = _MONTH.fullmatch(text)
    if not found or found[1] == "0000":
        raise ValueError(f"{text} is no month such as 2026-10")
    first = _midnight(f"{text}-01")
    return Window(first, first + calendar.monthrange(first.year, first.month)[1] * DAY)
