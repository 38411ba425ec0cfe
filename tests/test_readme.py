"""What the README says is so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from reconciler.kinds import KINDS
from reconciler.manifest import Setting, load, read_project
from reconciler.model.address import Address
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


def test_the_environments_are_valid_and_differ_as_the_text_says() -> None:
    example = README.split("## Environments")[1].split("```yaml")[1].split("```")[0]
    file, problems = read_project(
        "reconciler.yaml", f"apiVersion: reconciler/v1\nkind: Project\n{example}".encode(), KINDS
    )
    assert (problems, file.default, [*file.settings]) == ((), "dev", ["dev", "prod"])
    found = {name: _fields_and_retention(setting) for name, setting in file.settings.items()}
    assert found == {
        "dev": (["customerId", "score"], "30d", {"tier": "test"}),
        "prod": (["customerId", "legacy"], "180d", {}),
    }


def _fields_and_retention(setting: Setting) -> tuple[list[str], str, Mapping[str, str]]:
    head = "apiVersion: reconciler/v1\nkind: {}\nmetadata: {{name: {}}}\nspec:\n"
    fields = "  fields: [{name: customerId, type: string}, {name: legacy, type: string}]\n"
    why = "  description: Why\n  legalBasis: consent\n  retention: ${values.supportRetention}\n"
    texts = (
        f"{head.format('FlexSchema', 'customer')}  description: Customers\n{fields}",
        f"{head.format('Purpose', 'Support')}{why}",
    )
    files = [(f"{index}.yaml", text.encode()) for index, text in enumerate(texts)]
    estate, problems = load(files, kinds=KINDS, project=setting.project, variation=setting.variation)
    assert problems == ()
    customer, support = (estate.manifests[Address.parse(each)] for each in ("FlexSchema/customer", "Purpose/Support"))
    return [each["name"] for each in customer.normal["fields"]], support.normal["retention"], customer.labels


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_every_link_leads_to_a_file(path: str) -> None:
    assert (ROOT / path).is_file()


def test_ci_runs_the_readmes_own_test_command() -> None:
    assert README.count("<!-- test-command -->") == 1
    assert "test-command" in (ROOT / ".ci/run").read_text()
