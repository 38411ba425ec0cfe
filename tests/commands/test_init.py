"""`reconciler init`: a repository that is green at once, and nothing of what was there is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from .project import Project
from .test_completion import tab

ROOT = Path(__file__).parents[2]
SCAFFOLD = ROOT / "reconciler" / "commands" / "scaffold"


@pytest.fixture
def empty(project: Project) -> Project:
    """The working folder has nothing in it."""
    (project.manifests / "reconciler.yaml").unlink()
    project.manifests.rmdir()
    return project


def project_file(project: Project) -> dict[str, Any]:
    stated: dict[str, Any] = yaml.safe_load((project.manifests / "reconciler.yaml").read_text())
    return stated


@pytest.mark.parametrize("examples", ["governance", "published"])
def test_an_empty_folder_becomes_a_repository_that_is_green_at_once(empty: Project, examples: str) -> None:
    assert empty.run("init", "--examples", examples).says("reconciler apply --new-ledger")
    assert empty.run("validate").code == 0
    assert empty.run("fmt", "--check").code == 0
    assert empty.run("schema", "--check").code == 0
    plan = empty.plan("--new-ledger")
    assert (plan.code, {action for action, _ in plan.steps}) == (0, {"create"})
    assert empty.apply("--new-ledger").code == 0
    assert empty.plan().document["changes"] == []


def test_the_ledger_is_the_one_that_the_project_file_names(empty: Project) -> None:
    assert empty.run("init").code == 0
    assert empty.apply().code == 1
    assert empty.apply("--new-ledger").code == 0
    empty.ledger.unlink()
    assert empty.plan().code == 1


def test_the_steps_of_its_readme_lead_to_an_empty_plan(empty: Project) -> None:
    body = {"name": "Sales", "description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}
    empty.control.create("purposes", body)
    assert empty.run("init").code == 0
    assert empty.run("doctor").code == 0
    assert empty.run("import", "--all", "--new-ledger").code == 0
    assert empty.apply("--new-ledger", RECONCILER_COMMIT="0" * 40).code == 0
    assert (empty.plan().document["changes"], empty.run("fmt", "--check").code) == ([], 0)
    assert empty.run("state", "applied").out.strip() == "0" * 40


def test_each_repository_has_an_id_of_its_own(empty: Project) -> None:
    ids = set()
    for name in ("a", "b"):
        assert empty.run("init", name).code == 0
        ids.add(yaml.safe_load((empty.root / name / "manifests" / "reconciler.yaml").read_text())["ledgerId"])
    assert len(ids) == 2


def test_what_is_exported_says_which_organisation_it_is(empty: Project) -> None:
    assert empty.run("init").code == 0
    (organisation,) = {request.path for request in empty.control.requests("GET", "/api/v2/organizations/me")}
    assert organisation
    assert (
        project_file(empty)["environment"]["organisationId"]
        == empty.plan("--new-ledger").document["organisation"]["id"]
    )


def test_what_is_typed_wins_and_nothing_is_asked(empty: Project) -> None:
    ran = empty.run("init", "--env", "prod", "--region", "eu-central-1", "--organisation-id", "0a1b")
    assert ran.code == 0
    assert project_file(empty)["environment"] == {"name": "prod", "region": "eu-central-1", "organisationId": "0a1b"}
    assert empty.control.requests("GET") == []


def test_nobody_answering_is_no_obstacle(empty: Project) -> None:
    ran = empty.run("init", GENESYSCLOUD_OAUTHCLIENT_SECRET="wrong")
    assert (ran.code, ran.says("The organisation is not pinned: The credentials are refused")) == (0, True)
    assert project_file(empty)["environment"] == {"name": "default"}


def test_without_credentials_nobody_is_asked(empty: Project) -> None:
    nowhere = dict.fromkeys(empty.environment)
    assert empty.run("init", **nowhere).code == 0
    assert empty.run("validate", **nowhere).code == 0
    assert empty.control.requests("GET") == []


def test_a_second_time_there_is_nothing_to_do(empty: Project) -> None:
    assert empty.run("init").code == 0
    before = empty.files()
    assert empty.run("init").says("left manifests/reconciler.yaml", "Nothing to do")
    assert empty.run("init", "--force").code == 0
    assert empty.files() == before


def test_what_is_there_stays_and_is_listed(empty: Project) -> None:
    (empty.root / "README.md").write_text("Ours\n")
    (empty.root / ".gitignore").write_text("/plan*.json\n")
    ran = empty.run("init")
    assert ran.says("left README.md", "left .gitignore", "Add to .gitignore: .reconciler/ /exports/")
    assert (empty.root / "README.md").read_text() == "Ours\n"


def test_force_renews_everything_but_what_a_person_goes_on_to_write(empty: Project) -> None:
    assert empty.run("init").code == 0
    for name in ("manifests/reconciler.yaml", "manifests/purposes.yaml", "schemas/purpose.schema.json"):
        (empty.root / name).write_text("# mine\n")
    assert empty.run("init", "--force").code == 0
    assert (empty.root / "manifests/reconciler.yaml").read_text() == "# mine\n"
    assert (empty.root / "manifests/purposes.yaml").read_text() == "# mine\n"
    assert empty.run("schema", "--check").code == 0


def test_examples_are_not_put_beside_manifests_that_are_there(empty: Project) -> None:
    own = empty.manifests / "purposes" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("")
    assert empty.run("init").code == 0
    assert sorted(path.name for path in empty.manifests.rglob("*.yaml")) == ["own.yaml", "reconciler.yaml"]


def test_something_else_in_the_place_of_a_folder_stops_it_before_the_first_file(empty: Project) -> None:
    (empty.root / "schemas").write_text("a file")
    before = empty.files()
    assert empty.run("init").fails_with(1, "A file cannot be written", "Something else is in its place", "schemas")
    assert empty.files() == before


@pytest.mark.parametrize("words", [["--region", "mars"], ["--env", "a b"], ["--env", "a", "--env", "a"]])
def test_what_cannot_be_is_refused_and_nothing_is_written(empty: Project, words: list[str]) -> None:
    assert empty.run("init", *words).code == 1
    assert empty.files() == {}


def test_editors_find_the_schemas(empty: Project) -> None:
    assert empty.run("init").code == 0
    stated = orjson.loads((empty.root / ".vscode" / "settings.json").read_bytes())["yaml.schemas"]
    assert all((empty.root / name).is_file() for name in stated)
    for manifest in empty.manifests.glob("*.yaml"):
        head = manifest.read_text().splitlines()[0]
        assert (empty.manifests / head.removeprefix("# yaml-language-server: $schema=")).is_file()


def test_the_workflows_are_those_of_our_own_repository() -> None:
    packaged = SCAFFOLD / "github"
    ours = {"workflows/ci.yml", "demo.svg"}
    there = {
        str(path.relative_to(ROOT / ".github")): path.read_bytes()
        for path in (ROOT / ".github").rglob("*")
        if path.is_file() and str(path.relative_to(ROOT / ".github")) not in ours
    }
    assert {
        str(path.relative_to(packaged)): path.read_bytes() for path in packaged.rglob("*") if path.is_file()
    } == there


def test_it_works_on_postgresql(empty: Project, postgresql: Any) -> None:
    empty.environment["RECONCILER_LEDGER_URL"] = postgresql.fresh()
    assert empty.run("init").code == 0
    assert empty.apply("--new-ledger").code == 0
    assert empty.plan().document["changes"] == []


def test_several_environments_have_ledgers_of_their_own_and_the_first_is_meant(empty: Project) -> None:
    assert empty.run("init", "--env", "dev", "--env", "prod").code == 0
    stated = project_file(empty)
    assert (list(stated["environments"]), stated["defaultEnvironment"]) == (["dev", "prod"], "dev")
    assert len({each["ledgerId"] for each in stated["environments"].values()}) == 2
    assert empty.run("validate").code == 0
    assert empty.run("fmt", "--check").code == 0
    assert empty.apply("--new-ledger").code == 0
    ran = empty.run("init")
    assert ran.says("reconciler apply --env dev --new-ledger", "with --env prod and its own credentials")
    assert empty.apply("--env", "prod").code == 1
    assert tab(empty, "reconciler plan --env p") == ["prod"]
    assert empty.plan().document["changes"] == []


def test_where_an_organisation_is_belongs_to_one_environment(empty: Project) -> None:
    ran = empty.run("init", "--env", "dev", "--env", "prod", "--region", "eu-central-1")
    assert ran.fails_with(1, "The region and the organisation belong to one environment", "dev, prod")
