"""What a shell is told when somebody presses Tab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from reconciler.commands.completing import complete_environments

from .project import Project, purpose, schema

TAB = """
eval "$(reconciler completion bash)"
COMP_WORDS=({words}); COMP_CWORD={at}; _reconciler_completion reconciler; printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed(project: Project, *words: str) -> list[str]:
    """What bash offers behind these words, the last of which is begun."""
    program = project.root / "bin" / "reconciler"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
    program.chmod(0o755)
    quoted = " ".join(f"'{word}'" for word in ("reconciler", *words))
    ran = subprocess.run(
        ["bash", "-c", TAB.format(words=quoted, at=len(words))],
        cwd=project.root,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert ran.stderr == ""
    return ran.stdout.split()


def test_bash_completes_verbs_and_addresses(project: Project) -> None:
    project.write(purpose(), schema())
    assert completed(project, "va") == ["validate"]
    assert completed(project, "plan", "--target", "") == ["FlexSchema/customer", "Purpose/Support"]


def tab(project: Project, words: str) -> list[str]:
    at = str(len(words.split(" ")) - 1)
    ran = project.run(_RECONCILER_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=at)
    return [row.partition(",")[2] for row in ran.out.splitlines() if row]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("reconciler com", ["completion"]),
        ("reconciler completion ", ["bash", "zsh", "fish"]),
        ("reconciler state show Purp", ["Purpose/Support"]),
        ("reconciler drift Flex", ["FlexSchema/customer"]),
        ("reconciler schema purp", ["Purpose"]),
        ("reconciler plan --drift k", ["keep"]),
        ("reconciler plan --env d", []),
        ("reconciler plan --dir elsewhere --target ", []),
    ],
)
def test_what_can_be_typed_is_offered(project: Project, words: str, offered: list[str]) -> None:
    project.write(purpose(), schema())
    assert tab(project, words) == offered


def test_manifests_that_cannot_be_read_offer_what_they_seem_to_be(project: Project) -> None:
    project.write("kind: Purpose\nmetadata:\n  labels: {a: b}\n  name: 'Odd'\nspec: [\n")
    assert tab(project, "reconciler state show ") == ["Purpose/Odd"]


LOADED = """
import sys
from reconciler.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def test_the_verbs_are_offered_without_loading_them() -> None:
    pressed = {"_RECONCILER_COMPLETE": "bash_complete", "COMP_WORDS": "reconciler ", "COMP_CWORD": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], env={**os.environ, **pressed}, capture_output=True, text=True, timeout=300
    )
    assert "plain,validate" in ran.stdout
    assert "reconciler.commands.validate" not in ran.stderr.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(project: Project, shell: str) -> None:
    assert "_RECONCILER_COMPLETE" in project.run("completion", shell).out


def test_environments_are_offered_from_the_project_file(tmp_path: Path) -> None:
    text = "kind: Project\nenvironments:\n  # ours\n  dev: {}\n\n  'prod-eu':\n    region: x\ndefaultEnvironment: dev\n"
    (tmp_path / "reconciler.yaml").write_text(text)
    context = click.Context(click.Command("plan"))
    context.params = {"directory": tmp_path / "manifests"}
    argument = click.Argument(["name"])
    assert complete_environments(context, argument, "") == ["dev", "prod-eu"]
    assert complete_environments(context, argument, "p") == ["prod-eu"]
    context.params = {"directory": tmp_path / "x" / "y"}
    assert complete_environments(context, argument, "") == []
