"""Approved plans and secrets: approvals name variables, and neither hold values nor depend on who can see them."""

from __future__ import annotations

from pathlib import Path

from .approving import gaps, merged, refused, reviewed
from .project import SUPPORT, Project, purpose
from .webhooks import HOOK, KEY, VALUE, VARIABLE, knows_no_secret, live, webhook


def test_who_plans_need_not_see_the_secret(project: Project) -> None:
    plan = reviewed(project, webhook(headers=KEY))
    assert merged(project, plan, **{VARIABLE: VALUE}).outcomes == {HOOK: "done"}
    assert VALUE.encode() not in Path(plan).read_bytes()
    assert knows_no_secret(project)


def test_a_value_that_changed_is_sent_once_somebody_approved(project: Project) -> None:
    project.environment[VARIABLE] = VALUE
    project.applied(webhook(headers=KEY))
    project.environment[VARIABLE] = "Bearer rotated"
    unseen = reviewed(project, webhook(headers=KEY), to="before.json")
    assert merged(project, unseen).code == 0
    assert "rotated" in str(live(project.control))
    assert knows_no_secret(project, "Bearer rotated")


def test_a_value_that_changed_since_the_review_is_sent_and_not_shown(project: Project) -> None:
    project.environment[VARIABLE] = VALUE
    project.applied(webhook(headers=KEY))
    plan = reviewed(project, webhook(headers=KEY), purpose())
    project.environment[VARIABLE] = "Bearer rotated"
    ran = merged(project, plan)
    assert ran.outcomes == {HOOK: "done", SUPPORT: "done"}
    assert "rotated" in str(live(project.control))
    assert "rotated" not in ran.out + ran.err


def test_a_rotation_that_cannot_be_made_has_not_come_about(project: Project) -> None:
    """That there is a mask says nothing about what is behind it."""
    project.environment[VARIABLE] = VALUE
    project.applied(webhook(headers=KEY))
    project.environment[VARIABLE] = "Bearer rotated"
    plan = reviewed(project, webhook(headers=KEY))
    del project.environment[VARIABLE]
    assert [gap for gap, *_ in gaps(refused(project, plan))] == ["not come about"]
