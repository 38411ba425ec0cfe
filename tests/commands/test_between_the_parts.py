"""What lies between environments, ledgers, approvals, import and drift: two of them at once."""

from __future__ import annotations

import shutil

import pytest
import yaml

from .approving import refused, reviewed
from .project import SUPPORT, Json, Project, Ran, Start, link, purpose, schema
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


@pytest.mark.parametrize(
    "words", [("validate", ""), ("fmt", "--check", ""), ("init", ""), ("plan", "--dir", ""), ("apply", "-d", "")]
)
def test_an_empty_folder_is_not_the_working_one(one: Project, words: tuple[str, ...]) -> None:
    """`validate "$CHANGED"`, and CHANGED is not set: nothing would be valid, and that without an error."""
    one.write(purpose())
    before = one.files()
    ran = one.run(*words)
    assert (ran.code, ran.says("it is empty. Is a variable not set?")) == (1, True)
    assert one.wrote_nothing(before)


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


@pytest.mark.parametrize("name", ["dev-plan", "dev-by-hand", "dev-PLAN"])
def test_no_environment_is_named_like_what_the_workflows_keep_credentials_in(one: Project, name: str) -> None:
    """`dev-plan` holds what may read dev: were it an environment, plans of dev would have what may write to it."""
    one.configure(environments={"dev": {}, name: {}})
    ran = one.run("validate")
    assert (ran.code, ran.says(f"{name}: {{}}", "by which the workflows find credentials")) == (1, True)


def found_there(project: Project, *names: str, **more: object) -> list[str]:
    """Objects that somebody made by hand; their ids."""
    return [project.control.create("purposes", {"name": name, **THEIRS}, **more)["id"] for name in names]


def metadata_of(project: Project, file: str) -> Json:
    found: Json = yaml.safe_load((project.manifests / file).read_text())["metadata"]
    return found


def imported_into_dev(project: Project) -> Ran:
    """After which dev has nothing to do, and no other environment is worse for it."""
    ran = project.run("import", "--all", "--env", "dev")
    assert ran.code == 0, str(ran)
    assert project.plan("--env", "dev").document["changes"] == []
    assert project.run("validate").code == 0
    return ran


def test_an_import_leaves_what_other_environments_state_alone(two: Two) -> None:
    two.dev.write(limited("Support", "prod"))
    found_there(two.dev, "Support", "Sales team")
    ran = imported_into_dev(two.dev)
    assert ran.says("1 of these stand for prod, too: plan --env all")
    assert metadata_of(two.dev, "purposes/dev/Support.yaml") == {"name": "Support", "environments": ["dev"]}
    assert metadata_of(two.dev, "purposes/Sales_team.yaml") == {"name": "Sales_team"}
    assert two.run("plan", "--env", "prod").says("2 to create")


def test_an_import_is_no_second_manifest_of_an_object_of_another_environment(two: Two) -> None:
    two.dev.write(purpose("Theirs", name="Support", metadata={"environments": ["prod"]}))
    found_there(two.dev, "Support")
    imported_into_dev(two.dev)
    assert metadata_of(two.dev, "purposes/dev/Support.yaml")["environments"] == ["dev"]


def test_what_is_bound_by_its_id_is_of_its_organisation_alone(two: Two) -> None:
    two.dev.configure(environments={"dev": {}, "prod": {}}, policies={"defaults": False})
    two.dev.write(purpose())
    assert two.run("apply", "--env", "dev", "--auto-approve").code == 0
    first, _ = sorted(found_there(two.dev, "Twin", "Twin", force=True))
    imported_into_dev(two.dev)
    expected = {"name": "Twin", "id": first, "environments": ["dev"]}
    assert metadata_of(two.dev, "purposes/dev/Twin.yaml") == expected
    assert two.run("plan", "--env", "prod").says("1 to create")


def test_an_import_that_refuses_all_does_not_say_that_all_is_described(two: Two) -> None:
    patch = {"target": "Purpose/*", "spec": {"retention": "30d"}}
    two.dev.configure(environments={"dev": {"patches": [patch]}, "prod": {}}, policies={"defaults": False})
    two.dev.write(purpose("Sales"))
    found_there(two.dev, "Support")
    two.dev.control.edit("purposes", "Support", {"retentionPeriod": "P90D"})
    ran = two.run("import", "--all", "--env", "dev")
    assert (ran.code, ran.says("Not imported: Purpose"), "Nothing to import" in ran.err) == (0, True, False), ran


def test_what_refers_to_what_stands_for_one_environment_stands_for_that_one(two: Two) -> None:
    two.dev.write(schema(), schema(link("to", "customer"), named="case"))
    assert two.run("apply", "--env", "dev", "--auto-approve").code == 0
    shutil.rmtree(two.dev.manifests / ".reconciler")
    elsewhere = schema(named="theirs", name="customer")
    elsewhere["metadata"]["environments"] = ["prod"]
    two.dev.write(elsewhere)
    imported_into_dev(two.dev)
    assert metadata_of(two.dev, "schemas/dev/case.yaml")["environments"] == ["dev"]


def test_drift_that_is_taken_over_says_for_whom_else_it_counts(two: Two) -> None:
    two.dev.write(purpose(), limited("Dev_only", "dev"))
    assert two.run("apply", "--env", "dev", "--auto-approve").code == 0
    for name in ("Support", "Dev_only"):
        two.dev.control.edit("purposes", name, {"description": "theirs"})
    ran = two.run("drift", "--env", "dev", "--adopt")
    assert ran.says("Support says what is there now. It says so in prod, too: see their plans.")
    assert "Dev_only says what is there now. It" not in ran.flat


def test_what_was_done_to_the_ledger_by_hand_since_an_approval_is_named(project: Project) -> None:
    project.applied(purpose())
    file = reviewed(project, purpose(description="new"))
    for words in ((SUPPORT, "Purpose/Other"), ("Purpose/Other", SUPPORT)):
        assert project.run("state", "mv", *words, "--yes").code == 0
    assert refused(project, file).document["differences"][0]["detail"].startswith("STATE_MV at ")
