"""Two environments, each with an organisation, a ledger and credentials of its own, through the same workflows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from reconciler.sandbox import Sandbox

from commands.project import ROBOT, SECRET, SETTINGS, Json, purpose

from .fake import FakeGitHub
from .runner import Run
from .team import Team, environments_of, team_of

pytestmark = pytest.mark.long

ROBOTS: Final = {"dev": ROBOT, "prod": {**ROBOT, "id": "robot-of-prod", "secret": f"another-than-{SECRET}"}}
"""Neither is let into the other's organisation."""
VALUES: Final = {"dev": {"keep": "30d", "who": "testers"}, "prod": {"keep": "180d"}}


@dataclass
class Two:
    """The team, whose desk is at dev's organisation, and both organisations."""

    team: Team
    places: dict[str, Sandbox]

    def retentions(self, environment: str) -> dict[str, str]:
        found = self.places[environment].control.objects("purposes")
        return {each["name"]: each["retentionPeriod"] for each in found}

    def type(self, environment: str, *words: str) -> str:
        """The program at a desk, where everything is exported for the one environment."""
        settings = self.team.runner.environments[environment]
        return self.team.type(*words, "--env", environment, **settings.variables, **settings.secrets)

    def told(self, number: int) -> list[str]:
        return sorted(told.removeprefix("<!-- reconciler:").removesuffix(" -->") for told in self.team.told(number))

    def comment(self, number: int, marker: str) -> str:
        bodies = [each["body"] for each in self.team.github.comments[number]]
        return next(body for body in bodies if body.startswith(f"<!-- reconciler:{marker} -->"))

    def delivered(self, number: int) -> None:
        """Reviewed, merged, applied."""
        self.team.approve(number)
        self.team.merge(number)
        went_well(self.team.push())


@pytest.fixture
def places() -> Iterator[dict[str, Sandbox]]:
    with started("dev", 1) as dev, started("prod", 2) as prod:
        yield {"dev": dev, "prod": prod}


def started(name: str, number: int) -> Sandbox:
    home = {"id": organisation(number), "name": f"Acme {name}"}
    return Sandbox.start(load={"settings": SETTINGS, "clients": [ROBOTS[name]], "organization": home}, seed=name)


def organisation(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


@pytest.fixture(params=["file", "database"])
def two(request: pytest.FixtureRequest, tmp_path: Path, fake: FakeGitHub, places: dict[str, Sandbox]) -> Two:
    """A repository as `init` makes it, in which values are stated, applied for the first time in both."""
    origin = tmp_path / "origin"
    origin.mkdir()
    made = team_of(tmp_path, origin, fake, places["dev"], "")
    made.type("init", "--env", "dev", "--env", "prod")
    made.runner.environments = {}
    for name, place in places.items():
        ledger = request.getfixturevalue("postgresql").fresh() if request.param == "database" else "of no use here"
        made.runner.environments |= environments_of(name, place, ledger, ROBOTS[name])
    stated = {name: {"organisationId": organisation(number), "values": VALUES[name]} for number, name in places_of()}
    if request.param == "file":  # one that outlives every run of a runner
        for name, members in stated.items():
            members["ledger"] = str(tmp_path / f"{name}.db")
    state(origin, stated)
    made.begin()
    both = Two(made, places)
    for name in places:
        went_well(made.by_hand(environment=name, **{"new-ledger": True}))
    return both


def places_of() -> Iterator[tuple[int, str]]:
    yield from enumerate(VALUES, start=1)


def state(origin: Path, members: dict[str, Json]) -> None:
    """What a person writes into the project file that `init` has made."""
    file = origin / "manifests" / "reconciler.yaml"
    project: Any = yaml.safe_load(file.read_text())
    for name, each in members.items():
        project["environments"][name] |= each
    file.write_text(yaml.safe_dump(project, sort_keys=False))


def went_well(run: Run) -> None:
    assert not run.failed, run.text
    assert not [each["id"] for each in ROBOTS.values() if each["secret"] in run.text + run.summary]


def test_one_repository_serves_two_organisations(two: Two) -> None:
    assert two.retentions("dev") == two.retentions("prod") == {"Customer_Support": "180d"}

    # What one of them alone gets.
    only = purpose(
        "Trial", metadata={"environments": ["dev"]}, description="For ${values.who}", retention="${values.keep}"
    )
    went_well(two.team.propose(17, only, to="trial.yaml"))
    assert two.told(17) == ["plan:dev", "plan:prod"]
    assert "For testers" in two.comment(17, "plan:dev")
    assert "Plan for `prod`: no changes" in two.comment(17, "plan:prod")
    assert "Trial" not in two.comment(17, "plan:prod")
    two.delivered(17)
    assert two.told(17) == ["apply:dev", "apply:prod", "plan:dev", "plan:prod"]
    assert two.retentions("dev") == {"Customer_Support": "180d", "Trial": "30d"}
    assert two.retentions("prod") == {"Customer_Support": "180d"}

    # What both get, each with its own value.
    went_well(two.team.propose(18, purpose("Sales", retention="${values.keep}"), to="sales.yaml"))
    two.delivered(18)
    assert [two.retentions(name)["Sales"] for name in VALUES] == ["30d", "180d"]

    # What was changed in one of them is an issue of its own; to take it over is a change for both.
    two.places["prod"].control.edit("purposes", "Sales", {"description": "Edited in prod"})
    went_well(two.team.look())
    assert [(each["title"], each["state"]) for each in two.team.github.issues] == [("Drift in prod", "open")]
    assert "It says so in dev, too" in two.type("prod", "drift", "--adopt")
    went_well(two.team.propose(19))
    assert "Edited in prod" in two.comment(19, "plan:dev")
    two.delivered(19)
    went_well(two.team.look())
    assert [each["state"] for each in two.team.github.issues] == ["closed"]
    for name, place in two.places.items():
        described = {each["name"]: each["description"] for each in place.control.objects("purposes")}
        assert described["Sales"] == "Edited in prod"
        assert "No changes." in two.type(name, "plan")


def test_what_fails_in_one_is_applied_in_the_other_and_finished_by_the_next_run(two: Two) -> None:
    went_well(two.team.propose(17, purpose("Sales", retention="${values.keep}"), to="sales.yaml"))
    two.team.approve(17)
    two.team.merge(17)
    two.places["prod"].control.fault("POST /api/v2/privacy/purposes", "status", times=20, status=403)
    run = two.team.push()
    assert sorted(map(str, run.ran("Apply"))) == ["0", "7"], run.text
    assert ("Sales" in two.retentions("dev"), "Sales" in two.retentions("prod")) == (True, False)
    assert "not applied whole" in two.comment(17, "apply:prod")
    assert "not applied whole" not in two.comment(17, "apply:dev")
    two.places["prod"].control.clear_faults()
    two.places["dev"].control.forget()
    went_well(two.team.push())
    assert two.retentions("prod")["Sales"] == "180d"
    assert two.places["dev"].control.effects() == []
    assert "not applied whole" not in two.comment(17, "apply:prod")


def test_a_plan_of_one_is_no_approval_for_the_other(two: Two) -> None:
    """As if the artefacts of a run had been exchanged."""
    went_well(two.team.propose(17, purpose("Sales"), to="sales.yaml"))
    for each in two.team.github.artefacts:
        each["name"] = {"plan-dev": "plan-prod", "plan-prod": "plan-dev"}.get(each["name"], each["name"])
    two.team.approve(17)
    two.team.merge(17)
    run = two.team.push()
    assert run.ran("Apply") == [4, 4], run.text
    assert "Sales" not in {**two.retentions("dev"), **two.retentions("prod")}
