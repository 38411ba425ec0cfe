"""Approved plans that can approve nothing here: each is refused, with a reason, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .approving import UNUSABLE, altered, merged, refused, reviewed
from .project import SUPPORT, Json, Project, Start, purpose, schema

Spoil = Callable[[Json], Json]


@pytest.fixture
def lived_in(project: Project) -> Project:
    """With a ledger, and an approved change of what is in it."""
    project.applied(purpose())
    reviewed(project, purpose(description="Better"))
    return project


def rewritten(spoil: Spoil, file: str = "pr.json") -> None:
    """The document as somebody has changed it, seal and all."""
    Path(file).write_text(json.dumps(spoil(json.loads(Path(file).read_text()))))


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"tool": "reconciler 0.0.1"}, "It was made by reconciler 0.0.1"),
        ({"tool": "reconciler 99.0"}, "It was made by reconciler 99.0"),
        ({"environment": "prod"}, "It is for the environment prod, and this is default"),
        ({"ledger_id": "another"}, "It was made with the ledger another"),
        ({"ledger_id": ""}, "It was made before there was a ledger"),
        ({"organisation": {"live_id": "o", "name": "O"}}, "It is for the organisation o"),
        ({"rebase": False}, "It was made with --on-conflict stop"),
        ({"standing": {SUPPORT: "standing/v9 sha256:0"}}, "approvals by another recipe"),
        ({"standing": {SUPPORT: "sha512:0"}}, "approvals by another recipe"),
        ({"changes": [{}]}, "The file is not a plan"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else given.rpartition(" ")[2],
)
def test_a_plan_that_was_not_made_for_this_place(lived_in: Project, members: dict[str, Any], why: str) -> None:
    assert why in refused(lived_in, altered("pr.json", **members), summary=UNUSABLE).document["detail"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda document: document | {"format_version": 1}, "The plan was made by an older version"),
        (lambda document: document | {"format_version": 99}, "The plan was made by a newer version"),
        (lambda document: document | {"seal": "sha256:" + "0" * 64}, "The plan file is damaged"),
        (lambda document: document | {"seal": "sha512:" + "0" * 128}, "The plan file is damaged"),
        (lambda document: document["plan"], "The file is not a plan"),
        (lambda document: [], "The file is not a plan"),
    ],
    ids=["older", "newer", "damaged", "unknown hash", "not sealed", "something else"],
)
def test_a_file_that_is_no_plan_of_ours(lived_in: Project, spoil: Spoil, why: str) -> None:
    rewritten(spoil)
    ran = refused(lived_in, "pr.json", summary=UNUSABLE)
    assert why in ran.document["detail"]
    assert ran.document["where"] == "pr.json"


def test_a_file_that_is_cut_off(lived_in: Project) -> None:
    content = Path("pr.json").read_bytes()
    Path("pr.json").write_bytes(content[: len(content) // 2])
    refused(lived_in, "pr.json", summary=UNUSABLE)


def test_a_file_that_is_not_there(lived_in: Project) -> None:
    refused(lived_in, "nowhere.json", summary=UNUSABLE)


def test_a_folder_without_plans(lived_in: Project) -> None:
    Path("approved").mkdir()
    refused(lived_in, "approved", summary="There is no approved plan")


def test_one_bad_plan_among_good_ones(lived_in: Project) -> None:
    Path("bad.json").write_text("{}")
    assert refused(lived_in, "pr.json", "bad.json", summary=UNUSABLE).document["where"] == "bad.json"


def test_a_plan_that_is_blocked(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(retention="90d"))
    assert project.plan("--out", "pr.json").code == 3
    assert "blocked by findings" in refused(project, "pr.json", summary=UNUSABLE).document["detail"]


def test_a_ledger_that_is_not_there_any_more_and_none_is_made(lived_in: Project) -> None:
    lived_in.ledger.unlink()
    before = lived_in.files()
    ran = merged(lived_in, "pr.json")
    assert (ran.code, ran.document["summary"]) == (4, UNUSABLE)
    assert "here is none" in ran.document["detail"]
    assert lived_in.wrote_nothing(before)


def test_a_ledger_that_was_not_there_then(project: Project) -> None:
    plan = reviewed(project, purpose())
    project.applied(schema())
    project.write(purpose(), schema())
    assert "before there was a ledger" in refused(project, plan, summary=UNUSABLE).document["detail"]


def test_a_ledger_in_which_there_is_nothing_yet_is_as_good_as_none(project: Project) -> None:
    plan = reviewed(project, purpose())
    project.write(purpose(), schema())
    assert merged(project, plan).code == 4
    project.write(purpose())
    assert merged(project, plan).outcomes == {SUPPORT: "done"}


def test_another_organisation(start: Start) -> None:
    there = start(name="there")
    plan = there.root / reviewed(there, purpose(), to=str(there.root / "pr.json"))
    here = start(name="here")
    here.control.load(
        {**here.control.state(), "organization": {"id": "5a9dbc0e-0000-4000-8000-000000000002", "name": "Here"}}
    )
    here.write(purpose())
    ran = merged(here, plan)
    assert (ran.code, ran.document["summary"]) == (4, UNUSABLE), str(ran)
    assert here.effects() == []


def test_nobody_and_nothing_to_approve_is_a_slip(project: Project) -> None:
    project.write(purpose())
    assert project.run("apply").fails_with(1, "Nobody is there to approve the plan", "approved ones")
