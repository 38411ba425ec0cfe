"""Around every effect: the intent before it, the row after it, and the truth when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from reconciler.apply.conflict import Conflict
from reconciler.apply.doubt import InDoubt, Looking, written
from reconciler.apply.records import entry_of, row_of
from reconciler.apply.run import Run
from reconciler.errors import Interrupted, LedgerError, ReconcilerError, Unknown
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Action, Change
from reconciler.model.report import Outcome, Waiting
from reconciler.model.values import Normal, Path

MAX_ATTEMPTS: Final = 3
"""How often a write is tried against concurrent edits (seed 004: three)."""
BACKOFF: Final = 1.0
"""Seconds before the second attempt, doubled for the third (seed 004: 1 and 2 s)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step achieved: the object as the organisation answered it, and the paths taken over from others.

    `instead` is the action that was taken where the planned one was not allowed.
    """

    outcome: Outcome
    entity: Observed | None = None
    after: Normal | None = None
    theirs: tuple[Path, ...] = ()
    instead: Action | None = None


def intend(run: Run, kind: Kind, change: Change, after: Normal) -> Intent:
    """Note what is about to be sent, durably, before it is."""
    declared = change.declared if change.declared is not None else {}
    try:
        body = run.noted(kind, after)
    except ReconcilerError as error:
        run.ledger.note(entry_of(run, kind, change, "FAILED", error=error))
        raise
    return run.ledger.begin(
        Intent(
            number=0,
            seal=run.seal,
            step=change.step,
            address=change.address,
            action=change.action.value,
            live_id=change.live_id or run.known.ids.get(change.address, ""),
            declared=declared,
            protect=change.protect,
            at=run.api.server_time(),
            body=body,
        )
    )


def settled(run: Run, kind: Kind, change: Change, intent: Intent, effect: Effect) -> Effect:
    """Close the intent with what it achieved."""
    entity = effect.entity
    if entity is None:
        return effect
    run.known.learn(change.address, entity)
    result = "MERGED" if effect.outcome is Outcome.MERGED else "SUCCESS"
    entry = entry_of(run, kind, change, result, live_id=entity.live_id, after=effect.after)
    with written():
        run.ledger.settle(intent, entry, row=row_of(run, kind, change, entity))
    return effect


def give_up(run: Run, kind: Kind, change: Change, intent: Intent, error: ReconcilerError) -> NoReturn:
    """Nothing happened, for certain: close the intent, and let the error go on. What is in doubt stays open."""
    if not isinstance(error, Unknown | InDoubt | Interrupted | LedgerError):
        result = "CONFLICT" if isinstance(error, Conflict) else "FAILED"
        run.ledger.settle(intent, entry_of(run, kind, change, result, error=error))
    raise error


def back_off(run: Run, kind: Kind, change: Change, number: int, refusal: ReconcilerError) -> None:
    """Wait after a write that was refused because of somebody's edit, and before the next attempt."""
    run.ledger.note(entry_of(run, kind, change, "RETRIED", error=refusal))
    seconds = BACKOFF * 2 ** (number - 1)
    run.emit(Waiting(seconds, f"{change.address} was changed meanwhile"))
    run.clock.sleep(seconds)


def looking(run: Run) -> Looking:
    """What this run needs for looking."""
    settle = run.plan.project.timing.settle
    return Looking(run.api, run.ledger, run.clock, run.deciding.matching, run.emit, settle, run.plan.bindings)


def live_id_of(run: Run, change: Change) -> str:
    """The object's live id: as planned, or as an earlier step of this run has learned it."""
    return change.live_id or run.known.ids[change.address]
