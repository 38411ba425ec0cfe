"""Files that a pull request could bring along, and that are not what they look like."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .project import Project, purpose

REFUSED = "A file cannot be read"


@pytest.mark.parametrize("link", ["manifests/a.yaml", "manifests/reconciler.yaml"])
def test_a_link_that_leads_out_of_the_project_shows_nothing_of_what_is_there(
    project: Project, tmp_path: Path, link: str
) -> None:
    (tmp_path / "secrets").write_text("aws_secret: hunter2: hunter2\n")
    (project.root / link).unlink(missing_ok=True)
    (project.root / link).symlink_to(tmp_path / "secrets")
    ran = project.run("validate")
    assert ran.fails_with(1, REFUSED, "leads out of")
    assert "hunter2" not in ran.flat


def test_a_linked_folder_outside_is_not_read_either(project: Project, tmp_path: Path) -> None:
    project.write(purpose(), to="../../elsewhere/a.yaml")
    (project.manifests / "linked").symlink_to(tmp_path / "elsewhere")
    assert project.run("validate").fails_with(1, REFUSED, "leads out of")


def test_a_folder_outside_is_read_where_it_is_named(project: Project, tmp_path: Path) -> None:
    project.write(purpose(), to="../../elsewhere/a.yaml")
    (project.root / "named").symlink_to(tmp_path / "elsewhere")
    assert project.run("validate", tmp_path / "elsewhere").code == 0
    assert project.run("validate", "named").code == 0


def test_a_repository_may_link_to_another_folder_of_its_own(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    project.write(purpose(), to="../../shared/a.yaml")
    (project.manifests / "a.yaml").symlink_to(tmp_path / "shared" / "a.yaml")
    monkeypatch.chdir(project.manifests)
    assert project.run("validate", ".").code == 0


@pytest.mark.parametrize("link", ["manifests/a.yaml", "manifests/reconciler.yaml"])
def test_what_never_ends_is_not_read(project: Project, link: str) -> None:
    (project.root / link).unlink(missing_ok=True)
    os.mkfifo(project.root / link)
    assert project.run("validate").fails_with(1, REFUSED, "neither a file nor a folder")


def test_a_link_to_nothing_is_no_question_of_permissions(project: Project) -> None:
    (project.manifests / "a.yaml").symlink_to("nowhere.yaml")
    ran = project.run("validate")
    assert ran.fails_with(1, REFUSED, "No such file", "Correct it, or take it away.")
    assert "permissions" not in ran.flat


def test_links_that_go_round_in_a_circle_are_an_error(project: Project) -> None:
    (project.manifests / "a.yaml").symlink_to("a.yaml")
    assert project.run("validate").fails_with(1, REFUSED, "a.yaml")
