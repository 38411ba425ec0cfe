from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.api.limiter import WINDOW, Limiter, Pace
from reconciler.errors import OutOfTime

from .builders import TestClock


def test_requests_go_at_once_while_there_is_room(clock: TestClock) -> None:
    limiter = Limiter(300, clock)
    for _ in range(300):
        limiter.admit()
    assert clock.slept == []


def test_the_next_one_waits_until_the_first_is_a_minute_old(clock: TestClock) -> None:
    limiter = Limiter(3, clock)
    for _ in range(3):
        limiter.admit()
        clock.at += 10
    limiter.admit()
    assert sum(clock.slept) == pytest.approx(30)


@given(rate=st.integers(1, 20), gaps=st.lists(st.floats(0, 40), min_size=1, max_size=60))
def test_no_minute_ever_holds_more_than_the_rate(rate: int, gaps: list[float]) -> None:
    clock = TestClock()
    limiter, sent = Limiter(rate, clock), []
    for gap in gaps:
        clock.at += gap
        limiter.admit()
        sent.append(clock.monotonic())
    assert all(later - earlier >= WINDOW - 1e-3 for earlier, later in zip(sent, sent[rate:], strict=False))


def test_a_pause_stops_everybody_once(clock: TestClock) -> None:
    limiter = Limiter(300, clock)
    limiter.pause(20)
    limiter.pause(5)
    limiter.admit()
    limiter.admit()
    assert sum(clock.slept) == pytest.approx(20)


def headers(count: int | str, allowed: int | str, reset: int | str) -> dict[str, str]:
    return {
        f"inin-ratelimit-{name}": str(value)
        for name, value in zip(("count", "allowed", "reset"), (count, allowed, reset), strict=True)
    }


def test_a_used_up_budget_of_the_organisation_is_waited_out(clock: TestClock) -> None:
    limiter = Limiter(300, clock)
    limiter.learn(headers(179, 180, 44))
    limiter.admit()
    assert clock.slept == []
    limiter.learn(headers(180, 180, 44))
    limiter.admit()
    assert sum(clock.slept) == pytest.approx(44)


@pytest.mark.parametrize(
    "odd", [{}, headers("", "", ""), headers("x", 1, 1), headers("9" * 99, 1, 1), headers(-1, 0, 1)]
)
def test_headers_that_make_no_sense_are_passed_over(clock: TestClock, odd: dict[str, str]) -> None:
    limiter = Limiter(300, clock)
    limiter.learn(odd)
    limiter.admit()
    assert clock.slept == []


def test_a_reset_in_the_far_future_is_not_believed(clock: TestClock) -> None:
    limiter = Limiter(300, clock)
    limiter.learn(headers(1, 1, 86_400))
    limiter.admit()
    assert sum(clock.slept) <= 2 * WINDOW


def test_a_wait_past_the_deadline_is_not_begun(clock: TestClock) -> None:
    limiter = Limiter(300, clock, deadline=10)
    limiter.pause(11)
    with pytest.raises(OutOfTime) as caught:
        limiter.admit()
    assert (caught.value.exit_code, clock.slept) == (1, [])
    assert "--timeout" in caught.value.hint


@pytest.mark.parametrize("after", [0, 0.5])
def test_from_the_deadline_on_nothing_goes(clock: TestClock, after: float) -> None:
    limiter = Limiter(300, clock, deadline=10)
    clock.at += 10 + after
    with pytest.raises(OutOfTime):
        limiter.admit()


def test_closing_ends_the_waiting(clock: TestClock) -> None:
    limiter = Limiter(300, clock)
    limiter.pause(100)
    limiter.close()
    with pytest.raises(OutOfTime, match="ending"):
        limiter.admit()
    assert sum(clock.slept) <= 1


def test_threads_share_one_pace(clock: TestClock) -> None:
    limiter = Limiter(100, clock)
    threads = [threading.Thread(target=lambda: [limiter.admit() for _ in range(10)]) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.monotonic() >= WINDOW - 1e-6  # 160 requests do not fit into one minute


def test_what_the_organisation_says_last_is_kept(clock: TestClock) -> None:
    limiter = Limiter(300, clock)
    assert limiter.pace is None
    limiter.learn(headers(7, 180, 44))
    limiter.learn(headers("x", 180, 44))
    assert limiter.pace == Pace(7, 180, 44)
