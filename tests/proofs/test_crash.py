"""SIGKILL of an apply before and after every call and every ledger write: one more apply, and all is as it should be.

Effects may become visible late; every creation must have exactly one effect, whoever repeats what.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox

from .conftest import NOON
from .crashing import Act, Child, killed, started
from .desk import HEADERS, OPEN, SECRET, SETTLE, Desk, Json, link, purpose, removed, schema, text, webhook

pytestmark = pytest.mark.long

LATE = 20
"""Seconds for which readers do not see an effect: less than the settle time."""
AUDIT = "https://audit.example.com/hook"
TERMINATED = -15
"""By a SIGTERM before the ledger's lock is taken, or after it is let go: nothing is under way."""


class Way(Enum):
    """How to apply."""

    SAVED = "the saved plan"
    AGAIN = "a plan made on the spot"
    APPROVED = "a plan made on the spot, if the saved one approves of it"


@dataclass(frozen=True)
class Story:
    """A desk about to apply: what is there, what the manifests say, and what must be created."""

    name: str
    established: tuple[Json, ...]
    by_others: tuple[tuple[str, Json], ...]
    manifests: tuple[Json, ...]
    creates: tuple[str, ...]


LIVED_IN = Story(
    "lived in",
    established=(purpose("Kept"), purpose("Doomed"), schema("profile", text("key"))),
    by_others=(
        (
            "purposes",
            {"name": "Adopted", "description": "theirs", "retentionPeriod": "20d", "legalBasis": "consent"},
        ),
        (
            "flex_schemas",
            {"name": "met", "description": "d", "fields": [{"name": "key", "type": "string"}]},
        ),
    ),
    manifests=(
        purpose("Kept", description="changed"),
        purpose("Adopted") | {"lifecycle": {"adopt": True}},
        purpose("Fresh"),
        schema("met", text("key")),
        schema("profile", text("key"), link("to_left", "left")),
        schema("left", text("key"), link("to_right", "right")),
        schema("right", text("key"), link("to_left", "left")),
        removed("Purpose/Doomed"),
    ),
    creates=("Fresh", "left", "right"),
)
"""Creates (a circle of references among them), updates, a deletion, an adoption, and something only to be recorded."""

NEW = Story(
    "new",
    established=(),
    by_others=(),
    manifests=(purpose("Fresh"), schema("left", link("to_right", "right"), text("key")), schema("right", text("key"))),
    creates=("Fresh", "left", "right"),
)
"""The very first apply: the ledger is made on the way."""

HEARD = Story(
    "heard",
    established=(schema("profile", text("key")), webhook("Kept")),
    by_others=(),
    manifests=(
        schema("profile", text("key"), text("more"), auditWebhook={"endpoint": AUDIT, "headers": HEADERS}),
        schema("fresh", text("key"), auditWebhook={"endpoint": AUDIT}),
        webhook("Kept", endpoint=AUDIT),
        webhook("Compliance"),
    ),
    creates=("Compliance", "SchemaAudit_fresh", "SchemaAudit_profile", "fresh"),
)
"""Webhooks, whose names the organisation lets repeat, with secrets, before and after the schemas that they watch."""


@pytest.fixture(scope="module")
def organisation() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1, clock=NOON, load={"settings": OPEN}) as running:
        yield running


@dataclass
class Stage:
    """A story set up once, to be played again and again from the same beginning."""

    story: Story
    origin: Desk
    state: Json
    points: dict[Way, list[str]]
    outcome: Json
    runs: Iterator[int]

    def desk(self) -> Desk:
        """Everything as at the beginning, in a folder of its own."""
        control = self.origin.sandbox.control
        control.clear_faults()
        control.load(self.state)
        control.forget()
        for method in ("POST", "PUT", "DELETE"):
            control.fault(f"{method} /api/v2/**", "late", seconds=LATE, times=None)
        root = self.origin.root.with_name(f"{self.origin.root.name}-{next(self.runs)}")
        shutil.copytree(self.origin.root, root)
        return Desk(root, self.origin.sandbox)


