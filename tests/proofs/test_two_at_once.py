"""Two applies with one ledger: one at a time, and a killed one never stands in the way."""

from __future__ import annotations

from .crashing import Act, Child, started
from .desk import Desk, purpose

FIRST_POST = 7
"""The point before the first creation is sent: token and organisation, a ledger made, an intent noted."""


def held(desk: Desk) -> Child:
    """An apply in another process that has the lock and stands still before a call."""
    child = started(
        desk.arguments("apply", "--auto-approve"), desk.environment(), desk.root / "child.log", Act.HOLD, FIRST_POST
    )
    child.reached()
    return child


def test_the_second_apply_exits_6_and_names_the_first(desk: Desk) -> None:
    desk.write(purpose("First"), purpose("Second"))
    with held(desk) as child:
        second = desk.apply()

        assert second.code == 6, second
        assert f"process {child.process.pid}" in second.document["detail"]
        child.go_on()
        assert child.wait() == 0, child.told
    assert desk.creations() == ["First", "Second"]


def test_the_second_apply_waits_as_long_as_it_is_told(desk: Desk) -> None:
    desk.write(purpose("First"), purpose("Second"))
    with held(desk) as child:

        def let_the_first_finish() -> None:
            child.go_on()
            assert child.wait() == 0, child.told

        desk.time.meanwhile = let_the_first_finish
        second = desk.apply("--lock-timeout", "1m")

    assert second.code == 0, second
    assert second.changes == []
    assert desk.creations() == ["First", "Second"]


def test_a_plan_needs_no_lock(desk: Desk) -> None:
    desk.write(purpose("First"))
    with held(desk) as child:
        assert desk.plan().code == 0
        child.go_on()
        assert child.wait() == 0, child.told


def test_a_killed_apply_leaves_no_lock_behind(desk: Desk) -> None:
    desk.write(purpose("First"))
    with held(desk) as child:
        child.process.kill()
        child.wait()

    assert desk.apply().code == 0
    assert desk.creations() == ["First"]
