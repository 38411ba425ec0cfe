"""How many more requests of a kind may be made now: a bound that the organisation's queues need (contract §5)."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.apply.following import follow, unended
from reconciler.apply.run import Run
from reconciler.errors import FATAL, Interrupted, ReconcilerError
from reconciler.model.kind import Kind
from reconciler.model.plan import Action
from reconciler.model.request import Stage


class Room:
    """For one pass over what is still to be made: whoever is under way is counted, or asked, once."""

    def __init__(self, run: Run, occupied: Callable[[Run, Kind], int]) -> None:
        self._run = run
        self._occupied = occupied
        self._free: dict[str, int] = {}

    def take(self, kind: Kind) -> bool:
        """Whether one more may be under way; then it is."""
        if kind.name not in self._free:
            self._free[kind.name] = self._run.plan.project.limits.in_flight - self._occupied(self._run, kind)
        is_free = self._free[kind.name] > 0
        self._free[kind.name] -= is_free
        return is_free

    def give_back(self, kind: Kind) -> None:
        """What was to be made was not."""
        self._free[kind.name] += 1


def counted(run: Run, kind: Kind) -> int:
    """Those that are not over as far as is known, whether a manifest still asks for them or not, and those in doubt."""
    doubtful = [
        intent
        for intent in run.ledger.intents()
        if intent.action == Action.SUBMIT.value and intent.address.kind == kind.name
    ]
    return len(unended(run, kind.name)) + len(doubtful)


def asked(run: Run, kind: Kind) -> int:
    """The same; but before room is denied, the organisation is asked how far they are."""
    if counted(run, kind) >= run.plan.project.limits.in_flight:
        for request in unended(run, kind.name):
            _look(run, kind, request.key)
    return counted(run, kind)


def _look(run: Run, kind: Kind, key: str) -> None:
    request = run.ledger.request(key)
    try:
        if request is not None and request.stage is Stage.UNDER_WAY:
            follow(run, kind, request)
    except (*FATAL, Interrupted):
        raise
    except ReconcilerError:
        """It counts as under way."""
