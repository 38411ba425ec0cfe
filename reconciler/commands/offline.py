"""Planning against a snapshot: the same deciding, and nobody is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reconciler.commands.options import PlanOptions
from reconciler.commands.planner import TOOL, Kept, Seen, Sources, decide, wishes_of
from reconciler.commands.replaying import SnapshotApi, SnapshotLedger
from reconciler.commands.workspace import Workspace
from reconciler.errors import ForeignLedger, SnapshotUnreadable, UsageError
from reconciler.model.plan import Plan
from reconciler.model.snapshot import Snapshot
from reconciler.planning.doubts import with_doubts
from reconciler.planning.snapshotfile import read_snapshot


def planned_against(file: Path, workspace: Workspace, options: PlanOptions, *, parallelism: int) -> Plan:
    """The plan as it would have been made when the snapshot was. Raises SnapshotUnreadable, NotInSnapshot,
    UsageError."""
    snapshot = _read(file)
    _check(snapshot, workspace, file)
    _check_ledger(snapshot, workspace, file, is_new=options.new_ledger)
    answers = SnapshotApi(snapshot)
    seen = Seen(snapshot.digests, frozenset(snapshot.variables))
    kept = Kept(seen, frozenset(snapshot.backups), answers.evidence)
    wishes = replace(wishes_of(options, workspace, parallelism=parallelism), kept=kept)
    ledger = SnapshotLedger(snapshot)
    plan = decide(Sources(workspace, ledger, answers, snapshot.organisation, wishes, snapshot.now)).plan
    return with_doubts(plan, snapshot.asked_for)


def _read(file: Path) -> Snapshot:
    try:
        content = file.read_bytes()
    except OSError as error:
        detail = error.strerror or str(error)
        raise SnapshotUnreadable("The snapshot cannot be read", detail=detail, where=str(file)) from None
    try:
        return read_snapshot(content)
    except SnapshotUnreadable as error:
        raise SnapshotUnreadable(error.summary, detail=error.detail, hint=error.hint, where=str(file)) from None


def _check(snapshot: Snapshot, workspace: Workspace, file: Path) -> None:
    """It is for one environment, and of the release that reads it: another one may ask other things."""
    environment = workspace.project.environment.name
    if snapshot.environment != environment:
        raise UsageError(
            "The snapshot is of another environment",
            detail=f"It is of {snapshot.environment}, and this is {environment}.",
            where=str(file),
        )
    if snapshot.tool != TOOL:
        raise UsageError(
            "The snapshot was made by another release",
            detail=f"By {snapshot.tool}; this is {TOOL}.",
            hint="Use that release, or make the snapshot again.",
            where=str(file),
        )


def _check_ledger(snapshot: Snapshot, workspace: Workspace, file: Path, *, is_new: bool) -> None:
    pin, found = workspace.project.ledger_id, snapshot.ledger_id
    if pin and found != pin and (found or not is_new):
        raise ForeignLedger(
            "The snapshot was taken with another ledger",
            detail=f"The project file names the ledger {pin}; the snapshot has {found or 'none'}.",
            hint="Take it again with this project file; where the first apply is still to come, say --new-ledger.",
            where=str(file),
        )
