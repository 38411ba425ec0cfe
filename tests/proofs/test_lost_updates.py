"""Two ledgers with different manifests for one schema, and a human who edits it before and after every plan's reading.

The referee in `rivals` judges every single apply: nothing foreign is lost, nothing is overwritten that the plan's
reader did not see and the plan did not show, what overlaps stops and is shown, what does not is merged exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.sandbox import Sandbox

from .conftest import EVERYDAY, NOON, THOROUGH
from .desk import OPEN, Desk
from .rivals import NAMES, OPTIONS, SHARED, TYPES, Arena, Edit, Player, Referee, Verdict, act, leaves, seen

pytestmark = pytest.mark.long


def edits(*names: str, texts: tuple[str, ...] = ("one", "two"), whole: bool = True) -> st.SearchStrategy[Edit]:
    """Edits of these fields, of the description, and of the object as a whole."""
    name, option = st.sampled_from(names), st.sampled_from(OPTIONS)
    of_fields = [
        st.tuples(st.just("set"), name, st.just("type"), st.sampled_from(TYPES)),
        st.tuples(st.just("set"), name, st.just("required"), st.booleans()),
        st.tuples(st.just("option+"), name, option),
        st.tuples(st.just("option-"), name, option),
        st.tuples(st.just("drop"), name),
    ]
    of_all = [st.tuples(st.just("describe"), st.sampled_from(texts))] if texts else []
    gone = [st.just(("delete",))] if whole else []
    # each sort of edit of a field twice as likely as the rest
    return st.one_of(*of_fields, *of_fields, *of_all, *gone)


EVERY_NAME = (*NAMES["a"], *NAMES["b"], *SHARED, *NAMES["human"])
HUMAN = edits(*EVERY_NAME)
STATED = {who: edits(*NAMES[who], *SHARED, NAMES["human"][0]) for who in ("a", "b")}


@dataclass(frozen=True)
class Turn:
    """A player changes the manifests, others edit, the player plans, others edit, the player applies."""

    who: str
    stated: list[Edit]
    drift: str
    before: list[Edit]
    after: list[Edit]
    rival: Edit | None
    """What the other player changes, plans and applies between our plan and our apply."""
    waiting: Edit | None
    """What the human does at the moment of our PUT."""


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    who = draw(st.sampled_from("ab"))
    other = "b" if who == "a" else "a"
    stated = draw(st.lists(STATED[who], min_size=1, max_size=2))
    touched = {edit[1] for edit in stated if edit[1:]} & set(EVERY_NAME)
    meddling = edits(*sorted(touched)) if touched else HUMAN
    return Turn(
        who,
        stated,
        draw(st.sampled_from(["revert", "revert", "keep"])),
        draw(st.lists(HUMAN, max_size=1)),
        draw(st.lists(HUMAN | meddling, max_size=2)),
        draw(st.none() | STATED[other]),
        draw(st.none() | st.none() | edits(*EVERY_NAME)),
    )


GAMES = st.lists(turns(), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def organisation() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1, clock=NOON, load={"settings": OPEN}) as running:
        yield running


@pytest.fixture(scope="module")
def arena(organisation: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Arena:
    return opened(organisation, tmp_path_factory)


def opened(organisation: Sandbox, folders: pytest.TempPathFactory) -> Arena:
    """Both players have applied, and the human has added a field of their own."""
    a = Player(Desk(folders.mktemp("a"), organisation), {"description": "one", "fields": fields("a1", "s1")})
    b = Player(Desk(folders.mktemp("b"), organisation), {"fields": fields("b1", "s1")})
    for player in (a, b):
        player.save()
        assert player.desk.apply().code == 0
    act(organisation.control, ("set", "h1", "type", "string"))
    return Arena(organisation.control, {"a": a, "b": b}, organisation.control.state())


def fields(*names: str) -> dict[str, Any]:
    return {name: {"type": "string", "required": False, "options": ["x", "y"]} for name in names}


def play(arena: Arena, game: list[Turn], tally: Counter[Verdict]) -> None:
    players, referee = arena.game()
    try:
        for turn in game:
            take(turn, players, referee)
    finally:
        tally.update(referee.tally)


def take(turn: Turn, players: dict[str, Player], referee: Referee) -> None:
    player = players[turn.who]
    for edit in turn.stated:
        player.edit(edit)
    for edit in turn.before:
        act(referee.control, edit)
    player.plan(turn.drift)
    for edit in turn.after:
        act(referee.control, edit)
    if turn.rival is not None:
        rival = players["b" if turn.who == "a" else "a"]
        rival.edit(turn.rival)
        rival.plan()
        referee.apply(rival)
    referee.apply(player, waiting=turn.waiting)


def assert_that_something_happened(tally: Counter[Verdict]) -> None:
    """Or else the proof would prove nothing."""
    for verdict in ("written", "merged", "conflict"):
        assert tally[verdict] >= 4, tally


def test_nobodys_edit_is_ever_lost(arena: Arena) -> None:
    tally: Counter[Verdict] = Counter()

    @EVERYDAY
    @given(GAMES)
    def games(game: list[Turn]) -> None:
        play(arena, game, tally)

    games()
    assert_that_something_happened(tally)


@pytest.mark.long
def test_nobodys_edit_is_ever_lost_in_many_games(arena: Arena) -> None:
    tally: Counter[Verdict] = Counter()

    @THOROUGH
    @given(GAMES)
    def games(game: list[Turn]) -> None:
        play(arena, game, tally)

    games()
    assert_that_something_happened(tally)


OWN = {
    who: edits(*NAMES[who], texts=(), whole=False).filter(lambda edit: edit not in (("drop", "a1"), ("drop", "b1")))
    for who in ("a", "b")
}
APART = st.lists(
    st.tuples(st.just("human"), edits(*NAMES["human"], texts=(), whole=False))
    | st.tuples(st.just("human"), st.tuples(st.just("option+"), st.sampled_from(["a1", "b1", "s1"]), st.just("z")))
    | st.tuples(st.just("a"), OWN["a"])
    | st.tuples(st.just("b"), OWN["b"]),
    min_size=1,
    max_size=6,
)
"""Edits that cannot overlap: everybody has fields of their own, and adds an option to others' at most."""


