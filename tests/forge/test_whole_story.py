"""What a new user does, from an empty directory to adoption, with the workflows that `init` wrote for him."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from reconciler.sandbox import Sandbox

from commands.project import ROBOT, SETTINGS

from .fake import FakeGitHub
from .runner import Run
from .team import team_of

pytestmark = pytest.mark.long


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(load={"settings": SETTINGS, "clients": [ROBOT]}, seed="story") as running:
        yield running


def went_well(run: Run) -> None:
    assert not run.failed, run.text


@pytest.mark.parametrize("kind", ["file", "database"])
def test_from_an_empty_directory_to_adoption(
    request: pytest.FixtureRequest, tmp_path: Path, fake: FakeGitHub, sandbox: Sandbox, kind: str
) -> None:
    url = request.getfixturevalue("postgresql").fresh() if kind == "database" else ""
    exported = {"RECONCILER_LEDGER_URL": url} if url else {}
    origin = tmp_path / "origin"
    made = team_of(tmp_path, origin, fake, sandbox, url or "of no use here")

    # An empty directory, and a commit.
    origin.mkdir()
    made.type("init", ".", **exported)
    if kind == "file":  # one that outlives every run of a runner
        with (origin / "manifests" / "reconciler.yaml").open("a") as project_file:
            project_file.write(f"ledger: {tmp_path / 'ledger.db'}\n")
    made.type("validate", **exported)
    made.type("fmt", **exported)
    made.type("fmt", "--check", **exported)
    made.begin()

    # The first apply, as reviewed by hand.
    went_well(made.by_hand(**{"new-ledger": True}))
    (name,) = made.descriptions()

    # A branch with a change: the plan; its review; the merge; the apply.
    went_well(made.propose(17, changed(origin, "Because it was reviewed")))
    assert "Because it was reviewed" in fake.comments[17][0]["body"]
    made.approve(17)
    made.merge(17)
    went_well(made.push())
    assert made.descriptions() == {name: "Because it was reviewed"}

    # A hand edit, and what becomes of it.
    sandbox.control.edit("purposes", name, {"description": "Edited in the user interface"})
    went_well(made.look())
    assert [each["state"] for each in fake.issues] == ["open"]
    assert "says what is there now" in made.type("drift", "--adopt", **exported)
    went_well(made.propose(18))
    made.approve(18)
    made.merge(18)
    went_well(made.push())
    assert made.descriptions() == {name: "Edited in the user interface"}
    went_well(made.look())
    assert [each["state"] for each in fake.issues] == ["closed"]
    assert "No changes." in made.type("plan", **exported)
    made.type("audit", "verify", **exported)


def changed(origin: Path, description: str) -> Any:
    stated = yaml.safe_load((origin / "manifests" / "purposes.yaml").read_text())
    return {**stated, "spec": {**stated["spec"], "description": description}}
