"""At a terminal, in a pipe, and under Ctrl-C: the program in a process of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import orjson
import pytest

from proofs.crashing import Act, started

from .project import SUPPORT, Project, purpose, schema, text
from .shell import at_a_terminal, in_the_background, piped, plain

pytestmark = pytest.mark.long

PURPOSES = "/api/v2/privacy/purposes"


# At a terminal.


def test_yes_applies_the_plan_that_was_shown(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply") as running:
        running.until("Apply these changes? [y/N]:")
        assert "1 to create" in plain(running.seen)
        assert project.effects() == []
        running.say("y\n")
        assert running.ended() == 0
    assert "1 done; 1 written to the organisation" in plain(running.seen)
    assert project.actions() == [("create", "Support")]


def test_no_applies_nothing(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply") as running:
        running.until("Apply these changes? [y/N]:")
        running.say("\n")
        assert running.ended() == 1
    assert "Error: Nothing was applied" in plain(running.seen)
    assert project.effects() == []


def test_ctrl_c_at_the_question_ends_it_at_once(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply") as running:
        running.until("Apply these changes? [y/N]:")
        assert running.interrupted() == 130
    assert "Interrupted." in plain(running.seen)
    assert project.effects() == []


def test_the_question_is_asked_where_programs_read_the_output_too(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply", "-o", "json=report.json") as running:
        running.until("1 to create")
        running.until("Apply these changes?")
        running.say("y\n")
        assert running.ended() == 0
    assert orjson.loads((project.root / "report.json").read_bytes())["document"] == "report"


def test_nothing_to_do_asks_nothing(project: Project) -> None:
    project.applied(purpose())
    with at_a_terminal(project, "apply") as running:
        assert running.ended() == 0
    assert "No changes." in plain(running.seen)


def test_a_terminal_gets_colour_and_a_file_gets_none(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "plan", "-o", "human", "-o", "human=plan.txt") as running:
        assert running.ended() == 0
    assert "\x1b[" in running.seen
    assert "\x1b" not in (project.root / "plan.txt").read_text()


def test_no_color_is_honoured(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply", "--auto-approve", NO_COLOR="1") as running:
        assert running.ended() == 0
    assert "\x1b" not in running.seen
    assert "create Purpose/Support: done" in running.seen


# In a pipe.


def test_without_a_terminal_progress_is_plain_lines(project: Project) -> None:
    project.write(purpose())
    done = piped(project, "reconciler apply --auto-approve")
    assert "\x1b" not in done.stdout + done.stderr
    first, second = done.stderr.splitlines()
    assert first == "create Purpose/Support: started"
    assert second.startswith("create Purpose/Support: done in ")


def test_a_reader_who_goes_away_is_no_accident(project: Project) -> None:
    done = piped(project, "for i in 1 2 3; do reconciler explain | head -1; done")
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 3


def test_an_apply_goes_on_when_nobody_reads_its_progress_and_its_report_is_written(project: Project) -> None:
    project.write(*(purpose(f"Purpose_{number}") for number in range(5)))
    piped(project, "set -o pipefail; reconciler apply --auto-approve -o human -o json=report.json 2>&1 | true")
    assert len(project.effects()) == 5
    assert len(project.rows()) == 5
    assert orjson.loads((project.root / "report.json").read_bytes())["summary"]["done"] == 5


def test_closed_streams_are_no_accident(project: Project) -> None:
    project.write(purpose())
    done = piped(project, "reconciler apply <&-")
    assert (done.returncode, "Error: Nobody is there" in done.stdout) == (1, True)
    assert piped(project, "reconciler plan -o json=plan.json >&- 2>&-").returncode == 0
    assert orjson.loads((project.root / "plan.json").read_bytes())["document"] == "plan"
    assert piped(project, "reconciler plan --detailed-exitcode >&-").returncode == 2
    assert piped(project, "reconciler apply --auto-approve <&- >&- 2>&-").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_output_is_an_error(project: Project) -> None:
    project.write(purpose())
    done = piped(project, "reconciler plan > /dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: A file cannot be written")


# Ctrl-C.


def test_an_interrupted_apply_ends_what_is_under_way_and_keeps_the_ledger_true(
    project: Project, tmp_path: Path
) -> None:
    project.write(purpose("Alpha"), purpose("Beta"))
    words = ["apply", "--auto-approve", "--parallelism", "1", "--dir", str(project.manifests)]
    log = tmp_path / "apply.log"
    with started(words, project.environment, log, Act.HOLD, f"after POST {PURPOSES}") as running:
        running.reached()
        os.kill(running.process.pid or 0, signal.SIGINT)
        running.says("what is in flight is finished first")
        running.go_on()
        assert running.wait() == 130
    assert [str(address) for address in project.rows()] == ["Purpose/Alpha"]
    assert project.apply().outcomes == {"Purpose/Beta": "done"}
    assert len(project.effects()) == 2


def test_a_second_ctrl_c_ends_it_at_once_and_the_next_run_finds_out(project: Project) -> None:
    project.configure(timing={"connect": "2s", "request": "50s", "settle": "55s"})
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "hang", when="after")
    with in_the_background(project, "apply", "--auto-approve") as running:
        project.awaits("POST", PURPOSES)
        running.interrupt()
        running.until("Once more to stop at once.")
        running.interrupt()
        assert running.ended() == 130
    assert project.rows() == {}
    assert project.apply().code == 0
    assert project.row(SUPPORT).origin == "created"
    assert project.actions() == [("create", "Support")]


def test_ctrl_c_ends_a_plan_at_once_though_the_server_hangs(project: Project) -> None:
    project.configure(timing={"connect": "2s", "request": "50s", "settle": "55s"})
    project.write(purpose())
    project.control.fault(f"GET {PURPOSES}", "hang")
    with in_the_background(project, "plan") as running:
        project.awaits("GET", PURPOSES)
        running.interrupt()
        assert running.ended() == 130
    assert plain(running.seen).endswith("Interrupted.")


def test_a_plan_made_in_one_process_is_applied_in_another(project: Project) -> None:
    project.write(schema(text("a")), purpose())
    done = piped(project, "reconciler plan --out plan.json 2>/dev/null && reconciler apply plan.json")
    assert done.returncode == 0
    assert os.access(project.ledger, os.R_OK)
    assert len(project.effects()) == 2
