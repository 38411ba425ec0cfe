"""Export requests whose answers are lost, or whose apply is killed: one effect each, whatever happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reconciler.sandbox.journal import Effect

from proofs.crashing import Act, killed, started

from .project import ROBOT, Json, Project, Start, manifest

pytestmark = pytest.mark.long

DATA = "/api/v2/dataexports"
PRIVACY = "/api/v2/data/privacy/requests"
REQUESTER = ROBOT
ADDRESS = "DataExport/september"
WINDOW = {"startDate": "2026-09-01T00:00:00Z", "endDate": "2026-10-01T00:00:00Z"}
EQUAL: Json = {"type": "conversation", "view": "full", "format": "jsonl"} | WINDOW


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[REQUESTER])


def subject(**spec: Any) -> Json:
    body = {"entityType": "user", "dataTypes": ["profile"], "window": {"month": "2026-09"}} | spec
    return manifest("PrivacyExport", "subject", body, None)


def data(**spec: Any) -> Json:
    return manifest("DataExport", "september", {"window": {"month": "2026-09"}} | spec, None)


both = pytest.mark.parametrize(("document", "path"), [(subject(), PRIVACY), (data(), DATA)], ids=["privacy", "data"])


def effects(project: Project) -> list[Effect]:
    return [effect for effect in project.control.effects(by="robot") if effect.action == "create"]


def posts(project: Project, path: str) -> int:
    return len(project.control.requests("POST", path))


def converges(project: Project) -> bool:
    """One more apply, and then nothing is left to do."""
    project.time.pass_by(60)
    ran = project.apply()
    assert ran.code == 0, str(ran)
    assert project.plan("--detailed-exitcode").code == 0
    return True


# Answers that never came.


@both
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("action", ["cut", "status"])
def test_an_unanswered_submission_takes_effect_once(
    project: Project, document: Json, path: str, when: str, action: str
) -> None:
    project.write(document)
    with_status: dict[str, Any] = {"status": 500} if action == "status" else {}
    project.control.fault(f"POST {path}", action, when=when, **with_status)
    project.apply()
    assert converges(project)
    assert len(effects(project)) == 1


@both
def test_an_effect_that_shows_late_is_not_made_twice(project: Project, document: Json, path: str) -> None:
    project.write(document)
    project.control.fault(f"POST {path}", "late", seconds=3)
    project.control.fault(f"POST {path}", "cut", when="after")
    project.apply()
    assert converges(project)
    assert len(effects(project)) == 1


@both
def test_an_answer_without_an_id_is_looked_for(project: Project, document: Json, path: str) -> None:
    project.write(document)
    named = "requestId" if path == PRIVACY else "id"
    project.control.fault(f"POST {path}", "mangle", remove=[named])
    project.apply()
    assert converges(project)
    assert len(effects(project)) == 1


@both
def test_a_refused_submission_is_over_and_made_by_the_next_apply(project: Project, document: Json, path: str) -> None:
    project.write(document)
    project.control.fault(f"POST {path}", "status", status=400, code="bad.request")
    assert project.apply().code != 0
    assert effects(project) == []
    assert converges(project)
    assert len(effects(project)) == 1


# A privacy request has our id.


def test_a_known_equal_request_is_found_by_its_id(project: Project) -> None:
    project.write(subject())
    assert project.apply().code == 0
    project.ledger.unlink()
    assert converges(project)
    assert len(effects(project)) == posts(project, PRIVACY) == 1


def test_a_known_equal_request_is_sent_back_where_there_is_no_list(project: Project) -> None:
    project.control.settings(withheld=["privacy_requests.list"])
    project.write(subject())
    assert project.apply().code == 0
    project.ledger.unlink()
    assert converges(project)
    assert len(effects(project)) == 1
    assert [each.status for each in project.control.requests("POST", PRIVACY)] == [202, 200]


def test_a_known_id_with_another_body_is_read(project: Project) -> None:
    project.control.settings(withheld=["privacy_requests.list"])
    project.write(subject())
    assert project.apply().code == 0
    request = project.control.objects("privacy_requests")[0]
    project.control.edit("privacy_requests", request["id"], {"format": "csv"}, force=True)
    project.ledger.unlink()
    assert converges(project)
    assert [each.status for each in project.control.requests("POST", PRIVACY)] == [202, 409]
    assert len(effects(project)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_organisation_that_gives_its_own_ids_is_asked_once(start: Start, when: str) -> None:
    project = start(settings={"request_ids": "server"}, clients=[REQUESTER])
    project.write(subject())
    project.control.fault(f"POST {PRIVACY}", "cut", when=when)
    project.apply()
    assert converges(project)
    assert len(effects(project)) == 1
    [row] = project.run("exports", "list", "-o", "json").document["requests"]
    assert row["id"] == project.control.objects("privacy_requests")[0]["id"] != row["key"]


# A data export has the organisation's.


def test_a_fresh_ledger_takes_over_an_equal_one_that_is_nobodys(project: Project) -> None:
    there = project.control.create("data_exports", EQUAL)
    project.write(data())
    [planned] = project.plan().document["submissions"]
    assert planned["taken"] == there["id"]
    assert project.run("plan").says("take over", "it is taken over")
    assert converges(project)
    assert posts(project, DATA) == 0


def test_another_one_is_not_taken_over(project: Project) -> None:
    project.control.create("data_exports", EQUAL | {"format": "csv"})
    project.write(data())
    assert converges(project)
    assert len(effects(project)) == 1


def in_doubt(project: Project) -> list[str]:
    """A submission that was cut off, and two exports that look like it."""
    project.write(data())
    project.control.fault(f"POST {DATA}", "cut", when="after")
    twin = {"operation": "create", "collection": "data_exports", "body": EQUAL}
    project.control.fault(f"POST {DATA}", "edit", edits=[twin], when="before")
    ran = project.apply()
    assert ran.code == 5, str(ran)
    assert ran.says("in doubt", f"reconciler exports resolve {ADDRESS} --adopt ID")
    return [each["id"] for each in project.control.objects("data_exports")]


def test_two_candidates_are_in_doubt_until_a_person_says(project: Project) -> None:
    ids = in_doubt(project)
    assert len(ids) == 2
    project.time.pass_by(60)
    again = project.apply()
    assert again.code == 5, str(again)
    assert again.says(*ids)
    assert posts(project, DATA) == 1
    assert project.run("exports", "resolve", ADDRESS, "--adopt", ids[1]).code == 0
    assert converges(project)
    assert posts(project, DATA) == 1
    assert project.run("exports", "list").says(ids[1])


def test_resubmitting_leaves_what_is_there_and_sends_one_more(project: Project) -> None:
    ids = in_doubt(project)
    assert project.run("exports", "resolve", ADDRESS, "--resubmit").code == 0
    assert converges(project)
    assert project.run("exports", "list", "-o", "json").document["requests"][0]["id"] not in ids
    assert posts(project, DATA) == 2


def test_one_that_is_not_there_cannot_be_adopted(project: Project) -> None:
    in_doubt(project)
    ran = project.run("exports", "resolve", ADDRESS, "--adopt", "00000000-0000-4000-8000-00000000dead")
    assert ran.fails_with(1, "The request is not there", "dead")
    assert project.run("exports", "resolve", ADDRESS).fails_with(1, "Say one of the two")
    assert project.run("exports", "resolve", "DataExport/other", "--resubmit").fails_with(1, "Nothing is in doubt")


# Killed.

SAMPLE = 3
"""Of every so many points one is tried every day."""


def rehearsed(project: Project, words: list[str], folder: Path) -> list[str]:
    """The names of all points, found by a rehearsal of which nothing is left."""
    state = project.control.state()
    with started(words, project.environment, folder / "counted.log", Act.COUNT) as child:
        points = child.points()
    undo(project, state)
    return points


def undo(project: Project, state: Json) -> None:
    project.control.load(state)
    project.control.forget()
    for file in (project.manifests / ".reconciler").iterdir():
        file.unlink()


def killed_everywhere(project: Project, folder: Path, document: Json, step: int) -> None:
    project.write(document)
    words = ["apply", "--auto-approve", "--dir", str(project.manifests)]
    points = rehearsed(project, words, folder)
    assert any("POST" in point for point in points)
    state = project.control.state()
    for at in range(1, len(points) + 1):
        if at % step and "POST /api/v2" not in points[at - 1]:
            continue
        with started(words, project.environment, folder / "killed.log", Act.KILL, at) as child:
            killed(child, project.control)
        assert converges(project), points[at - 1]
        assert len(effects(project)) == 1, points[at - 1]
        undo(project, state)


@pytest.mark.parametrize("document", [subject(), data()], ids=["privacy", "data"])
def test_killed_at_a_sample_of_points_there_is_one_effect(project: Project, tmp_path: Path, document: Json) -> None:
    killed_everywhere(project, tmp_path, document, SAMPLE)


@pytest.mark.long
@pytest.mark.parametrize("document", [subject(), data()], ids=["privacy", "data"])
def test_killed_at_any_point_there_is_one_effect(project: Project, tmp_path: Path, document: Json) -> None:
    killed_everywhere(project, tmp_path, document, 1)
