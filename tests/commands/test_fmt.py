"""`reconciler fmt`: files in their canonical form, on request or as a check."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import Project, text

ROUGH = "kind: Purpose\napiVersion: reconciler/v1\nmetadata: {name: Support}\nspec: {}   # none\n"
FINE = "apiVersion: reconciler/v1\nkind: Purpose\nmetadata: {name: Support}\nspec: {}   # none\n"


@pytest.fixture
def rough(project: Project) -> Path:
    assert project.run("fmt").code == 0
    return project.write(ROUGH)


def test_it_writes_and_names_the_files_that_change(project: Project, rough: Path) -> None:
    ran = project.run("fmt")
    assert (ran.code, ran.out, rough.read_text()) == (0, "manifests/all.yaml\n", FINE)
    assert project.run("fmt").out == ""


def test_a_check_writes_nothing_and_exits_2(project: Project, rough: Path) -> None:
    assert project.run("fmt", "--check").code == 2
    assert rough.read_text() == ROUGH
    rough.write_text(FINE)
    assert project.run("fmt", "--check").code == 0


def test_the_difference_is_shown_on_request(project: Project, rough: Path) -> None:
    ran = project.run("fmt", "--check", "--diff")
    assert "+apiVersion: reconciler/v1\n kind: Purpose\n-apiVersion: reconciler/v1\n" in ran.out


def test_only_the_files_named_are_touched(project: Project, rough: Path) -> None:
    other = project.write(ROUGH, to="other.yaml")
    assert project.run("fmt", "manifests/other.yaml").code == 0
    assert (rough.read_text(), other.read_text()) == (ROUGH, FINE)


def test_what_cannot_be_read_is_reported_and_the_others_are_formatted(project: Project, rough: Path) -> None:
    bad = project.write("a: 1\na: 2\n", to="bad.yaml")
    ran = project.run("fmt")
    assert (ran.code, ran.says("manifests/bad.yaml:2:1: MF007", "1 problem in 1 file")) == (1, True)
    assert (rough.read_text(), bad.read_text()) == (FINE, "a: 1\na: 2\n")


def test_a_file_with_anchors_is_left_and_named(project: Project) -> None:
    file = project.write("kind: &k Purpose\nb: *k\n", to="anchors.yaml")
    ran = project.run("fmt")
    assert ran.says("anchors.yaml: left as it is: it uses anchors")
    assert file.read_text() == "kind: &k Purpose\nb: *k\n"


def test_a_link_and_a_hidden_folder_are_not_followed(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(ROUGH)
    (project.manifests / "link.yaml").symlink_to(elsewhere)
    hidden = project.write(ROUGH, to=".hidden/a.yaml")
    assert project.run("fmt").code == 0
    assert (elsewhere.read_text(), hidden.read_text()) == (ROUGH, ROUGH)


def test_who_may_read_a_file_stays_as_it_is(project: Project, rough: Path) -> None:
    rough.chmod(0o600)
    assert project.run("fmt").code == 0
    assert rough.stat().st_mode & 0o777 == 0o600


def test_a_path_that_is_not_there_is_a_slip(project: Project) -> None:
    assert project.run("fmt", "nowhere").fails_with(1, "There is nothing to format", "nowhere")


def test_our_own_manifests_and_what_init_writes_are_formatted(project: Project) -> None:
    root = Path(__file__).parents[2]
    for place in (root / "manifests", root / "reconciler" / "commands" / "scaffold" / "estate"):
        assert project.run("fmt", "--check", place).code == 0


def test_what_import_writes_is_formatted(project: Project) -> None:
    body = {"name": "Sales", "description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}
    project.control.create("purposes", body)
    fields = [text("customerId", required=True), text("state", options=["open", "a rather long one" * 9])]
    project.control.create("flex_schemas", {"name": "customer", "description": "x", "fields": fields})
    assert project.run("import", "--all").code == 0
    assert project.run("fmt", "--check", "--diff", "manifests/purposes", "manifests/schemas").out == ""
