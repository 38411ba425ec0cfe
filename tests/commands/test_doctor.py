"""`reconciler doctor`: every check has a way to fail, and none hides another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from .project import EVERY_SCOPE, ROBOT, SECRET, Project, Ran, Start, purpose, schema

Found = dict[str, tuple[str, str, str]]


def examined(project: Project, **exported: str | None) -> tuple[int, Found]:
    ran = project.run("doctor", "-o", "json", **exported)
    return ran.code, of(ran)


def of(ran: Ran) -> Found:
    """Verdict, detail and hint of each check."""
    return {each["name"]: (each["verdict"], each["detail"], each["hint"]) for each in ran.document["checks"]}


def errors(found: Found) -> list[str]:
    return [name for name, (verdict, _, _) in found.items() if verdict == "error"]


@pytest.fixture
def fresh(project: Project) -> Project:
    """Manifests that were never applied."""
    project.write(purpose(), schema())
    return project


@pytest.fixture
def healthy(project: Project) -> Project:
    """A project in a repository, applied once, that names its organisation."""
    (project.root / ".git").mkdir()
    project.applied(purpose(), schema())
    organisation = project.control.state()["organization"]["id"]
    project.configure(limits={"requestsPerMinute": 300}, environment={"organisationId": organisation})
    return project


def test_where_all_is_well_nothing_is_remarked_on(healthy: Project) -> None:
    code, found = examined(healthy)
    assert (code, {verdict for verdict, _, _ in found.values()}) == (0, {"ok"}), found
    assert healthy.run("doctor").says("Everything is in place.")


def test_it_costs_a_call_for_each_kind_and_three_more_and_writes_nothing(healthy: Project) -> None:
    before = healthy.files()
    examined(healthy)
    assert len(healthy.control.requests()) == 2 + 3
    assert healthy.wrote_nothing(before)


def test_missing_credentials_leave_the_rest_examined(healthy: Project) -> None:
    code, found = examined(healthy, GENESYSCLOUD_OAUTHCLIENT_SECRET=None)
    assert (code, errors(found)) == (7, ["credentials"])
    assert "GENESYSCLOUD_OAUTHCLIENT_SECRET" in found["credentials"][1]
    assert found["organisation"][0] == found["Purpose"][0] == "skipped"
    assert found["ledger"][0] == "ok"


def test_refused_credentials_are_the_organisations_word(fresh: Project) -> None:
    code, found = examined(fresh, GENESYSCLOUD_OAUTHCLIENT_SECRET="wrong")
    assert (code, errors(found)) == (7, ["organisation"])
    assert "The credentials are refused" in found["organisation"][1]


def test_a_host_that_is_not_there_is_an_error_and_no_long_wait(healthy: Project) -> None:
    nowhere = "http://127.0.0.1:9"
    code, found = examined(healthy, RECONCILER_API_URL=nowhere, RECONCILER_LOGIN_URL=nowhere)
    assert (code, errors(found)) == (1, ["organisation"])
    assert found["ledger"][0] == "ok"


def test_an_address_that_gives_secrets_away_is_refused(fresh: Project) -> None:
    code, found = examined(fresh, RECONCILER_API_URL="http://api.example.com")
    assert (code, errors(found)) == (1, ["credentials"])


def test_an_unknown_region_is_told(fresh: Project) -> None:
    gone = {"RECONCILER_API_URL": None, "RECONCILER_LOGIN_URL": None}
    code, found = examined(fresh, GENESYSCLOUD_REGION="eu-centrall-1", **gone)
    assert (code, errors(found)) == (1, ["credentials"])
    assert "eu-central-1" in found["credentials"][2]


def test_another_organisation_than_the_pinned_one(fresh: Project) -> None:
    fresh.configure(environment={"organisationId": "another"})
    code, found = examined(fresh)
    assert (code, errors(found)) == (1, ["organisation pin"])


def test_without_a_pin_it_says_which_line_to_add(fresh: Project) -> None:
    fresh.configure()
    code, found = examined(fresh)
    assert (code, found["organisation pin"][0]) == (0, "warning")
    assert "environment: {organisationId: " in found["organisation pin"][2]


def test_of_several_environments_the_line_is_for_the_one_that_was_asked(fresh: Project) -> None:
    several = {"dev": {}, "prod": {}}
    fresh.configure(environments=several, defaultEnvironment="prod")
    _, found = examined(fresh)
    assert found["organisation pin"][2].count("environments: {prod: {organisationId: ") == 1
    pin = yaml.safe_load(found["organisation pin"][2].removeprefix("State it in the project file: "))
    fresh.configure(environments=several | pin["environments"], defaultEnvironment="prod")
    _, found = examined(fresh)
    assert found["organisation pin"][0] == "ok"


def test_clocks_that_differ(fresh: Project) -> None:
    fresh.control.advance(300)
    _, found = examined(fresh)
    assert found["clocks"][0] == "warning"
    assert "behind the organisation" in found["clocks"][1]


@pytest.mark.parametrize("scope", ["privacy:purpose:read", "privacy:purpose:write"])
def test_a_scope_that_a_kind_in_use_needs(start: Start, scope: str) -> None:
    project = start(clients=[{**ROBOT, "scopes": [each for each in EVERY_SCOPE if each != scope]}])
    project.write(purpose(), schema())
    code, found = examined(project)
    assert (code, errors(found)) == (7, ["Purpose"])
    assert scope in found["Purpose"][1]
    assert found["FlexSchema"][0] == "ok"


def test_a_kind_that_the_organisation_does_not_offer(start: Start) -> None:
    project = start(settings={"offered": ["purposes"]})
    project.write(purpose(), schema())
    code, found = examined(project)
    assert (code, errors(found)) == (1, ["FlexSchema"])
    assert "does not offer" in found["FlexSchema"][1]


def test_a_kind_that_only_the_ledger_knows_is_in_use(healthy: Project) -> None:
    healthy.write(purpose())
    assert "FlexSchema" in examined(healthy)[1]


def test_little_room_below_the_rate_limit(start: Start) -> None:
    project = start(settings={"token_rate": 4})
    project.write(purpose(), schema())
    _, found = examined(project)
    assert found["rate limit"][0] == "warning"


def test_manifests_with_problems_do_not_stop_it(fresh: Project) -> None:
    fresh.write("a: [\n", to="bad.yaml")
    code, found = examined(fresh)
    assert (code, errors(found)) == (1, ["manifests"])
    assert (found["manifests"][2], found["Purpose"][0]) == ("reconciler validate", "ok")


def test_a_folder_that_is_not_there(project: Project) -> None:
    ran = project.run("doctor", "-d", "nowhere", "-o", "json")
    assert (ran.code, errors(of(ran))) == (1, ["manifests"])


def test_a_ledger_that_is_still_to_be_made(project: Project) -> None:
    code, found = examined(project)
    assert (code, found["ledger"][0]) == (0, "warning")
    assert "--new-ledger" in found["ledger"][2]


def test_the_ledger_that_is_to_be_made_is_that_of_the_environment_that_was_asked(project: Project) -> None:
    project.configure(environments={"dev": {}, "prod": {}}, defaultEnvironment="dev")
    ran = project.run("doctor", "--env", "prod", "-o", "json")
    assert of(ran)["ledger"][2].endswith("\nreconciler apply --new-ledger --env prod")


def test_another_ledger_than_the_one_that_is_named(healthy: Project) -> None:
    healthy.configure(ledgerId="3f1c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d")
    code, found = examined(healthy)
    assert (code, errors(found)) == (1, ["ledger"])


def test_something_else_in_the_ledgers_place(healthy: Project) -> None:
    healthy.ledger.write_bytes(b"no ledger at all, and long enough to be a file of something else" * 20)
    code, found = examined(healthy)
    assert (code, "ledger" in errors(found)) == (1, True)


def test_a_ledger_whose_lock_is_held(healthy: Project) -> None:
    from reconciler.commands.clock import SystemClock
    from reconciler.state import hold

    with hold(healthy.ledger, SystemClock(), command="another apply"):
        _, found = examined(healthy)
    assert found["ledger's lock"][0] == "warning"
    assert "another apply" in found["ledger's lock"][1]


def test_a_ledger_that_cannot_be_written(healthy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # whoever runs the tests may be root
    code, found = examined(healthy)
    assert (code, errors(found)) == (1, ["ledger's place"])


def test_a_database_that_is_not_there_without_its_password(fresh: Project) -> None:
    url = "postgresql://team:hush-hush@127.0.0.1:9/ledgers"
    ran = fresh.run("doctor", "-o", "json", RECONCILER_LEDGER_URL=url)
    assert (ran.code, "ledger" in errors(of(ran))) == (1, True)
    assert "hush-hush" not in str(ran)


def test_an_extra_that_is_not_installed(fresh: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.commands.doctor.here.find_spec", lambda name: None)
    url = "postgresql://team:hush-hush@127.0.0.1:9/ledgers"
    code, found = examined(fresh, RECONCILER_LEDGER_URL=url)
    assert (code, found["extras"][0], found["extras"][2]) == (1, "error", "pip install 'reconciler[postgresql]'")


def test_certificates_that_are_not_there(fresh: Project, tmp_path: Path) -> None:
    code, found = examined(fresh, CURL_CA_BUNDLE=str(tmp_path / "none.pem"))
    assert (code, errors(found)) == (1, ["network"])


def test_a_proxy_is_named_without_its_address(fresh: Project) -> None:
    ran = fresh.run("doctor", NO_PROXY="127.0.0.1", HTTPS_PROXY="http://user:pass-word@proxy.example.com")
    assert ran.says("by way of HTTPS_PROXY, NO_PROXY")
    assert "pass-word" not in str(ran)


def test_outside_a_repository_nobody_reviews(project: Project) -> None:
    assert examined(project)[1]["git"][0] == "warning"


def test_no_secret_is_shown(fresh: Project) -> None:
    ran: Any = fresh.run("doctor", RECONCILER_SERVICE_KEY="x" * 40)
    assert SECRET not in str(ran)
    assert "x" * 40 not in str(ran)
