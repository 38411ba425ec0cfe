"""Plan files that somebody has written by hand, with a seal that fits."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from reconciler.model.values import fingerprint

from .project import SUPPORT, Json, Project, purpose


@pytest.mark.parametrize("odd", [{"depends_on": ["Purpose/Nobody"]}, {"step": SUPPORT}])
def test_steps_that_do_not_fit_together_are_no_plan(project: Project, odd: Json) -> None:
    project.write(purpose(), purpose("Another"))
    project.plan("--out", "plan.json")
    document = orjson.loads(Path("plan.json").read_bytes())
    document["plan"]["changes"][0] |= odd
    Path("plan.json").write_bytes(orjson.dumps(document | {"seal": fingerprint(document["plan"])}))
    assert project.run("apply", "plan.json").fails_with(1, "The file is not a plan", "do not fit together")
    assert project.actions() == []


@pytest.mark.parametrize("words", [("--as-of", "0001-01-01T00:00:00+14:00"), ("--timeout", "soon")])
def test_a_time_that_is_none_is_explained(project: Project, words: tuple[str, str]) -> None:
    ran = project.run("plan", *words)
    assert (ran.code, "Internal error" in ran.err, "Invalid value" in ran.err) == (1, False, True)
