"""Jobs go on by the sandbox's clock or by control (contract §5: `COMPLETED` and `FAILED` are terminal)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .exporting import EXPORTS, MINE, NOBODY, PRIVACY, exported, submitted


@pytest.fixture(params=["privacy_requests", "data_exports"])
def path(request: pytest.FixtureRequest, call: Caller) -> str:
    """Where a job under way is found."""
    if request.param == "privacy_requests":
        return f"{PRIVACY}/{submitted(call)}"
    return f"{EXPORTS}/{exported(call)}"


def job(path: str) -> str:
    return path.rpartition("/")[2]


def status(call: Caller, path: str) -> str:
    return str(call("GET", path).json()["status"])


def test_a_job_goes_on_by_the_clock(call: Caller, control: Control, path: str) -> None:
    """Before them `QUEUED`, `PROCESSING`."""
    seen = [status(call, path)]
    for _ in range(4):
        control.advance(0.5)
        seen.append(status(call, path))
    assert seen == ["QUEUED", "QUEUED", "PROCESSING", "PROCESSING", "COMPLETED"]


def test_a_long_time_is_several_stages(call: Caller, control: Control, path: str) -> None:
    control.advance(1800)
    assert status(call, path) == "COMPLETED"
    moves = [(effect.action, effect.by) for effect in control.effects() if effect.by == "platform"]
    assert moves == [("replace", "platform")] * 2


def test_stages_have_names_and_durations_of_their_own(call: Caller, control: Control, path: str) -> None:
    """Any other status means "keep following"."""
    control.settings(export_stages={"QUEUED": 10, "COMPACTING": 5, "PROCESSING": 1})
    seen = []
    for seconds in (9, 1, 5, 1):
        control.advance(seconds)
        seen.append(status(call, path))
    assert seen == ["QUEUED", "COMPACTING", "PROCESSING", "COMPLETED"]


def test_a_stage_without_an_end_waits_for_control(call: Caller, control: Control, path: str) -> None:
    control.settings(export_stages={"QUEUED": None, "PROCESSING": 1})
    control.advance(1800)
    assert status(call, path) == "QUEUED"
    control.step_export(job(path))
    assert status(call, path) == "PROCESSING"
    control.advance(1)
    assert status(call, path) == "COMPLETED"


def test_control_completes_and_fails_at_once(call: Caller, control: Control) -> None:
    first, second = exported(call), exported(call)
    control.complete_export(first)
    control.fail_export(second, "No.")
    assert [status(call, f"{EXPORTS}/{each}") for each in (first, second)] == ["COMPLETED", "FAILED"]


def test_the_end_is_the_end(call: Caller, control: Control, path: str) -> None:
    """`COMPLETED` and `FAILED` are terminal."""
    control.complete_export(job(path))
    for move in (control.complete_export, control.fail_export, control.step_export):
        with pytest.raises(SandboxError, match="COMPLETED already"):
            move(job(path))
    control.advance(1800)
    assert status(call, path) == "COMPLETED"


def test_a_held_job_stays_where_it_is(call: Caller, control: Control, path: str) -> None:
    control.hold_export(job(path))
    control.advance(1800)
    assert status(call, path) == "QUEUED"
    control.release_export(job(path))
    assert status(call, path) == "COMPLETED"


def test_a_held_job_can_be_moved(call: Caller, control: Control, path: str) -> None:
    control.hold_export(job(path))
    control.step_export(job(path))
    control.advance(1800)
    assert status(call, path) == "PROCESSING"


def test_a_status_of_any_name_stays_until_it_is_moved(call: Caller, control: Control, path: str) -> None:
    control.put_export_status(job(path), "THINKING")
    control.advance(1800)
    assert status(call, path) == "THINKING"
    control.step_export(job(path))
    assert status(call, path) == "COMPLETED"


@pytest.mark.parametrize("end", ["COMPLETED", "FAILED"])
def test_an_end_is_no_stage(call: Caller, control: Control, path: str, end: str) -> None:
    with pytest.raises(SandboxError, match="complete and fail"):
        control.put_export_status(job(path), end)
    with pytest.raises(SandboxError, match=f"{end} is not before the end"):
        control.settings(export_stages={"QUEUED": 1, end: 1})


@pytest.mark.parametrize("stages", [{}, {"QUEUED": "1"}, ["QUEUED"]])
def test_stages_that_make_no_sense_are_refused(control: Control, stages: Any) -> None:
    before = control.settings()
    with pytest.raises(SandboxError, match="export_stages"):
        control.settings(export_stages=stages)
    assert control.settings() == before


def test_an_organisation_may_fail_everything(call: Caller, control: Control) -> None:
    control.settings(export_failure="Quota.")
    submitted(call)
    export = exported(call)
    control.advance(10)
    assert call("GET", f"{PRIVACY}/{MINE}").json()["failureReason"] == "Quota."
    assert call("GET", f"{EXPORTS}/{export}").json()["statusReason"] == "Quota."


def test_nobody_has_to_look_for_a_job_to_go_on(call: Caller, control: Control, path: str) -> None:
    """What control reads has caught up, and so has a saved state."""
    control.advance(10)
    assert control.objects(control.effects()[0].collection)[0]["status"] == "COMPLETED"


def test_jobs_go_on_with_a_clock_that_runs() -> None:
    with Sandbox.start(load={"settings": {"export_stages": {"QUEUED": 0.02}}}) as sandbox:
        export = exported(Caller(sandbox.url))
        until = time.monotonic() + 120
        while not (ends := sandbox.control.effects(by="platform")) and time.monotonic() < until:
            time.sleep(0.01)
        assert [effect.id for effect in ends] == [export]


@pytest.mark.parametrize("move", [{"move": "jump"}, {}, {"move": "enter"}, {"move": "step", "status": "X"}])
def test_a_move_that_makes_no_sense_is_refused(control: Control, call: Caller, move: dict[str, Any]) -> None:
    with pytest.raises(SandboxError, match="move"):
        control._move(exported(call), **move)


def test_a_job_that_is_not_there_cannot_be_moved(control: Control) -> None:
    with pytest.raises(SandboxError, match=NOBODY):
        control.complete_export(NOBODY)
