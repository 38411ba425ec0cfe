"""Windows on a time line, as geometry: one bar for each export, a lane for each address. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from reconciler.model.window import Window
from reconciler.service.catalogue import Export

WIDTH: Final = 1080.0
LEFT: Final = 284.0
"""Where the time begins; names stand before it."""
RIGHT: Final = WIDTH - 12.0
TOP: Final = 30.0
LANE: Final = 22.0
BAR: Final = 12.0
NARROWEST: Final = 3.0
MOST_LANES: Final = 60
_MOST_TICKS: Final = 9
_LONGEST_NAME: Final = 26
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOURS: Final = (1, 3, 6, 12, 24, 48, 168, 336)
_MONTH_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 12000)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line with a date, at `x`."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """An export's window."""

    export: Export
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """Windows of one address that do not overlap. `name` is cut to what fits."""

    address: str
    name: str
    kind: str
    y: float
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All of it. `left_out` counts the bars for which there was no room."""

    lanes: Sequence[Lane]
    ticks: Sequence[Tick]
    left_out: int

    @property
    def height(self) -> float:
        return TOP + LANE * len(self.lanes) + 6


def timeline_of(exports: Sequence[Export]) -> Timeline:
    """Of exports in their order, those with a window."""
    lanes = _lanes([export for export in exports if export.window is not None])
    shown, left_out = lanes[:MOST_LANES], sum(map(len, lanes[MOST_LANES:]))
    windows = [export.window for lane in shown for export in lane if export.window is not None]
    if not windows:
        return Timeline((), (), 0)
    whole = Window(min(each.start for each in windows), max(each.end for each in windows))
    scale = _Scale(whole)
    return Timeline(
        [_lane(exports, number, scale) for number, exports in enumerate(shown)],
        [Tick(scale.x(moment), text) for moment, text in _ticks(whole)],
        left_out,
    )


class _Scale:
    """From a time to a place."""

    def __init__(self, whole: Window) -> None:
        self._start = whole.start
        self._pixels = (RIGHT - LEFT) / max(whole.length.total_seconds(), 1.0)

    def x(self, moment: datetime) -> float:
        return round(LEFT + (moment - self._start).total_seconds() * self._pixels, 2)


def _lanes(exports: Sequence[Export]) -> list[list[Export]]:
    """An address has one lane, and more where its windows overlap."""
    by_address: dict[str, list[list[Export]]] = {}
    for export in sorted(exports, key=_start):
        lanes = by_address.setdefault(export.address, [])
        free = next((lane for lane in lanes if _end(lane[-1]) <= _start(export)), None)
        if free is None:
            lanes.append([export])
        else:
            free.append(export)
    newest_first = dict.fromkeys(export.address for export in exports)
    return [lane for address in newest_first for lane in by_address[address]]


def _start(export: Export) -> datetime:
    return export.window.start if export.window else datetime.max.replace(tzinfo=UTC)


def _end(export: Export) -> datetime:
    return export.window.end if export.window else datetime.min.replace(tzinfo=UTC)


def _lane(exports: Sequence[Export], number: int, scale: _Scale) -> Lane:
    bars = [Bar(export, scale.x(_start(export)), _width(export, scale)) for export in exports]
    address = exports[0].address
    kind, _, name = address.rpartition("/")
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return Lane(address, name, kind, TOP + LANE * number, bars)


def _width(export: Export, scale: _Scale) -> float:
    return max(round(scale.x(_end(export)) - scale.x(_start(export)), 2), NARROWEST)


def _ticks(whole: Window) -> Iterator[tuple[datetime, str]]:
    """Dates at even distances, few enough to be read."""
    hours = whole.length / timedelta(hours=1)
    step = next((step for step in _HOURS if hours / step <= _MOST_TICKS), None)
    moments = _by_month(whole) if step is None else _by_hour(whole, timedelta(hours=step))
    for moment in moments:
        yield moment, _spelled(moment, with_hour=step is not None and step < 24, with_day=step is not None)


def _by_hour(whole: Window, step: timedelta) -> Iterator[datetime]:
    moment = whole.start.replace(hour=0, minute=0, second=0, microsecond=0)
    while moment <= whole.end:
        if moment >= whole.start:
            yield moment
        moment += step


def _by_month(whole: Window) -> Iterator[datetime]:
    first, last = (each.year * 12 + each.month - 1 for each in (whole.start, whole.end))
    step = next((step for step in _MONTH_STEPS if (last - first) / step <= _MOST_TICKS), _MONTH_STEPS[-1])
    for month in range(-(-first // step) * step, last + 1, step):
        moment = datetime(max(month // 12, 1), month % 12 + 1, 1, tzinfo=UTC)
        if moment >= whole.start:
            yield moment


def _spelled(moment: datetime, *, with_hour: bool, with_day: bool) -> str:
    month = _MONTHS[moment.month - 1]
    if with_hour:
        return f"{moment.day} {month} {moment.hour:02}:00"
    return f"{moment.day} {month} {moment.year}" if with_day else f"{month} {moment.year}"
