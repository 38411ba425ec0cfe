"""What a hostile reading of the team's workflow found, from the command line to the organisation."""

from __future__ import annotations

import pytest

from .project import Json, Project, purpose


def moved(before: str, after: str) -> Json:
    return {"apiVersion": "reconciler/v1", "moved": [{"from": before, "to": after}]}


# Selection.


@pytest.mark.parametrize("excluded", ["Purpose/Older", "Purpose/Newer"])
def test_half_a_move_is_neither_a_creation_nor_a_deletion(project: Project, excluded: str) -> None:
    project.applied(purpose("Older"))
    project.write(purpose("Newer"), moved("Purpose/Older", "Purpose/Newer"))
    ran = project.apply("--allow-delete", "--exclude", excluded)
    assert (ran.code, project.effects()) == (0, []), str(ran)


def test_a_name_that_was_not_filled_in_does_not_mean_the_whole_kind(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="Better"))
    ran = project.run("apply", "--auto-approve", "--target", "Purpose/")
    assert ran.fails_with(1, "Nothing to target", "Purpose/Support")
    assert project.effects() == []


# What a runner reads.


EVIL = "Why\n::stop-commands::x\n  ::add-mask::a\n##[group]y"


def obeyed(said: str) -> list[str]:
    return [row for row in said.splitlines() if row.lstrip().startswith("::") or "##[" in row]


@pytest.mark.parametrize(
    "words",
    [
        ("state", "show", "Purpose/Support"),
        ("state", "list"),
        ("audit", "log"),
        ("import", "Purpose"),
        ("import", "--dry-run", "Purpose"),
        ("drift",),
        ("plan",),
        ("show", "plan.json"),
    ],
)
def test_no_verb_says_to_a_runner_what_it_would_obey(project: Project, words: tuple[str, ...]) -> None:
    project.applied(purpose(description=EVIL))
    project.run("plan", "--out", "plan.json")
    theirs = {"name": "Theirs", "description": EVIL, "retentionPeriod": "20d", "legalBasis": "consent"}
    project.control.create("purposes", theirs)
    ran = project.run(*words, GITHUB_ACTIONS="true")
    assert obeyed(ran.out + ran.err) == []
