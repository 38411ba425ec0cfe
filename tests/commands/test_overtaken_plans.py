"""A saved plan, when the address that it speaks of has become another object meanwhile."""

from __future__ import annotations

import pytest

from .project import SUPPORT, Json, Project, purpose, removed

PURPOSES = "/api/v2/privacy/purposes"


@pytest.mark.parametrize(
    "planned", [removed(SUPPORT), purpose(description="else"), purpose(lifecycle={"protect": True})]
)
def test_a_plan_for_an_object_that_was_deleted_and_made_again_is_stale(project: Project, planned: Json) -> None:
    project.applied(purpose())
    project.write(planned)
    assert project.plan("--out", "plan.json").code == 0
    project.applied(removed(SUPPORT))
    project.applied(purpose())
    row = project.row(SUPPORT)
    assert project.run("apply", "plan.json").fails_with(4, "The plan is stale")
    assert (project.row(SUPPORT), project.actions()) == (row, [])


def test_a_deletion_is_not_taken_for_done_where_another_plan_forgot_the_object(project: Project) -> None:
    project.applied(purpose())
    project.write(removed(SUPPORT))
    assert project.plan("--out", "plan.json").code == 0
    project.applied(removed(SUPPORT, delete=False))
    assert project.run("apply", "plan.json").fails_with(4, "The plan is stale")


def test_the_deletion_of_what_an_interrupted_run_created_is_done(project: Project) -> None:
    project.applied(purpose("Another"))
    project.control.fault(f"POST {PURPOSES}", "cut", when="after")
    project.control.fault(f"GET {PURPOSES}", "status", status=403, skip=1)
    project.write(purpose("Another"), purpose())
    assert project.apply().code == 5
    project.write(purpose("Another"), removed(SUPPORT))
    assert project.plan("--out", "plan.json").steps == [("delete", SUPPORT)]
    assert project.run("apply", "plan.json").code == 0
    assert [each["name"] for each in project.control.objects("purposes")] == ["Another"]
    assert project.run("apply", "plan.json").says("already done")
