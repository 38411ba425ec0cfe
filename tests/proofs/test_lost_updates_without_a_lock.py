"""An organisation that shows no version: read, compare, write, read back. What that can do, and what it cannot.

Between our comparing GET and our PUT there is an instant in which nobody can stop us from overwriting an edit, for the
API has no lock. Everything on either side of that instant is merged or noticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from reconciler.sandbox import Sandbox

from .conftest import EVERYDAY, NOON, THOROUGH
from .desk import OPEN, Desk, purpose, removed
from .rivals import Arena, Verdict
from .test_call_counts import PURPOSES
from .test_lost_updates import GAMES, Turn, assert_that_something_happened, opened, play

ONE = f"{PURPOSES}/*"


@pytest.fixture(scope="module")
def organisation() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1, clock=NOON, load={"settings": {**OPEN, "locking": "none"}}) as running:
        yield running


@pytest.fixture(scope="module")
def arena(organisation: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Arena:
    return opened(organisation, tmp_path_factory)


def games(arena: Arena, profile: settings) -> None:
    """Everybody edits before and after everybody's plan; only the very instant of the write is left out."""
    tally: Counter[Verdict] = Counter()

    @profile
    @given(GAMES.map(lambda game: [_not_at_the_very_instant(turn) for turn in game]))
    def run(game: list[Turn]) -> None:
        play(arena, game, tally)

    run()
    assert_that_something_happened(tally)


def _not_at_the_very_instant(turn: Turn) -> Turn:
    return Turn(turn.who, turn.stated, turn.drift, turn.before, turn.after, turn.rival, None)


@pytest.mark.long
def test_nobodys_edit_is_lost_on_either_side_of_the_plan(arena: Arena) -> None:
    games(arena, settings(EVERYDAY, max_examples=20))


@pytest.mark.long
def test_nobodys_edit_is_lost_on_either_side_of_the_plan_in_many_games(arena: Arena) -> None:
    games(arena, settings(THOROUGH, max_examples=250))


@pytest.fixture
def unlocked(desk: Desk) -> Desk:
    """A desk about to change a description."""
    desk.sandbox.control.settings(locking="none")
    desk.write(purpose("Support"))
    assert desk.apply().code == 0
    desk.write(purpose("Support", description="ours"))
    assert desk.plan().code == 0
    return desk


def human(method: str, **patch: str) -> Callable[[Desk], None]:
    """An edit right before the next request of that method is handled, or right after it."""

    def arrange(desk: Desk) -> None:
        verb, _, when = method.partition(" ")
        edit = {"operation": "patch", "collection": "purposes", "target": "Support", "body": patch}
        desk.sandbox.control.fault(f"{verb} {ONE}", "edit", edits=[edit], when=when)

    return arrange


def now(desk: Desk) -> tuple[str, str]:
    found = desk.sandbox.control.find("purposes", "Support")
    return found["description"], found["retentionPeriod"]


def befores(desk: Desk) -> list[str]:
    """The values that the next plan would change, as it shows them."""
    return [part["before"] for part in desk.plan().changes[0]["fields"]]


def test_an_edit_before_the_comparing_read_is_merged(unlocked: Desk) -> None:
    human("GET before", retentionPeriod="90d")(unlocked)

    applied = unlocked.apply_saved()

    assert applied.code == 0, applied
    assert applied.outcomes == {"Purpose/Support": "merged"}
    assert now(unlocked) == ("ours", "90d")


def test_an_overlapping_edit_before_the_comparing_read_stops_the_write(unlocked: Desk) -> None:
    human("GET before", description="theirs")(unlocked)

    applied = unlocked.apply_saved()

    assert applied.code == 4, applied
    assert applied.result("Purpose/Support")["overlaps"]
    assert now(unlocked) == ("theirs", "30d")


def test_an_overlapping_edit_right_after_the_write_is_noticed_when_reading_back(unlocked: Desk) -> None:
    human("PUT after", description="theirs")(unlocked)

    applied = unlocked.apply_saved()

    assert applied.code == 5
    assert applied.outcomes == {"Purpose/Support": "in doubt"}
    assert now(unlocked) == ("theirs", "30d")
    assert "theirs" in befores(unlocked), "and the next plan shows it"


def test_a_disjoint_edit_right_after_the_write_is_kept(unlocked: Desk) -> None:
    """Nothing overlaps: the next plan shows the edit of a value that we own, and overwrites nothing before."""
    human("PUT after", retentionPeriod="10d")(unlocked)

    unlocked.apply_saved()

    assert now(unlocked) == ("ours", "10d")
    assert "10d" in befores(unlocked)


def test_an_edit_in_the_instant_between_read_and_write_is_overwritten_and_nobody_can_tell(unlocked: Desk) -> None:
    """What cannot be closed without a lock in the API; the README says so. This test is here to keep it said."""
    human("PUT before", retentionPeriod="90d")(unlocked)

    assert unlocked.apply_saved().code == 0
    assert now(unlocked) == ("ours", "30d")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_write_without_an_answer_is_read_back(unlocked: Desk, when: str) -> None:
    unlocked.sandbox.control.fault(f"PUT {ONE}", "cut", when=when)

    applied = unlocked.apply_saved()

    assert applied.outcomes == {"Purpose/Support": "done" if when == "after" else "in doubt"}, applied
    assert unlocked.apply().code == 0
    assert now(unlocked) == ("ours", "30d")
    assert unlocked.is_converged()


def test_what_was_edited_since_the_plan_is_not_deleted(unlocked: Desk) -> None:
    unlocked.write(removed("Purpose/Support"))
    unlocked.plan()
    unlocked.sandbox.control.edit("purposes", "Support", {"description": "still in use"})

    applied = unlocked.apply_saved()

    assert applied.code == 4, applied
    assert now(unlocked) == ("still in use", "30d")


def test_what_is_as_planned_is_deleted(unlocked: Desk) -> None:
    unlocked.write(removed("Purpose/Support"))

    assert unlocked.apply().code == 0
    assert unlocked.sandbox.control.objects("purposes") == []