def test_where_nothing_overlaps_everybodys_second_plan_is_empty(arena: Arena) -> None:
    @settings(EVERYDAY, max_examples=15)
    @given(APART, APART)
    def games(early: list[tuple[str, Edit]], late: list[tuple[str, Edit]]) -> None:
        play_apart(arena, early, late)

    games()


@pytest.mark.long
def test_where_nothing_overlaps_everybodys_second_plan_is_empty_in_many_games(arena: Arena) -> None:
    @settings(THOROUGH, max_examples=150)
    @given(APART, APART)
    def games(early: list[tuple[str, Edit]], late: list[tuple[str, Edit]]) -> None:
        play_apart(arena, early, late)

    games()


def play_apart(arena: Arena, early: list[tuple[str, Edit]], late: list[tuple[str, Edit]]) -> None:
    """Both plan at the same time, the human edits before and after; both apply; nobody has anything left to do."""
    players, referee = arena.game()
    for who, edit in early:
        _make(players, referee, who, edit)
    for player in players.values():
        assert player.plan().code == 0
    for who, edit in late:
        if who == "human":
            act(referee.control, edit)
    for player in players.values():
        assert referee.apply(player) in ("nothing", "written", "merged")
    left = seen(referee.control)
    for player in players.values():
        assert player.plan().changes == []
        for leaf, value in leaves(player.stated).items():
            assert leaves(left).get(leaf) == value


def _make(players: dict[str, Player], referee: Referee, who: str, edit: Edit) -> None:
    if who == "human":
        act(referee.control, edit)
    else:
        players[who].edit(edit)


def test_a_plan_that_a_later_one_of_the_same_ledger_has_overtaken_is_stale(arena: Arena) -> None:
    """Only others' edits are merged: what we have decided since is not to be decided again by an older plan."""
    players, referee = arena.game()
    player = players["a"]
    player.edit(("describe", "two"))
    player.plan()
    overtaken = player.desk.plan_file.read_bytes()
    player.edit(("option+", "a1", "z"))
    player.plan()
    assert referee.apply(player) == "written"
    left = seen(referee.control)

    player.desk.plan_file.write_bytes(overtaken)
    stale = player.desk.apply_saved()

    assert stale.code == 4, stale
    assert stale.document["summary"] == "The plan is stale"
    assert seen(referee.control) == left
