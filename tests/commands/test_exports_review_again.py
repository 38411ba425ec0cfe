"""Export requests, a second hostile reading: what the first one's mends let through, and rules that had no test."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs.crashing import Act, killed, started

from .project import Project, purpose
from .test_exports_review import (
    DATA,
    EQUAL,
    NEVER_ENDING,
    PRIVACY,
    SEPTEMBER,
    applied,
    cut_before,
    data,
    listed,
    made,
    moves,
    project,
    room_for,
    stages,
    subject,
    there,
)

pytestmark = pytest.mark.long

__all__ = ["project"]


def test_a_new_manifest_under_a_former_name_is_asked_for_once_though_the_move_is_still_stated(project: Project) -> None:
    project.write(data("former"))
    applied(project, "--wait")
    project.write(data("latter"), moves("former", "latter"))
    applied(project, "--wait")
    stated = [data("latter"), data("former"), moves("former", "latter")]
    project.write(*stated)
    ran = project.apply("--wait")
    if ran.code == 0:
        assert project.plan("--detailed-exitcode").code == 0
        assert len(made(project)) <= 2


def test_a_paced_request_that_shows_late_has_not_failed(project: Project) -> None:
    project.write(data())
    project.control.fault(f"POST {DATA}", "status", status=429, retry_after=20)
    project.control.fault(f"POST {DATA}", "late", seconds=3, skip=1)
    applied(project, "--wait")
    assert stages(project) == {SEPTEMBER: "completed"}


def test_another_generation_asks_anew_however_many_equal_ones_there_are(project: Project) -> None:
    for _ in range(3):
        project.control.create("data_exports", EQUAL)
    project.write(data())
    applied(project, "--wait")
    assert made(project) == []
    project.write(data(generation=2))
    applied(project, "--wait")
    assert len(made(project)) == 1


@pytest.mark.parametrize("verb", [("exports", "wait"), ("apply", "--auto-approve", "--wait")], ids=["wait", "apply"])
def test_looks_become_rarer_and_never_rarer_than_once_a_minute(project: Project, verb: tuple[str, ...]) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(data())
    applied(project)
    project.control.forget()
    project.run(*verb, "--timeout", "1000")
    looks = [each for each in project.control.requests("GET") if each.path.startswith(f"{DATA}/")]
    assert 15 <= len(looks) <= 25


def test_a_saved_plan_that_was_killed_finds_what_it_has_made(project: Project, tmp_path: Path) -> None:
    project.write(data())
    assert project.run("plan", "--out", "it.plan").code == 0
    words = ["apply", "it.plan", "--dir", str(project.manifests)]
    state = project.control.state()
    with started(words, project.environment, tmp_path / "counted.log", Act.COUNT) as child:
        after = child.points().index(f"after POST {DATA}") + 1
    project.control.load(state)
    project.control.forget()
    for file in project.ledger.parent.iterdir():
        file.unlink()
    with started(words, project.environment, tmp_path / "killed.log", Act.KILL, after) as child:
        killed(child, project.control)
    assert project.run("apply", "it.plan").code == 0
    assert [each["id"] for each in listed(project)] == there(project)
    assert len(made(project)) == 1


def test_without_a_list_a_cut_off_privacy_request_is_made_once(project: Project) -> None:
    project.control.settings(withheld=["privacy_requests.list"])
    project.write(subject())
    project.control.fault(f"POST {PRIVACY}", "cut", when="before")
    applied(project)
    assert len(made(project)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_without_a_list_a_cut_off_data_export_is_in_doubt(project: Project, when: str) -> None:
    project.control.settings(withheld=["data_exports.list"])
    project.write(data())
    project.control.fault(f"POST {DATA}", "cut", when=when)
    ran = project.apply()
    assert ran.code == 5, str(ran)
    again = project.run("apply", "--auto-approve")
    assert again.code == 5, str(again)
    assert again.says(f"reconciler exports resolve {SEPTEMBER} --adopt ID")
    assert len(project.control.requests("POST", DATA)) == 1
    word = ("--adopt", *there(project)) if when == "after" else ("--resubmit",)
    resolved = project.run("exports", "resolve", SEPTEMBER, *word)
    assert resolved.code == 0, str(resolved)
    applied(project)
    assert len(made(project)) == 1


def test_a_manifest_can_be_left_out(project: Project) -> None:
    project.write(data(), purpose())
    assert project.plan("--exclude", SEPTEMBER).document["submissions"] == []
    assert project.plan("--exclude", "DataExport").document["submissions"] == []


def test_whoever_is_cut_off_in_one_address_does_not_hold_up_another(project: Project) -> None:
    room_for(project, 9)
    project.write(data("first"), data("second", window={"day": "2026-09-03"}))
    cut_before(project, EQUAL, EQUAL)
    ran = project.apply()
    assert ran.code == 5, str(ran)
    assert ran.outcomes == {"DataExport/first": "in doubt", "DataExport/second": "done"}


def test_a_signed_address_without_its_scheme_is_not_shown(project: Project) -> None:
    project.control.settings(export_failure="no such key: bucket.example.com/x.json?X-Amz-Signature=0a1b2c3d")
    project.write(data())
    project.run("apply", "--auto-approve", "--wait")
    assert "0a1b2c3d" not in project.run("exports", "show").flat
