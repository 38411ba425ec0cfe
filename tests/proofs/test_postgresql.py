"""A team's ledger when things end in the middle: the lock's connection, or the whole process."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from reconciler.sandbox import Sandbox

from postgres import Server

from .crashing import Act, Child, killed, started
from .desk import SETTLE, Desk, link, purpose, schema, text

pytestmark = pytest.mark.long

MANIFESTS = (
    purpose("Fresh"),
    purpose("Second"),
    schema("left", text("key"), link("to_right", "right")),
    schema("right", text("key")),
)
CREATED = ["Fresh", "Second", "left", "right"]


@pytest.fixture
def fresh(tmp_path: Path, sandbox: Sandbox, postgresql: Server) -> Callable[[], Desk]:
    """A desk of a team that has not applied anything yet, and an organisation in which nothing is."""
    numbers = itertools.count()
    beginning = sandbox.control.state()

    def make() -> Desk:
        sandbox.control.load(beginning)
        sandbox.control.forget()
        desk = Desk(tmp_path / str(next(numbers)), sandbox, postgresql.fresh())
        desk.write(*MANIFESTS)
        return desk

    return make


def child(desk: Desk, act: Act, at: int = 0) -> Child:
    arguments = desk.arguments("apply", "--auto-approve", "--parallelism", "1")
    return started(arguments, desk.environment(), desk.root / "child.log", act, at)


def check_all_is_well(desk: Desk) -> None:
    assert desk.creations() == CREATED
    assert desk.intents() == ()
    assert desk.run("audit", "verify").code == 0
    assert desk.is_converged()


def test_a_lock_that_is_lost_in_mid_apply_stops_it_before_its_next_effect(
    fresh: Callable[[], Desk], postgresql: Server
) -> None:
    points = child(fresh(), Act.COUNT).points()
    first = next(at for at, point in enumerate(points, start=1) if point.startswith("after POST /api"))
    desk = fresh()
    with child(desk, Act.HOLD, first) as held:
        held.reached()
        whose = "application_name LIKE 'reconciler apply by %'"
        ended = postgresql.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {whose}")  # noqa: S608
        assert len(ended) == 1
        held.go_on()
        assert held.wait() == 5
        assert "The ledger's lock is lost" in held.told
    assert len(desk.writes()) == 1
    assert (len(desk.rows()), desk.intents()) == (1, ())
    assert desk.apply().code == 0
    check_all_is_well(desk)


def kill_and_recover(desk: Desk, at: int) -> None:
    killed(child(desk, Act.KILL, at), desk.sandbox.control)
    desk.sandbox.control.advance(SETTLE + 1)
    recovered = desk.apply("--lock-timeout", "10s")
    assert recovered.code == 0, recovered
    check_all_is_well(desk)


def test_after_a_kill_between_an_effect_and_its_record_one_more_apply_finishes(fresh: Callable[[], Desk]) -> None:
    points = child(fresh(), Act.COUNT).points()
    kill_and_recover(fresh(), next(at for at, each in enumerate(points, start=1) if each.startswith("after POST /api")))


@pytest.mark.long
def test_after_a_kill_anywhere_one_more_apply_finishes(fresh: Callable[[], Desk]) -> None:
    for at in range(1, len(child(fresh(), Act.COUNT).points()) + 1):
        kill_and_recover(fresh(), at)
