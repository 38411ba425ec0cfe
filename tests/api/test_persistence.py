from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from reconciler.api import Client
from reconciler.api.repeat import POLICY
from reconciler.errors import ApiError, OutOfTime, Unknown
from reconciler.model.project import Timing
from reconciler.sandbox import Sandbox

from .builders import NOON, PURPOSE, PURPOSES, TOKEN, TestClock, asked, client, purpose

LIST = f"GET {PURPOSES}"


def test_retry_after_is_waited_for_to_the_second(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    sandbox.control.fault(LIST, "status", status=429, retry_after=17)
    api.list(PURPOSE)
    assert sum(clock.slept) == pytest.approx(17)


def test_retry_after_can_be_a_date(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    date = format_datetime(datetime.fromtimestamp(NOON + 25, UTC), usegmt=True)
    sandbox.control.fault(LIST, "status", status=429, retry_after=date)
    api.list(PURPOSE)
    assert sum(clock.slept) == pytest.approx(25)


@pytest.mark.parametrize("odd", [None, "soon", "-5", "9" * 50, "1.5", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"])
def test_without_a_retry_after_the_wait_begins_at_a_second(
    sandbox: Sandbox, api: Client, clock: TestClock, odd: str | None
) -> None:
    sandbox.control.fault(LIST, "status", status=429, retry_after=odd)
    api.list(PURPOSE)
    assert 1 <= sum(clock.slept) <= 1.5


def test_a_503_may_ask_for_a_wait_too(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    sandbox.control.fault(LIST, "status", status=503, retry_after=40)
    api.list(PURPOSE)
    assert sum(clock.slept) == pytest.approx(40)


def test_waits_double(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    sandbox.control.fault(LIST, "cut", times=4)
    api.list(PURPOSE)
    assert 1 + 2 + 4 + 8 <= sum(clock.slept) <= 1.5 * (1 + 2 + 4 + 8)


def test_tries_are_bounded_and_the_last_failure_is_reported_with_their_count(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LIST, "status", status=500, times=None, message="boom")
    with pytest.raises(ApiError) as caught:
        api.list(PURPOSE)
    assert asked(sandbox, "GET") == POLICY.tries
    assert (caught.value.exit_code, caught.value.status) == (1, 500)
    assert "HTTP 500; boom" in caught.value.detail
    assert f"Tried {POLICY.tries} times." in caught.value.detail


def test_throttling_has_a_bound_of_its_own(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LIST, "status", status=429, retry_after=1, times=None)
    with pytest.raises(ApiError, match="slower pace") as caught:
        api.list(PURPOSE)
    assert asked(sandbox, "GET") == POLICY.throttles
    assert "requestsPerMinute" in caught.value.hint


def test_throttling_does_not_use_up_the_tries(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LIST, "status", status=429, retry_after=1, times=8)
    sandbox.control.fault(LIST, "cut", skip=8, times=4)
    assert api.list(PURPOSE) == ()


def test_a_wait_of_an_hour_is_not_waited(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    sandbox.control.fault(LIST, "status", status=429, retry_after=3600)
    with pytest.raises(ApiError, match="slower pace"):
        api.list(PURPOSE)
    assert clock.slept == []


def test_a_pause_is_everybodys(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    sandbox.control.fault(LIST, "status", status=429, retry_after=50, times=None)
    with client(sandbox.environment(), clock, deadline=40) as short:
        with pytest.raises(OutOfTime):
            short.list(PURPOSE)
        with pytest.raises(OutOfTime):
            short.organisation()
    assert clock.slept == []


def test_the_deadline_is_said_with_what_went_wrong_before(sandbox: Sandbox, clock: TestClock) -> None:
    sandbox.control.fault(LIST, "status", status=503, times=None, message="boom")
    with client(sandbox.environment(), clock, deadline=5) as api, pytest.raises(OutOfTime) as caught:
        api.list(PURPOSE)
    assert "Before that: HTTP 503; boom" in caught.value.detail
    assert caught.value.where.startswith(f"GET {PURPOSES}")
    assert sum(clock.slept) <= 5


def test_a_write_that_may_have_happened_is_unknown_when_the_time_is_up(sandbox: Sandbox, clock: TestClock) -> None:
    live_id = sandbox.control.create("purposes", purpose())["id"]
    sandbox.control.fault(f"PUT {PURPOSES}/*", "status", status=503, retry_after=60, when="after")
    with client(sandbox.environment(), clock, deadline=30) as api, pytest.raises(Unknown):
        api.replace(PURPOSE, live_id, purpose(description="new"), version=1)


def test_a_server_that_hangs_is_given_up(sandbox: Sandbox) -> None:
    sandbox.control.fault(LIST, "hang", times=None)
    # With a token given, so that nothing has to be answered in so short a time.
    with (
        client({**sandbox.environment(), **TOKEN}, timing=Timing(request=0.05)) as api,
        pytest.raises(ApiError) as caught,
    ):
        api.list(PURPOSE)
    sandbox.control.rest()
    assert (caught.value.status, caught.value.summary) == (0, "The organisation does not answer as it should")
    assert "timed out" in caught.value.detail.lower()
    assert asked(sandbox, "GET") == POLICY.tries


def test_the_pace_of_the_organisation_is_kept_without_a_single_429(sandbox: Sandbox, clock: TestClock) -> None:
    """The sandbox counts in its own clock, which stands still: whatever waits, waits because of the headers."""
    sandbox.control.freeze()
    sandbox.control.settings(token_rate=20)
    with client(sandbox.environment(), clock) as api:
        for _ in range(20):
            api.organisation()
        assert clock.slept == []
        sandbox.control.advance(60)
        api.organisation()
    assert sum(clock.slept) == pytest.approx(60)
    assert {each.status for each in sandbox.control.requests()} == {200}