def staged(story: Story, sandbox: Sandbox, folder: Path, *, ways: Iterable[Way] = Way) -> Stage:
    desk = Desk(folder / story.name.replace(" ", "-"), sandbox)
    sandbox.control.clear_faults()
    sandbox.control.load({"settings": OPEN})
    if story.established:
        desk.write(*story.established)
        assert desk.apply().code == 0
    for collection, body in story.by_others:
        sandbox.control.create(collection, body)
    desk.write(*story.manifests)
    planned = desk.plan()
    assert planned.code == 0, planned
    stage = Stage(story, desk, sandbox.control.state(), {}, {}, itertools.count())
    for way in ways:
        undisturbed = stage.desk()
        stage.points[way] = child(undisturbed, way, Act.COUNT).points()
        sandbox.control.advance(SETTLE)
        assert undisturbed.is_converged()
        stage.outcome = outcome(sandbox.control)
    return stage


@pytest.fixture(scope="module")
def stage_of(organisation: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Story], Stage]:
    known: dict[str, Stage] = {}

    def find(story: Story) -> Stage:
        if story.name not in known:
            known[story.name] = staged(story, organisation, tmp_path_factory.mktemp("stage"))
        return known[story.name]

    return find


def how(desk: Desk, way: Way) -> list[str]:
    match way:
        case Way.SAVED:
            return [str(desk.plan_file)]
        case Way.AGAIN:
            return ["--auto-approve"]
        case Way.APPROVED:
            return ["--drift", "keep", "--approved-plan", str(desk.plan_file)]


def child(desk: Desk, way: Way, act: Act, at: int = 0, parallelism: int = 1) -> Child:
    arguments = desk.arguments("apply", *how(desk, way), "--parallelism", str(parallelism))
    return started(arguments, desk.environment(), desk.root / "child.log", act, at)


def outcome(control: Control) -> Json:
    """Everything that is there, with names for ids."""
    schemas = control.objects("flex_schemas")
    names = {each["id"]: each["name"] for each in schemas}
    found = [("purposes", each) for each in control.objects("purposes")] + [("schemas", each) for each in schemas]
    found += [("webhooks", each) for each in control.objects("webhooks")]
    return {f"{collection}/{body['name']}": _named(body, names) for collection, body in found}


def _named(body: Any, names: dict[str, str]) -> Any:
    if isinstance(body, list):
        return sorted((_named(each, names) for each in body), key=str)
    if not isinstance(body, dict):
        by_schema = re.fullmatch("schemaId eq '(.*)'", body) if isinstance(body, str) else None
        return names.get(by_schema[1] if by_schema else body, body) if isinstance(body, str) else body
    unstable = ("id", "version", "createdDate", "modifiedDate")
    return {name: _named(value, names) for name, value in body.items() if name not in unstable}


def recover(desk: Desk, way: Way) -> None:
    ran = desk.run("apply", *how(desk, way))
    assert ran.code == 0, ran


def check_all_is_well(stage: Stage, desk: Desk) -> None:
    assert desk.creations() == sorted(stage.story.creates), "each creation has one effect"
    assert desk.intents() == ()
    assert outcome(desk.sandbox.control) == stage.outcome
    assert not [each for each in desk.root.rglob("*") if each.is_file() and SECRET.encode() in each.read_bytes()]
    desk.sandbox.control.advance(LATE + 1)
    assert desk.is_converged(), desk.plan()


def kill_and_recover(stage: Stage, at: int, way: Way, recovery: Way, *, parallelism: int = 1) -> None:
    """Kill at one point; then one more apply, after the settle time, puts everything right."""
    desk = stage.desk()
    killed(child(desk, way, Act.KILL, at, parallelism), desk.sandbox.control)
    desk.sandbox.control.advance(SETTLE + 1)
    recover(desk, recovery)
    check_all_is_well(stage, desk)


def kill_and_recover_at_once(stage: Stage, at: int, way: Way) -> None:
    """Kill at one point; an apply that comes before effects show may stop, and never harms."""
    desk = stage.desk()
    killed(child(desk, way, Act.KILL, at), desk.sandbox.control)
    hasty = desk.run("apply", *how(desk, way))
    assert hasty.code in (0, 1, 4, 5), hasty
    desk.sandbox.control.advance(SETTLE + 1)
    recover(desk, Way.AGAIN)
    check_all_is_well(stage, desk)


def test_the_points_are_all_calls_and_all_ledger_writes(stage_of: Callable[[Story], Stage]) -> None:
    points = stage_of(LIVED_IN).points[Way.SAVED]

    calls = [point for point in points if point.startswith("before ") and "ledger" not in point]
    # token, organisation; three creations, the circle's closing, two updates, the adoption, the deletion
    assert len(calls) == 10
    # each of the eight writes is intended, then settled; one object is only recorded
    assert points.count("before a ledger write") == 2 * 8 + 1
    assert len(points) == 2 * (10 + 17)
    assert len(stage_of(LIVED_IN).points[Way.AGAIN]) == len(points) + 2 * 2, "a list of each kind in use"


