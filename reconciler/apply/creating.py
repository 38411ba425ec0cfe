"""Creating an object: at most once in effect."""

from __future__ import annotations

from reconciler.apply.conflict import Conflict
from reconciler.apply.doubt import InDoubt, await_outcome
from reconciler.apply.intents import MAX_ATTEMPTS, Effect, give_up, intend, looking, settled
from reconciler.apply.records import entry_of
from reconciler.apply.run import Run
from reconciler.errors import Interrupted, ReconcilerError, Unknown
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Action, Change
from reconciler.model.report import Outcome, Waiting
from reconciler.model.window import instant


def create(run: Run, kind: Kind, change: Change) -> Effect:
    """POST, at most once in effect: an answer that is missing is looked for before anything is sent again."""
    if change.action is Action.RECREATE:
        _check_vanished(run, kind, change)
    after = change.after if change.after is not None else {}
    for last in _attempts():
        intent = intend(run, kind, change, after)
        try:
            entity = run.api.create(kind, run.body(kind, after))
        except Unknown as error:
            found = _look(run, kind, intent)
            if found is None and last:
                give_up(run, kind, change, intent, _never_happened(error))
            if found is None:
                run.ledger.settle(intent, entry_of(run, kind, change, "RETRIED", error=error))
                continue
            entity = found
        except ReconcilerError as error:
            give_up(run, kind, change, intent, error)
        return settled(run, kind, change, intent, Effect(Outcome.DONE, entity, after))
    raise AssertionError  # pragma: no cover: the last attempt returns or raises


def _check_vanished(run: Run, kind: Kind, change: Change) -> None:
    """What was written a moment ago may not be shown yet: only what stays away for the settle time has vanished.

    Not every organisation refuses a second object of the same name. Raises Conflict where the first is there after all.
    """
    written = run.ledger.audit(address=change.address, last=1)
    if not written or not written[-1].live_id:
        return
    settle = run.plan.project.timing.settle
    left = min(settle, settle - (run.clock.now() - instant(written[-1].at).timestamp()))
    if left > 0:
        run.emit(Waiting(left, f"{change.address} may still appear"))
        run.clock.sleep(left)
    if run.api.get(kind, written[-1].live_id) is not None:
        detail = f"The object with id {written[-1].live_id} was shown late, or somebody brought it back."
        raise Conflict("The object is there after all", detail=detail, hint="Plan again:\nreconciler plan")


def _never_happened(error: Unknown) -> ReconcilerError:
    detail = f"Sent {MAX_ATTEMPTS} times, and the object never appeared. {error.detail}"
    return ReconcilerError("The object could not be created", detail=detail, hint=error.hint, where=error.where)


def _look(run: Run, kind: Kind, intent: Intent) -> Observed | None:
    """What an unanswered creation made, or None for nothing. Raises InDoubt where that cannot be found out."""
    try:
        return await_outcome(looking(run), kind, intent, begun=run.clock.monotonic())
    except Interrupted:
        raise
    except ReconcilerError as error:
        raise InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where) from None


def _attempts() -> list[bool]:
    """One entry for each attempt: whether it is the last."""
    return [number == MAX_ATTEMPTS for number in range(1, MAX_ATTEMPTS + 1)]
