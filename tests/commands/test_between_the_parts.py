"""What lies between environments, ledgers, approvals, import and drift: two of them at once."""

from __future__ import annotations

import pytest

from .project import SUPPORT, Json, Project, Start, purpose
from .test_environments import two

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


def test_two_environments_of_one_organisation_never_share_a_ledger(one: Project) -> None:
    """`--allow-delete` in one of them would delete what the other one made."""
    one.configure(environments={"dev": {"ledger": "team.db"}, "prod": {"ledger": f"{one.manifests}/team.db"}})
    one.write(limited("Dev_only", "dev"), limited("Prod_only", "prod"))
    assert one.run("apply", "--auto-approve", "--env", "dev").code == 0
    for verb in (("plan",), ("apply", "--auto-approve", "--allow-delete"), ("state", "list"), ("drift",)):
        ran = one.run(*verb, "--env", "prod")
        assert ran.fails_with(
            1, "The ledger belongs to another environment", "that of dev", "RECONCILER_LEDGER_URL_PROD"
        )
    assert one.actions() == [("create", "Dev_only")]
    assert one.run("plan", "--env", "dev").says("1 unchanged")


def test_a_copy_of_a_ledger_is_of_the_same_environment(one: Project) -> None:
    one.write(limited("Dev_only", "dev"))
    assert one.run("apply", "--auto-approve", "--env", "dev").code == 0
    assert one.run("state", "export", "copy.json", "--env", "dev").code == 0
    one.run("state", "import", "copy.json", "--env", "prod")
    assert one.run("plan", "--env", "prod").fails_with(1, "The ledger belongs to another environment")


def test_an_environment_takes_over_the_ledger_that_it_names_by_its_id(one: Project) -> None:
    """As when an environment is renamed."""
    one.write(purpose())
    assert one.run("apply", "--auto-approve", "--env", "dev").code == 0
    ledger_id = one.run("state", "export", "copy.json", "--env", "dev").out.split()[3]
    place = {"ledger": ".reconciler/dev/ledger.db", "ledgerId": ledger_id}
    one.configure(environments={"test": place, "prod": {}})
    assert one.run("plan", "--env", "test").says("1 unchanged")
    assert one.run("apply", "--auto-approve", "--env", "test").code == 0
    one.configure(environments=BOTH)
    assert one.run("plan", "--env", "dev").fails_with(1, "The ledger belongs to another environment", "that of test")


def test_one_file_is_one_ledger_however_its_path_is_written(one: Project) -> None:
    one.configure(environments={"dev": {"ledger": "state/team.db"}, "prod": {"ledger": "./state//team.db"}})
    ran = one.run("validate")
    assert (ran.code, ran.says("is the ledger of `dev`, too")) == (1, True)


@pytest.mark.parametrize("name", ["..", ".", ".git", "-x"])
def test_no_environment_is_named_like_a_folder_above_or_an_option(one: Project, name: str) -> None:
    """Its name becomes the name of a folder, and an argument."""
    one.configure(environments={name: {}, "prod": {}})
    assert one.run("environments").code == 1
