"""Windows: half-open, UTC, absolute or anchored in the calendar."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.window import DAY, MILLISECOND, Window, instant, read_window, spell

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
NOON = datetime.datetime(2026, 10, 5, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (
            {"start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z"},
            "2026-10-01T00:00:00.000Z/2026-10-02T00:00:00.000Z",
        ),
        (
            {"start": "2026-10-01T02:00+02:00", "end": "2026-10-01T00:00:00.001Z"},
            "2026-10-01T00:00:00.000Z/2026-10-01T00:00:00.001Z",
        ),
        ({"day": "2026-10-05"}, "2026-10-05T00:00:00.000Z/2026-10-06T00:00:00.000Z"),
        ({"month": "2026-10"}, "2026-10-01T00:00:00.000Z/2026-11-01T00:00:00.000Z"),
        ({"month": "2024-02"}, "2024-02-01T00:00:00.000Z/2024-03-01T00:00:00.000Z"),
        ({"month": "2026-12"}, "2026-12-01T00:00:00.000Z/2027-01-01T00:00:00.000Z"),
        ({"days": 30, "before": "2026-11-01"}, "2026-10-02T00:00:00.000Z/2026-11-01T00:00:00.000Z"),
    ],
)  # fmt: skip
def test_every_form_is_one_absolute_window(stated: dict[str, Any], expected: str) -> None:
    assert str(read_window(stated)) == expected


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"start": "2026-10-02T00:00:00Z", "end": "2026-10-01T00:00:00Z"}, "end is not after its start"),
        ({"start": "2026-10-01T00:00:00Z", "end": "2026-10-01T02:00:00+02:00"}, "end is not after its start"),
        ({"start": "2026-10-01T00:00:00", "end": "2026-10-02T00:00:00Z"}, "has no zone; write 2026-10-01T00:00:00Z"),
        ({"start": "2026-10-01", "end": "2026-10-02T00:00:00Z"}, "is no time such as"),
        ({"start": "2026-02-30T00:00:00Z", "end": "2026-10-02T00:00:00Z"}, "not in the calendar"),
        ({"start": "0001-01-01T00:00:00+14:00", "end": "2026-10-02T00:00:00Z"}, "not in the calendar"),
        ({"start": "2026-10-01T00:00:00.0001Z", "end": "2026-10-02T00:00:00Z"}, "is no time such as"),
        ({"day": "2026-10-32"}, "is no date such as"),
        ({"day": "20261005"}, "is no date such as"),
        ({"month": "2026-13"}, "is no month such as"),
        ({"month": "0000-01"}, "is no month such as"),
        ({"days": 1, "before": "yesterday"}, "is no date such as"),
        ({"days": 0, "before": "2026-10-05"}, "end is not after its start"),
        ({"start": "2026-10-01T00:00:00Z"}, "neither start and end"),
    ],
)
def test_what_is_no_window_says_why(stated: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_window(stated)


@pytest.mark.parametrize(
    "stated", [{"days": 10**9, "before": "2026-10-05"}, {"month": "9999-12"}, {"day": "9999-12-31"}]
)
def test_what_lies_outside_the_calendar_is_no_window_either(stated: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="calendar"):
        read_window(stated)


@given(
    st.integers(0, 4_000_000_000_000).map(lambda count: EPOCH + count * MILLISECOND),
    st.integers(1, 400 * 86_400_000),
    st.integers(86_400_000, 40 * 86_400_000),
)
def test_parts_leave_no_gap_and_overlap_nowhere(start: datetime.datetime, length: int, longest: int) -> None:
    window, most = Window(start, start + length * MILLISECOND), longest * MILLISECOND
    parts = window.parts(most)
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(left.end == right.start for left, right in itertools.pairwise(parts))
    assert all(part.length == most for part in parts[:-1])
    assert datetime.timedelta() < parts[-1].length <= most


@given(
    st.datetimes(timezones=st.just(datetime.UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
)
def test_a_moment_is_spelled_so_that_it_reads_the_same(moment: datetime.datetime) -> None:
    assert instant(spell(moment)) == moment


def test_a_window_within_the_limit_is_one_part() -> None:
    assert Window(NOON, NOON + DAY).parts(DAY) == (Window(NOON, NOON + DAY),)
