"""`.pre-commit-hooks.yaml`, as pre-commit would run it in a user's repository."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from commands.project import Project, Ran, purpose

from .runner import REPO

HOOKS = {each["id"]: each for each in yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text())}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    from reconciler.sandbox import Sandbox

    monkeypatch.chdir(tmp_path)
    with Sandbox.start() as sandbox:
        return Project(tmp_path, sandbox)


def run(project: Project, hook: str, *staged: str) -> Ran:
    """With the staged files that it asks for, if it asks for any."""
    stated = HOOKS[hook]
    assert stated["language"] == "python"
    program, *words = shlex.split(stated["entry"])
    assert program == "reconciler"
    named = [each for each in staged if re.search(stated["files"], each)]
    assert named
    return project.run(*words, *(named if stated.get("pass_filenames", True) else ()))


def test_manifests_are_checked_together(project: Project) -> None:
    project.write(purpose())
    assert run(project, "reconciler-validate", "manifests/all.yaml", "README.md").code == 0
    project.write(purpose(retention="nonsense"), to="more.yaml")
    assert run(project, "reconciler-validate", "manifests/all.yaml").code == 1


def test_manifests_are_brought_into_their_form(project: Project) -> None:
    file = project.write("kind: Purpose\napiVersion: reconciler/v1\nmetadata: {name: A}\nspec:\n      description: x\n")
    assert run(project, "reconciler-fmt", "manifests/all.yaml", "README.md").code == 0
    assert file.read_text().startswith("apiVersion: reconciler/v1\nkind: Purpose\n")


def test_a_hook_wants_manifests_only() -> None:
    for hook in HOOKS.values():
        assert re.search(hook["files"], "manifests/purposes/a.yaml")
        assert not re.search(hook["files"], ".github/workflows/reconcile-plan.yml")
