"""The example estate in `manifests/`: it does what the README says."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from .project import Project

ESTATE = Path(__file__).parents[2] / "manifests"


@pytest.fixture
def estate(project: Project) -> Project:
    shutil.rmtree(project.manifests)
    shutil.copytree(ESTATE, project.manifests, ignore=shutil.ignore_patterns(".reconciler"))
    return project


def _edit(estate: Project, file: str, before: str, after: str) -> None:
    path = estate.manifests / file
    content = path.read_text()
    assert content.count(before) == 1
    path.write_text(content.replace(before, after))


def test_it_is_valid(estate: Project) -> None:
    assert estate.run("validate").code == 0


def test_it_is_large_enough_and_related(estate: Project) -> None:
    changes = estate.plan().document["changes"]
    kinds = Counter(change["kind"] for change in changes if change["action"] == "create")
    assert kinds["Purpose"] >= 8
    assert kinds["FlexSchema"] >= 5
    assert any(change["depends_on"] for change in changes)


def test_it_is_applied_and_then_nothing_is_left_to_do(estate: Project) -> None:
    assert estate.apply().code == 0
    assert len(estate.control.objects("purposes")) >= 8
    assert len(estate.control.objects("flex_schemas")) >= 5
    assert estate.plan("--detailed-exitcode").steps == []
    assert estate.run("apply", "--auto-approve").says("No changes.")


def test_an_edit_is_applied_with_one_call(estate: Project) -> None:
    estate.apply()
    _edit(estate, "purposes/service.yaml", "retention: 90d", "retention: 120d")
    assert estate.run("plan", "--out", "plan.json").says("1 to update")
    estate.control.forget()
    assert estate.run("apply", "plan.json").code == 0
    assert [each.method for each in estate.control.requests() if "purposes" in each.path] == ["PUT"]
    assert estate.actions() == [("replace", "Workforce_Planning")]
    assert estate.plan("--detailed-exitcode").code == 0


def test_a_new_field_leaves_everything_else_alone(estate: Project) -> None:
    estate.apply()
    estate.control.forget()
    field = "    - {name: priority, type: number}\n"
    _edit(estate, "schemas/service_case.yaml", field, field + "    - {name: severity, type: number}\n")
    assert estate.apply().outcomes == {"FlexSchema/service_case": "done"}
    assert estate.actions() == [("replace", "service_case")]
