"""Lengths of time."""

from __future__ import annotations

import pytest
from reconciler.model.duration import parse_days, parse_seconds, spell_days


@pytest.mark.parametrize("text", ["180d", "P180D", "0180d"])
def test_days_have_two_spellings(text: str) -> None:
    assert parse_days(text) == 180


@pytest.mark.parametrize(
    "text", ["6 months", "P6M", "180", "180D", "P180d", "-1d", "1.5d", "", "180d\n", "٣d", "9999999d"]
)
def test_what_is_no_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number of days"):
        parse_days(text)


def test_the_canonical_spelling_reads_back() -> None:
    assert parse_days(spell_days(365)) == 365


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("2m", 120), ("1h", 3600), ("500ms", 0.5), ("1.5s", 1.5)])
def test_short_times_have_units(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["30", "30 s", "s", "2min", "-1s", "1e3s", ""])
def test_a_time_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_seconds(text)
