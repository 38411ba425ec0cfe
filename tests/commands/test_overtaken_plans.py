"""A saved plan, when the address that it speaks of has become another object meanwhile."""

from __future__ import annotations

import pytest

from .project import SUPPORT, Json, Project, purpose, removed


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
