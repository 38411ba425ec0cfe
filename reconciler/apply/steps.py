"""One step of a plan: which action is done how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from reconciler.apply.creating import create
from reconciler.apply.deleting import delete, disable, forget
from reconciler.apply.intents import Effect
from reconciler.apply.replacing import record, replace
from reconciler.apply.run import Run
from reconciler.model.kind import Kind
from reconciler.model.plan import Action, Change


def perform(run: Run, change: Change) -> Effect:
    """Do one step, and leave the ledger true. Raises ReconcilerError."""
    run.known.began[change.step] = run.clock.monotonic()
    return _DOING[change.action](run, run.kinds[change.address.kind], change)


_DOING: Final[Mapping[Action, Callable[[Run, Kind, Change], Effect]]] = {
    Action.CREATE: create,
    Action.RECREATE: create,
    Action.ADOPT: replace,
    Action.UPDATE: replace,
    Action.DELETE: delete,
    Action.DISABLE: disable,
    Action.FORGET: forget,
    Action.RECORD: record,
    Action.ORDER: record,
}
