from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from reconciler.errors import LedgerError, LedgerLocked
from reconciler.state import hold, holder

from .builders import TestClock, as_nobody

DOOMED = """
import signal, sys, time
from types import SimpleNamespace
from reconciler.state import hold

clock = SimpleNamespace(now=time.time, monotonic=time.monotonic, sleep=time.sleep)
with hold(sys.argv[1], clock, command="doomed"):
    print("held", flush=True)
    signal.pause()
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "ledger.db"


def test_a_lock_says_who_holds_it(ledger: Path) -> None:
    with hold(ledger, TestClock(), command="reconciler apply"):
        found = holder(ledger)
    assert found is not None
    assert (found.pid, found.since, found.command) == (os.getpid(), "2026-11-01T12:00:00Z", "reconciler apply")


def test_a_lock_let_go_has_no_holder(ledger: Path) -> None:
    assert holder(ledger) is None
    with hold(ledger, TestClock()):
        pass
    assert holder(ledger) is None


def test_asking_for_the_holder_makes_no_file(ledger: Path) -> None:
    holder(ledger)
    assert not ledger.parent.exists()


def test_a_second_holder_is_told_of_the_first(ledger: Path) -> None:
    clock = TestClock()
    with (
        hold(ledger, clock, command="reconciler apply"),
        pytest.raises(LedgerLocked) as caught,
        hold(ledger, clock),
    ):
        raise AssertionError("both hold it")
    assert caught.value.exit_code == 6
    assert f"Held by process {os.getpid()} of " in caught.value.detail
    assert "since 2026-11-01T12:00:00Z: reconciler apply" in caught.value.detail
    assert sum(clock.slept) < 1


def test_a_timeout_is_waited_out(ledger: Path) -> None:
    clock = TestClock()
    with hold(ledger, clock), pytest.raises(LedgerLocked), hold(ledger, clock, timeout=30):
        raise AssertionError("both hold it")
    assert 30 <= sum(clock.slept) < 31


def test_a_lock_let_go_within_the_timeout_is_had(ledger: Path) -> None:
    clock = TestClock()
    first = hold(ledger, clock)
    first.__enter__()
    asleep = clock.sleep

    def sleep(seconds: float) -> None:
        asleep(seconds)
        if len(clock.slept) == 50:
            first.__exit__(None, None, None)

    clock.sleep = sleep  # type: ignore[method-assign]
    with hold(ledger, clock, timeout=30):
        assert len(clock.slept) == 50


def test_a_lock_dies_with_its_holder(ledger: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", DOOMED, str(ledger)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        assert child.stdout.readline() == "held\n"
        found = holder(ledger)
        assert found is not None
        assert (found.pid, found.command) == (child.pid, "doomed")
        child.send_signal(signal.SIGKILL)
    assert holder(ledger) is None
    with hold(ledger, TestClock()):
        pass


def test_an_error_inside_lets_go(ledger: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(ledger, TestClock()):
        raise ZeroDivisionError
    assert holder(ledger) is None


def test_a_lock_that_cannot_be_made_says_so() -> None:
    def take(directory: Path) -> None:
        with hold(directory / "ledger.db", TestClock()):
            pass

    told = as_nobody(lambda directory: None, take)
    assert told.startswith("LedgerError: The ledger cannot be locked")
    assert "Permission denied" in told


def test_a_holder_that_has_not_yet_said_who_it_is_is_still_one(ledger: Path) -> None:
    with hold(ledger, TestClock()):
        Path(f"{ledger}.lock").write_bytes(b"")
        assert "unknown user" in str(holder(ledger))


def test_a_lock_that_may_not_be_read_says_so() -> None:
    def locked_up(directory: Path) -> None:
        (directory / "in").mkdir()
        with hold(directory / "in" / "ledger.db", TestClock()):
            pass

    if os.geteuid() == 0:  # what root has made with mode 0600, nobody else may read
        told = as_nobody(locked_up, lambda directory: holder(directory / "in" / "ledger.db"))
        assert told.startswith("LedgerError: The ledger cannot be locked")


def test_a_lock_is_an_error_of_the_ledger() -> None:
    assert issubclass(LedgerLocked, LedgerError)
