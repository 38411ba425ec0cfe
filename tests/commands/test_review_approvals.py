"""What a hostile reading of approvals found: runs that come again too late, and artefacts that a stranger altered."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from .approving import altered, gaps, merged, refused, reviewed
from .project import SUPPORT, Project, purpose, removed


def test_an_approval_that_has_had_its_effect_sets_back_no_edit_made_since(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(description="Better"))
    assert merged(project, plan).code == 0
    project.control.edit("purposes", "Support", {"description": "theirs"})
    project.control.forget()
    ran = project.run("apply", "-o", "json", "--approved-plan", plan)
    assert (ran.code, project.effects()) == (4, []), str(ran)
    assert gaps(ran) == [("not approved", SUPPORT, "spec.description")]


@pytest.mark.parametrize("live_id", ["", "..", "."])
def test_a_deletion_of_what_can_have_no_such_id_has_not_come_about(project: Project, live_id: str) -> None:
    project.applied(purpose(), purpose("Other"))
    plan = reviewed(project, purpose("Other"), removed(SUPPORT))
    [change] = orjson.loads(Path(plan).read_bytes())["plan"]["changes"]
    forged = change | {"address": "Purpose/Forged", "step": "forged", "live_id": live_id}
    found = gaps(refused(project, altered(plan, changes=[change, forged])))
    assert ("not come about", "Purpose/Forged", "spec") in found


@pytest.mark.parametrize(
    "words",
    [("apply", "--approved-plan", ""), ("apply", "plan.json", "--seal", ""), ("show", "plan.json", "--seal", "")],
)
def test_a_variable_that_is_not_set_approves_nothing(project: Project, words: tuple[str, ...]) -> None:
    reviewed(project, purpose(), to="plan.json")
    ran = project.run(*words)
    assert (ran.code, project.effects()) == (1, []), str(ran)
    assert ran.says("it is empty. Is a variable not set?")
