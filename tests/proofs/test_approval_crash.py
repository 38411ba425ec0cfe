"""A runner killed in the middle of an apply under approvals: run again with the same ones, it finishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reconciler.sandbox import Sandbox

from .conftest import NOON
from .crashing import Act, killed
from .desk import OPEN, SETTLE, purpose
from .test_crash import LIVED_IN, NEW, Stage, Story, Way, child, every, how, kill_and_recover, staged

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stage_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Story], Stage]]:
    known: dict[str, Stage] = {}
    with Sandbox.start(seed=1, clock=NOON, load={"settings": OPEN}) as organisation:

        def find(story: Story) -> Stage:
            if story.name not in known:
                known[story.name] = staged(story, organisation, tmp_path_factory.mktemp("stage"), ways=[Way.APPROVED])
            return known[story.name]

        yield find


def midway(stage: Stage) -> int:
    """The point where the ledger has just learned of the first effect."""
    points = stage.points[Way.APPROVED]
    sent = next(at for at, point in enumerate(points) if point.startswith("after POST /api"))
    return points.index("after a ledger write", sent) + 1


def test_after_a_kill_the_same_approvals_finish_what_they_approved(stage_of: Callable[[Story], Stage]) -> None:
    """Before there is a ledger, after it is made, between the two steps of one creation."""
    stage = stage_of(NEW)
    for at in every(stage, 9, Way.APPROVED):
        kill_and_recover(stage, at, Way.APPROVED, Way.APPROVED)


def test_what_others_approve_meanwhile_is_applied_with_it(stage_of: Callable[[Story], Stage], tmp_path: Path) -> None:
    """The next merge brings its own approval, and that of the run that was cut off."""
    stage = stage_of(NEW)
    desk = stage.desk()
    desk.write(*stage.story.manifests, purpose("Later"))
    later = tmp_path / "later.json"
    assert desk.run("plan", "--drift", "keep", "--out", str(later)).code == 0
    desk.write(*stage.story.manifests)
    killed(child(desk, Way.APPROVED, Act.KILL, midway(stage)), desk.sandbox.control)
    desk.sandbox.control.advance(SETTLE + 1)
    desk.write(*stage.story.manifests, purpose("Later"))
    ran = desk.run("apply", *how(desk, Way.APPROVED), "--approved-plan", str(later))
    assert ran.code == 0, ran
    assert desk.creations() == sorted((*stage.story.creates, "Later"))


def test_without_the_approvals_of_the_run_that_was_cut_off_it_is_overtaken(
    stage_of: Callable[[Story], Stage], tmp_path: Path
) -> None:
    stage = stage_of(NEW)
    desk = stage.desk()
    later = tmp_path / "later.json"
    desk.write(*stage.story.manifests, purpose("Later"))
    assert desk.run("plan", "--drift", "keep", "--out", str(later)).code == 0
    desk.write(*stage.story.manifests)
    killed(child(desk, Way.APPROVED, Act.KILL, midway(stage)), desk.sandbox.control)
    desk.sandbox.control.advance(SETTLE + 1)
    desk.write(*stage.story.manifests, purpose("Later"))
    ran = desk.run("apply", "--drift", "keep", "--approved-plan", str(later))
    assert ran.code == 4, ran


@pytest.mark.long
@pytest.mark.parametrize("parallelism", [1, 8])
def test_after_a_kill_anywhere_the_same_approvals_finish(stage_of: Callable[[Story], Stage], parallelism: int) -> None:
    stage = stage_of(LIVED_IN)
    for at in every(stage, 1, Way.APPROVED):
        kill_and_recover(stage, at, Way.APPROVED, Way.APPROVED, parallelism=parallelism)
