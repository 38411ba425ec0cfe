"""Deleting an object, and forgetting one. A deletion is never merged with anybody's edit."""

from __future__ import annotations

from reconciler.apply.conflict import Conflict, unmoved
from reconciler.apply.doubt import InDoubt, written
from reconciler.apply.intents import MAX_ATTEMPTS, Effect, back_off, give_up, intend, live_id_of
from reconciler.apply.records import entry_of
from reconciler.apply.run import Run
from reconciler.errors import ApiError, ReconcilerError, Unknown, VersionConflict
from reconciler.model.kind import Kind
from reconciler.model.normal import imprint
from reconciler.model.observed import Observed
from reconciler.model.plan import Change
from reconciler.model.report import Outcome


def delete(run: Run, kind: Kind, change: Change) -> Effect:
    """DELETE with the version seen when planning. A deletion is never rebased."""
    version = change.precondition.version if change.precondition else run.known.versions.get(change.address)
    intent = intend(run, kind, change, {})
    try:
        _deleted(run, kind, change, version)
    except Unknown as error:
        raise InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where) from None
    except ReconcilerError as error:
        give_up(run, kind, change, intent, error)
    with written():
        run.ledger.settle(intent, entry_of(run, kind, change, "SUCCESS"), forget=True)
    return Effect(Outcome.DONE)


def _deleted(run: Run, kind: Kind, change: Change, version: int | None) -> None:
    refusal: ApiError | None = None
    for number in range(MAX_ATTEMPTS):
        if refusal is not None:
            back_off(run, change, number)
        guarded = version is not None and change.precondition is not None and change.lock.guards_deletion
        if refusal is not None or not guarded:
            entity = run.api.get(kind, live_id_of(run, change))
            if entity is None:
                return
            _check_unchanged(run, kind, change, entity, version)
        try:
            run.api.delete(kind, live_id_of(run, change), version=version)
        except VersionConflict as error:
            refusal = error
        else:
            return
    if refusal is not None:
        raise unmoved(refusal)


def _check_unchanged(run: Run, kind: Kind, change: Change, entity: Observed, version: int | None) -> None:
    """By the version seen when planning; where there is none, or a step of ours has written since, by what is there."""
    if change.precondition and version is not None:
        same = entity.version == version
    else:
        seen = change.precondition.fingerprint if change.precondition else imprint(kind.shape, change.before or {})
        same = imprint(kind.shape, run.normal(kind, entity)) == seen
    if not same:
        raise Conflict(
            "The object was changed meanwhile",
            detail="A deletion is never merged with an edit: whoever made it may want the object kept.",
            hint="Plan again:\nreconciler plan",
        )


def forget(run: Run, kind: Kind, change: Change) -> Effect:
    run.ledger.drop(change.address, entry_of(run, kind, change, "SUCCESS"))
    return Effect(Outcome.DONE)
