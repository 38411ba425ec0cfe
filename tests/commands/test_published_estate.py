"""The example estate in `manifests/published/`: what any organisation can take, also one without the design documents'
endpoints."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from reconciler.kinds import KINDS
from reconciler.model.kind import Origin

from .project import Project

ESTATE = Path(__file__).parents[2] / "manifests" / "published"


@pytest.fixture
def estate(project: Project) -> Project:
    shutil.rmtree(project.manifests)
    shutil.copytree(ESTATE, project.manifests, ignore=shutil.ignore_patterns(".reconciler"))
    everything = project.control.settings()["offered"]
    project.control.settings(offered=[name for name in everything if name.endswith("schemas") and "flex" not in name])
    return project


def test_it_has_every_published_kind_and_no_other(estate: Project) -> None:
    kinds = Counter(change["kind"] for change in estate.plan().document["changes"])
    assert kinds.keys() == {name for name, kind in KINDS.items() if kind.origin is Origin.PUBLISHED}


def test_it_converges_in_one_apply_and_its_second_plan_is_empty(estate: Project) -> None:
    applied = estate.apply()
    assert (applied.code, set(applied.outcomes.values())) == (0, {"done"})
    assert estate.plan("--detailed-exitcode").code == 0
    assert estate.run("apply", "--auto-approve").says("No changes.")


def test_it_is_a_project_of_its_own_beside_the_other_example(project: Project) -> None:
    shutil.rmtree(project.manifests)
    shutil.copytree(ESTATE.parent, project.manifests, ignore=shutil.ignore_patterns(".reconciler"))
    kinds = {change["kind"] for change in project.plan().document["changes"]}
    assert kinds == {"Purpose", "FlexSchema", "Webhook", "RetentionRule"}
