"""SIGKILL of an apply before and after every call and every ledger write: one more, and each head is archived once.

The endpoint's answer may be lost with the process, a copy half made, a notification sent and never filed.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import pytest
from reconciler.model.archive import Notice, Receipt
from reconciler.sandbox import Sandbox
from reconciler.state import open_ledger

from .conftest import NOON
from .crashing import Act, Child, killed, started
from .desk import OPEN, Desk, Json

pytestmark = pytest.mark.long

STRATEGIES = 2


@dataclass
class Stage:
    origin: Desk
    state: Json
    points: list[str]
    runs: Iterator[int]

    def desk(self) -> Desk:
        """Everything as before the first archive, in a folder of its own."""
        control = self.origin.sandbox.control
        control.load(self.state)
        control.forget()
        root = self.origin.root.with_name(f"desk-{next(self.runs)}")
        shutil.copytree(self.origin.root, root)
        return Desk(root, self.origin.sandbox)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Sandbox.start(seed=1, clock=NOON, load={"settings": OPEN}) as sandbox:
        desk = Desk(tmp_path_factory.mktemp("stage") / "desk", sandbox)
        sandbox.control.add_strategies(STRATEGIES, versions=3)
        desk.write(rule(sandbox))
        assert desk.plan().code == 0
        made = Stage(desk, sandbox.control.state(), [], itertools.count())
        undisturbed = made.desk()
        made.points += child(undisturbed, Act.COUNT).points()
        check_all_is_well(undisturbed, told=1)
        yield made


def rule(sandbox: Sandbox) -> Json:
    addresses = sandbox.control.addresses()
    spec = {
        "strategies": "all",
        "retentionDays": 3650,
        "maxVersions": 10,
        "archive": {"endpoint": addresses["archives"], "credential": {"fromEnv": "RECONCILER_SECRET_ARCHIVE"}},
        "backup": {"folder": "backups"},
        "notify": {"url": addresses["notifications"]},
    }
    return {"apiVersion": "reconciler/v1", "kind": "RetentionRule", "metadata": {"name": "history"}, "spec": spec}


def child(desk: Desk, act: Act, at: int = 0) -> Child:
    desk.project(limits={"archivesInFlight": 1})
    arguments = desk.arguments("apply", "--auto-approve", "--parallelism", "1")
    return started(arguments, desk.environment(), desk.root / "child.log", act, at)


def check_all_is_well(desk: Desk, *, told: int) -> None:
    """One archive of each head, a copy of that very one, a receipt, and each told of at least once."""
    control = desk.sandbox.control
    stored = {each["payload"]["idempotencyKey"]: each["payload"] for each in control.archives()}
    copies = [orjson.loads(path.read_bytes())["payload"] for path in (desk.manifests / "backups").glob("*.json")]
    assert len(stored) == len(control.archives()) == STRATEGIES
    assert {each["idempotencyKey"]: each for each in copies} == stored
    assert {each.key: (each.notice, each.timestamp) for each in receipts(desk)} == {
        key: (Notice.SENT, payload["archiveTimestamp"]) for key, payload in stored.items()
    }
    notices = [each.body["payload"]["idempotencyKey"] for each in control.user_requests("/notifications")]
    assert all(1 <= notices.count(key) <= told for key in stored)
    assert set(notices) == stored.keys()
    assert list((desk.manifests / "backups").glob(".*.part")) == []
    assert (desk.intents(), control.strays()) == ((), [])
    assert desk.is_converged(), desk.plan()


def receipts(desk: Desk) -> list[Receipt]:
    with open_ledger(desk.ledger, writable=False) as ledger:
        return list(ledger.receipts().values())


def kill_and_recover(stage: Stage, at: int) -> None:
    desk = stage.desk()
    killed(child(desk, Act.KILL, at), desk.sandbox.control)
    ran = desk.apply()
    assert ran.code == 0, (stage.points[at - 1], ran)
    check_all_is_well(desk, told=2)


def test_the_points_are_all_calls_and_all_ledger_writes(stage: Stage) -> None:
    decided = max(at for at, point in enumerate(stage.points) if point.endswith("/versions"))
    # the rule; for each archive its intent, its receipt, its copy, its notification
    assert stage.points[decided:].count("before a ledger write") >= 1 + STRATEGIES * 4
    assert stage.points.count("before POST /archives") == STRATEGIES


@pytest.mark.parametrize("first", range(4))
def test_after_a_kill_one_more_apply_archives_each_head_once(stage: Stage, first: int) -> None:
    """Every eighth point, so that calls and ledger writes, before and after, all have their turn."""
    for at in range(first * 2 + 1, len(stage.points) + 1, 8):
        kill_and_recover(stage, at)


@pytest.mark.long
def test_after_a_kill_at_any_point_one_more_apply_archives_each_head_once(stage: Stage) -> None:
    for at in range(1, len(stage.points) + 1):
        kill_and_recover(stage, at)
