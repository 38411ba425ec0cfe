from __future__ import annotations

import pytest
from reconciler.api.servertime import ServerTime

from .builders import TestClock


@pytest.mark.parametrize(
    "odd", ["", "now", "Mon, 99 Jan 2030 00:00:00 GMT", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
def test_a_date_that_is_none_is_passed_over(clock: TestClock, odd: str) -> None:
    time = ServerTime(clock)
    time.learn({"date": odd})
    assert time.now() == clock.now()
    assert not time.is_known


def test_a_date_that_is_one_is_known(clock: TestClock) -> None:
    time = ServerTime(clock)
    time.learn({"date": "Mon, 07 Jan 2030 00:00:00 GMT"})
    assert time.is_known
    assert time.now() != clock.now()
