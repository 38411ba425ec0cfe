"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from reconciler.kinds import KINDS
from reconciler.manifest import load, read_project
from reconciler.model.project import Project
from reconciler.render import kinds_markdown

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_table_of_kinds_is_the_commands() -> None:
    assert kinds_markdown(KINDS).strip() in README


def test_the_manifest_is_valid_but_for_what_it_points_at() -> None:
    example = README.split("## A manifest")[1].split("```yaml")[1].split("```")[0]
    _, problems = load([("README.md", example.encode())], kinds=KINDS, project=Project())
    assert {problem.code for problem in problems} == {"MF204"}


def test_the_policies_are_valid() -> None:
    example = README.split("## Policies")[1].split("```yaml")[1].split("```")[0]
    project, problems = read_project(
        "README.md", f"apiVersion: reconciler/v1\nkind: Project\n{example}".encode(), KINDS
    )
    assert (problems, [policy.code for policy in project.any.project.policies.own]) == ((), ["ORG001"])


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_every_link_leads_to_a_file(path: str) -> None:
    assert (ROOT / path).is_file()


def test_ci_runs_the_readmes_own_test_command() -> None:
    assert README.count("<!-- test-command -->") == 1
    assert "test-command" in (ROOT / ".ci/run").read_text()