ALL_WAYS = [
    (Way.SAVED, Way.SAVED),
    (Way.SAVED, Way.AGAIN),
    (Way.AGAIN, Way.AGAIN),
    (Way.APPROVED, Way.APPROVED),
]
"""How the killed apply and the next one are made. (A plan made on the spot is gone with its process.)"""


def every(stage: Stage, step: int, way: Way = Way.SAVED) -> range:
    return range(1, len(stage.points[way]) + 1, step)


def test_after_a_kill_one_more_apply_finishes(stage_of: Callable[[Story], Stage]) -> None:
    """Every fifth point, so that calls and ledger writes, before and after, all have their turn."""
    stage = stage_of(LIVED_IN)
    for at, (way, recovery) in zip(every(stage, 5), itertools.cycle(ALL_WAYS), strict=False):
        kill_and_recover(stage, at, way, recovery)


def test_a_hasty_apply_after_a_kill_does_no_harm(stage_of: Callable[[Story], Stage]) -> None:
    stage = stage_of(LIVED_IN)
    for at, way in zip(every(stage, 7), itertools.cycle(Way), strict=False):
        kill_and_recover_at_once(stage, at, way)


def test_after_a_kill_of_the_very_first_apply_one_more_finishes(stage_of: Callable[[Story], Stage]) -> None:
    stage = stage_of(NEW)
    for at in every(stage, 5):
        kill_and_recover(stage, at, Way.SAVED, Way.SAVED)


def test_after_a_kill_among_webhooks_one_more_apply_finishes(stage_of: Callable[[Story], Stage]) -> None:
    stage = stage_of(HEARD)
    for at, (way, recovery) in zip(every(stage, 5), itertools.cycle(ALL_WAYS), strict=False):
        kill_and_recover(stage, at, way, recovery)


@pytest.mark.parametrize("at", [9, 14, 23])
def test_an_interrupted_apply_exits_130_and_the_next_one_finishes(stage_of: Callable[[Story], Stage], at: int) -> None:
    interrupt_and_recover(stage_of(LIVED_IN), at, Act.INTERRUPT)


def interrupt_and_recover(stage: Stage, at: int, act: Act) -> None:
    """What was in flight is finished and nothing else is started, so the ledger is true at once and the next apply need
    not wait."""
    desk = stage.desk()
    code = child(desk, Way.SAVED, act, at).wait()
    begun = [
        point
        for point in stage.points[Way.SAVED][:at]
        if point.startswith(("before POST /api", "before PUT", "before DEL"))
    ]
    assert len(desk.writes()) <= len(begun) + 1
    assert code == 130 or (act is Act.TERMINATE and code == TERMINATED)
    if act is not Act.INTERRUPT_TWICE:
        assert desk.intents() == ()
    else:
        desk.sandbox.control.advance(SETTLE + 1)
    recover(desk, Way.SAVED)
    check_all_is_well(stage, desk)


@pytest.mark.long
@pytest.mark.parametrize("parallelism", [1, 8])
@pytest.mark.parametrize(("way", "recovery"), ALL_WAYS)
@pytest.mark.parametrize("story", [LIVED_IN, NEW, HEARD], ids=lambda story: story.name)
def test_after_a_kill_anywhere_one_more_apply_finishes(
    stage_of: Callable[[Story], Stage], story: Story, way: Way, recovery: Way, parallelism: int
) -> None:
    stage = stage_of(story)
    for at in every(stage, 1, way):
        kill_and_recover(stage, at, way, recovery, parallelism=parallelism)


@pytest.mark.long
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("story", [LIVED_IN, NEW, HEARD], ids=lambda story: story.name)
def test_a_hasty_apply_after_a_kill_anywhere_does_no_harm(
    stage_of: Callable[[Story], Stage], story: Story, way: Way
) -> None:
    stage = stage_of(story)
    for at in every(stage, 1, way):
        kill_and_recover_at_once(stage, at, way)


@pytest.mark.long
@pytest.mark.parametrize("act", [Act.INTERRUPT, Act.TERMINATE, Act.INTERRUPT_TWICE])
def test_an_interruption_anywhere_exits_130_and_the_next_apply_finishes(
    stage_of: Callable[[Story], Stage], act: Act
) -> None:
    stage = stage_of(LIVED_IN)
    for at in every(stage, 1):
        interrupt_and_recover(stage, at, act)
