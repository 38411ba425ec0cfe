"""The workflows, step by step as a runner would run them, against the sandbox and our own GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reconciler.sandbox import Sandbox

from commands.approving import altered
from commands.project import ROBOT, SECRET, SETTINGS, purpose
from postgres import PASSWORD, Server

from .fake import TOKEN, FakeGitHub
from .runner import Run
from .team import STRANGER, Team, team

pytestmark = pytest.mark.long
PLANNED = "<!-- reconciler:plan:default -->"
APPLIED = "<!-- reconciler:apply:default -->"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(load={"settings": SETTINGS, "clients": [ROBOT]}, seed="team") as running:
        yield running


@pytest.fixture
def estate(tmp_path: Path, fake: FakeGitHub, sandbox: Sandbox) -> Team:
    """With a ledger in a file, which here outlives every run: its first plan is applied."""
    made = team(tmp_path, fake, sandbox, str(tmp_path / "ledger.db"), "of no use here")
    went_well(made.by_hand(**{"new-ledger": True}))
    return made


def went_well(run: Run) -> bool:
    assert not run.failed, run.text
    return quiet(run)


def quiet(run: Run) -> bool:
    """No secret is in what a run has said."""
    assert not [each for each in (TOKEN, SECRET, PASSWORD) if each in run.text + run.summary]
    return True


def story(made: Team) -> None:
    """A pull request, planned twice, reviewed, merged, applied."""
    went_well(made.propose(17, purpose(description="One")))
    went_well(made.propose(17, purpose(description="Two")))
    assert made.told(17) == [PLANNED]
    assert "Two" in made.github.comments[17][0]["body"]
    made.approve(17)
    made.merge(17)
    assert made.descriptions() == {"Support": "Why"}
    went_well(made.push())
    assert made.descriptions() == {"Support": "Two"}
    assert made.told(17) == [PLANNED, APPLIED]


def test_what_is_proposed_is_planned_and_what_is_merged_is_applied(estate: Team) -> None:
    story(estate)


def test_with_postgresql_it_is_the_same(tmp_path: Path, fake: FakeGitHub, sandbox: Sandbox, postgresql: Server) -> None:
    made = team(tmp_path, fake, sandbox, {"fromEnv": "RECONCILER_LEDGER_URL"}, postgresql.fresh())
    went_well(made.by_hand(**{"new-ledger": True}))
    story(made)


def test_without_a_ledgers_url_every_workflow_says_so(estate: Team) -> None:
    for each in estate.runner.environments.values():
        each.secrets["RECONCILER_LEDGER_URL"] = ""
    for run in (estate.propose(17, purpose(description="One")), estate.by_hand(), estate.push(), estate.look()):
        assert run.failed
        assert "the ledger has to be in PostgreSQL" in run.text


def test_of_a_forks_pull_request_nothing_but_a_summary_is_made(estate: Team) -> None:
    estate.sandbox.control.forget()
    went_well(estate.look())
    estate.github.asked.clear()
    estate.sandbox.control.forget()
    run = estate.propose(17, purpose(description="One"), whose=STRANGER)
    went_well(run)
    assert run.ran("Plan") == []
    assert "One" in run.summary
    assert [each for each in estate.github.asked if not each.startswith("GET ")] == []
    assert estate.sandbox.control.requests() == []


def test_of_two_merges_within_a_second_none_is_lost(estate: Team) -> None:
    """The first run was still waiting when the second one took its place."""
    for number, name in ((17, "Sales"), (18, "Audit")):
        went_well(estate.propose(number, purpose(name), to=f"{name}.yaml"))
        estate.approve(number)
    for number in (17, 18):
        estate.merge(number)
    went_well(estate.push())
    assert set(estate.descriptions()) == {"Support", "Sales", "Audit"}
    assert APPLIED in estate.told(17)
    assert APPLIED in estate.told(18)
    went_well(estate.push())


def test_what_nobody_approved_is_not_applied_and_whoever_merged_reads_why(estate: Team) -> None:
    went_well(estate.propose(17, purpose(description="One")))
    estate.approve(17, by="ann")
    estate.merge(17)
    run = estate.push()
    assert run.ran("Fetch the reviewed plans") == [4], run.text
    assert estate.descriptions() == {"Support": "Why"}
    assert "was not reviewed" in estate.github.comments[17][-1]["body"]
    went_well(estate.by_hand())
    assert estate.descriptions() == {"Support": "One"}
    went_well(estate.push())


def test_a_strangers_artefact_is_not_taken(estate: Team) -> None:
    went_well(estate.propose(17, purpose(description="One")))
    for run in estate.github.runs:
        run["head_repository"] = {"full_name": STRANGER}
    estate.approve(17)
    estate.merge(17)
    assert estate.push().ran("Fetch the reviewed plans") == [4]
    assert estate.descriptions() == {"Support": "Why"}


def test_a_push_that_nobody_reviewed_is_refused(estate: Team) -> None:
    estate.github.commits.append(estate.commit(purpose(description="Pushed")))
    run = estate.push()
    assert run.ran("Fetch the reviewed plans") == [4], run.text
    assert run.ran("Apply") == [None]
    assert estate.descriptions() == {"Support": "Why"}


def test_an_apply_that_failed_is_reported_and_finished_by_the_next_run(estate: Team) -> None:
    went_well(estate.propose(17, purpose(description="One"), purpose("Sales")))
    estate.approve(17)
    estate.merge(17)
    estate.sandbox.control.fault("PUT /api/v2/privacy/purposes/*", "status", times=20, status=403)
    run = estate.push()
    assert run.failed
    quiet(run)
    assert "not applied whole" in estate.github.comments[17][-1]["body"]
    estate.sandbox.control.clear_faults()
    went_well(estate.push())
    assert estate.descriptions() == {"Support": "One", "Sales": "Why"}
    assert estate.told(17) == [PLANNED, APPLIED]


def test_what_was_changed_behind_our_back_is_one_issue_until_it_is_over(estate: Team) -> None:
    went_well(estate.look())
    assert estate.github.issues == []
    for text in ("Theirs", "Theirs again"):
        estate.sandbox.control.edit("purposes", "Support", {"description": text})
        went_well(estate.look())
    assert [(each["state"], "Theirs again" in each["body"]) for each in estate.github.issues] == [("open", True)]
    went_well(estate.by_hand(drift="revert"))
    assert estate.descriptions() == {"Support": "Why"}
    went_well(estate.look())
    assert [each["state"] for each in estate.github.issues] == ["closed"]


def test_by_hand_only_the_main_branch_is_planned(estate: Team) -> None:
    sha = estate.runner.git("rev-parse", "main")
    inputs = {"environment": "default", "new-ledger": False, "drift": "keep"}
    run = estate.runner.run("reconcile-apply-by-hand", event="workflow_dispatch", ref="mine", sha=sha, inputs=inputs)
    assert run.steps == []


def test_by_hand_another_plan_than_the_one_that_was_seen_is_refused(estate: Team) -> None:
    """Sealed anew, as whoever can write artefacts could do."""
    estate.commit(purpose(description="One"))
    kept = estate.github.files_of

    def exchanged(run: int, name: str) -> dict[str, bytes]:
        for file, content in kept(run, name).items():
            place = estate.runner.folder / file
            place.write_bytes(content)
            altered(str(place), as_of="2026-01-01T00:00:00Z")
        return {place.name: place.read_bytes()}

    estate.github.files_of = exchanged  # type: ignore[method-assign]
    run = estate.by_hand()
    assert run.ran("Apply") == [4], run.text
    assert estate.descriptions() == {"Support": "Why"}
