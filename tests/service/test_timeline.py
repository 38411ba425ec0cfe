"""Where bars and dates stand, whatever the windows are."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.request import Stage
from reconciler.model.window import Window
from reconciler.service.catalogue import Export, State
from reconciler.service.timeline import LEFT, MOST_LANES, RIGHT, timeline_of

moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
windows = st.tuples(moments, moments).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Window(*pair))


def export(name: str, window: Window | None) -> Export:
    return Export(name, f"Kind/{name}", "DONE", Stage.COMPLETED, State.COMPLETED, window=window)


@given(st.lists(st.tuples(st.sampled_from("abc"), windows), max_size=20))
def test_every_bar_is_within_the_picture_and_no_two_of_a_lane_overlap(stated: list[tuple[str, Window]]) -> None:
    timeline = timeline_of([export(name, window) for name, window in stated])
    assert sum(len(lane.bars) for lane in timeline.lanes) == len(stated)
    for lane in timeline.lanes:
        assert all(LEFT <= bar.x <= RIGHT for bar in lane.bars)
        spans = [bar.export.window for bar in lane.bars if bar.export.window]
        assert all(first.end <= second.start for first, second in itertools.pairwise(spans))


@given(windows)
def test_dates_are_few_and_in_order_and_within_the_picture(window: Window) -> None:
    ticks = timeline_of([export("a", window)]).ticks
    assert len(ticks) <= 14
    assert all(LEFT <= tick.x <= RIGHT for tick in ticks)
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)


def test_dates_are_months_days_or_hours() -> None:
    def texts(days: float) -> list[str]:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        return [tick.text for tick in timeline_of([export("a", Window(start, start + timedelta(days=days)))]).ticks]

    assert texts(0.25) == [f"1 Jan {hour:02}:00" for hour in range(7)]
    assert texts(1) == [f"1 Jan {hour:02}:00" for hour in range(0, 24, 3)] + ["2 Jan 00:00"]
    assert texts(9) == [f"{day} Jan 2026" for day in range(1, 11)]
    assert texts(28) == ["1 Jan 2026", "8 Jan 2026", "15 Jan 2026", "22 Jan 2026", "29 Jan 2026"]
    assert texts(200) == ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026", "Jul 2026"]


def test_what_has_no_window_has_no_bar() -> None:
    assert timeline_of([export("a", None)]).lanes == ()


def test_what_has_no_room_is_counted() -> None:
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    timeline = timeline_of([export(f"n{number}", window) for number in range(MOST_LANES + 7)])
    assert (len(timeline.lanes), timeline.left_out) == (MOST_LANES, 7)
