"""What lies between environments, ledgers, approvals, import and drift: two of them at once."""

from __future__ import annotations

import pytest
import yaml

from .project import SUPPORT, Json, Project, Start, purpose
from .test_environments import Two, two

__all__ = ["two"]

THEIRS = {"description": "d", "retentionPeriod": "P30D", "legalBasis": "consent"}
BOTH: Json = {"dev": {"values": {"days": 30}}, "prod": {"values": {"days": 180}}}


@pytest.fixture
def one(start: Start) -> Project:
    """One organisation, whose credentials every environment has."""
    project = start()
    project.configure(environments=BOTH)
    return project


def limited(name: str, environment: str) -> Json:
    return purpose(name, metadata={"environments": [environment]})


@pytest.mark.parametrize("verb", [("apply", "--auto-approve"), ("plan",), ("state", "rm", SUPPORT, "--yes")])
def test_an_empty_environment_is_not_the_default_one(one: Project, verb: tuple[str, ...]) -> None:
    """`--env "$NAME"`, and NAME is not set."""
    one.configure(environments=BOTH, defaultEnvironment="prod")
    one.write(purpose())
    ran = one.run(*verb, "--env", "")
    assert (ran.code, ran.says("it is empty. Is a variable not set?"), one.effects()) == (1, True, [])
    assert one.plan(RECONCILER_ENV="").document["environment"] == "prod"
