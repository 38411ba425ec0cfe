"""What needs no review since a merged manifest says it: secrets, archives and queued requests, through the workflows.

Only the runs that apply have the secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reconciler.sandbox import Sandbox

from commands.project import ROBOT, SETTINGS, Json, manifest, purpose
from commands.retaining import rule
from commands.webhooks import KEY, VARIABLE, live, webhook

from .fake import FakeGitHub
from .team import Team, team
from .test_workflows import went_well

pytestmark = pytest.mark.long
ARCHIVE, CREDENTIAL = "RECONCILER_SECRET_ARCHIVE", "archive-s3cret"
PLACE = re.compile("# A line like this for each RECONCILER_SECRET_.*")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(
        load={"settings": SETTINGS | {"archive_credential": CREDENTIAL}, "clients": [ROBOT]}, seed="team"
    ) as running:
        yield running


@pytest.fixture
def estate(tmp_path: Path, fake: FakeGitHub, sandbox: Sandbox) -> Team:
    """With the secret's line at each place that the workflows have for it, as the README says."""
    made = team(tmp_path, fake, sandbox, str(tmp_path / "ledger.db"), "of no use here")
    for name in ("reconcile-apply", "reconcile-apply-by-hand"):
        file = made.runner.origin / ".github" / "workflows" / f"{name}.yml"
        lines = [f"{variable}: ${{{{ secrets.{variable} }}}}" for variable in (VARIABLE, ARCHIVE)]
        text, places = PLACE.subn("\n          ".join(lines), file.read_text())
        assert places == {"reconcile-apply": 1, "reconcile-apply-by-hand": 2}[name]
        file.write_text(text)
    fake.commits.append(made.committed())
    hold(made, "the-first-one")
    went_well(made.by_hand(**{"new-ledger": True}))
    return made


def delivered(made: Team, number: int, *manifests: Json, **more: str) -> None:
    """Planned, reviewed, merged, applied, and nobody has read the secret."""
    runs = [made.propose(number, *manifests, **more)]
    made.approve(number)
    made.merge(number)
    for run in [*runs, made.push()]:
        went_well(run)
        assert "the-first-one" not in run.text + run.summary
        assert "the-second-one" not in run.text + run.summary


def sent(made: Team) -> str:
    """What the webhook's receiver is sent."""
    headers: dict[str, str] = live(made.sandbox.control)["headers"]
    return headers["X-Api-Key"]


def hold(made: Team, value: str) -> None:
    for name in ("default", "default-by-hand"):
        made.runner.environments[name].secrets.update({VARIABLE: value, ARCHIVE: CREDENTIAL})


def test_a_secret_reaches_the_organisation_and_a_new_value_goes_with_the_next_merge(estate: Team) -> None:
    delivered(estate, 17, webhook(headers=KEY), to="hook.yaml")
    assert sent(estate) == "the-first-one"
    hold(estate, "the-second-one")
    delivered(estate, 18, purpose(description="Two"))
    assert (sent(estate), estate.descriptions()) == ("the-second-one", {"Support": "Two"})


def test_a_new_value_goes_at_night_when_nothing_is_merged(estate: Team) -> None:
    delivered(estate, 17, webhook(headers=KEY), to="hook.yaml")
    hold(estate, "the-second-one")
    went_well(estate.push())
    assert sent(estate) == "the-first-one"
    went_well(estate.night())
    assert sent(estate) == "the-second-one"
    went_well(estate.night())


def test_at_night_nothing_is_applied_that_was_not_reviewed(estate: Team) -> None:
    delivered(estate, 17, webhook(headers=KEY), to="hook.yaml")
    estate.sandbox.control.delete("purposes", "Support")
    hold(estate, "the-second-one")
    went_well(estate.night())
    assert (sent(estate), estate.descriptions()) == ("the-second-one", {})
    estate.github.commits.append(estate.commit(purpose("Pushed")))
    hold(estate, "the-third-one")
    run = estate.night()
    assert (run.ran("Fetch the reviewed plans"), run.ran("Apply")) == ([4], [None]), run.text
    assert (sent(estate), estate.descriptions()) == ("the-second-one", {})


def test_a_new_value_goes_at_once_by_a_run_by_hand_whose_plan_has_it_too(estate: Team) -> None:
    delivered(estate, 17, webhook(headers=KEY), to="hook.yaml")
    hold(estate, "the-second-one")
    estate.runner.environments["default-plan"].secrets[VARIABLE] = "the-second-one"
    went_well(estate.by_hand())
    assert sent(estate) == "the-second-one"


def test_archives_and_requests_go_on_at_night(estate: Team) -> None:
    control = estate.sandbox.control
    control.add_strategies(2, versions=3)
    control.settings(export_stages={"QUEUED": None})  # until it is said that it is over
    months = [manifest("DataExport", name, {"window": {"month": f"2026-0{name[-1]}"}}, None) for name in ("m8", "m9")]
    delivered(estate, 17, rule(control), *months, to="standing.yaml")
    assert (len(control.archives()), len(control.objects("data_exports"))) == (2, 1)
    control.add_version("Strategy 1")
    control.complete_export(control.objects("data_exports")[0]["id"])
    went_well(estate.night())
    assert (len(control.archives()), len(control.objects("data_exports"))) == (3, 2)
    assert control.strays() == []
