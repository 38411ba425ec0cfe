"""What is said on stderr, as JSON objects on request: one a line, and nothing else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from .project import SECRET, Project, Ran, purpose
from .shell import at_a_terminal, piped

JSON = {"RECONCILER_LOG_FORMAT": "json"}


def lines(ran: Ran) -> list[dict[str, Any]]:
    found = [orjson.loads(line) for line in ran.err.splitlines()]
    assert all(each["time"].endswith("Z") and each["level"] in ("info", "error") for each in found)
    return found


def test_progress_is_one_object_for_each_event(project: Project) -> None:
    project.write(purpose())
    started, finished = lines(project.apply(**JSON))
    assert (started["event"], started["address"], started["action"]) == ("started", "Purpose/Support", "create")
    assert (finished["event"], finished["outcome"]) == ("finished", "done")
    assert finished["live_id"]


@pytest.mark.parametrize("words", [["--log-format", "json", "apply"], ["apply", "--log-format", "json"]], ids=" ".join)
def test_the_option_stands_before_or_behind_the_verb(project: Project, words: list[str]) -> None:
    project.write(purpose())
    assert len(lines(project.run(*words, "--auto-approve"))) == 2


def test_the_option_wins_over_the_variable(project: Project) -> None:
    project.write(purpose())
    assert "create Purpose/Support: started" in project.apply("--log-format", "text", **JSON).err


def test_every_call_is_an_object_without_a_secret(project: Project) -> None:
    project.write(purpose())
    calls = [each for each in lines(project.apply("--log-level", "debug", **JSON)) if each.get("event") == "call"]
    assert {"POST", "GET"} <= {each["method"] for each in calls}
    assert all(each["status"] in (200, 201) and each["correlation_id"] for each in calls)
    assert SECRET not in repr(calls)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["apply"], "Nobody is there to approve the plan"),
        (["state", "show", "nonsense"], "Not an address"),
        (["aply"], "No such command 'aply'. Did you mean 'apply'?"),
        (["plan", "--drift", "perhaps"], "Invalid value for '--drift'"),
        (["audit", "verify"], "There is no ledger"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_object(project: Project, words: list[str], message: str) -> None:
    ran = project.run(*words, **JSON)
    [error] = lines(ran)
    assert ran.code == error["exit_code"] == 1
    assert error["level"] == "error"
    assert message in error["message"]


def test_a_format_that_is_none_is_refused(project: Project) -> None:
    ran = project.run("kinds", RECONCILER_LOG_FORMAT="xml")
    assert ran.code == 1
    assert ran.says("'xml' is not one of 'text', 'json'")


def test_the_result_is_as_it_is_without(project: Project) -> None:
    project.applied(purpose())
    assert project.run("state", "list", **JSON).out == project.run("state", "list").out


def test_on_a_terminal_nothing_moves(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply", "--auto-approve", **JSON) as running:
        assert running.ended() == 0
    assert "applying" not in running.seen
    assert '"event":"finished"' in running.seen


def test_in_a_pipe_every_line_is_one(project: Project) -> None:
    project.write(purpose())
    done = piped(project, "reconciler apply --auto-approve 2>&1 >/dev/null", **JSON)
    assert [orjson.loads(line)["level"] for line in done.stdout.splitlines()] == ["info", "info"]
