"""An endpoint that only fails is left alone, and one that asks for a pause gets it from everybody."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from reconciler.archive.reach import MOST_LOST, Reach
from reconciler.errors import ArchiveOutOfReach


@dataclass
class Time:
    at: float = 0.0
    paused: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.at += seconds


def reach(time: Time) -> Reach:
    return Reach("https://archive.example.com/a", time, time.sleep)


def test_so_many_failures_in_a_row_and_no_more_are_tried() -> None:
    made = reach(Time())
    for _ in range(MOST_LOST):
        made.check()
        made.given_up()
    with pytest.raises(ArchiveOutOfReach) as caught:
        made.check()
    assert "5 archives in a row" in caught.value.detail


def test_one_that_answers_in_between_begins_the_count_anew() -> None:
    made = reach(Time())
    for _ in range(3 * MOST_LOST):
        made.given_up()
        made.answered()
        made.check()


def test_a_pause_is_for_everybody_and_the_longest_counts() -> None:
    time = Time()
    made = reach(time)
    made.throttled(7)
    made.throttled(3)
    made.await_turn()
    made.await_turn()
    assert (time.paused, time.at) == ([7], 7)
