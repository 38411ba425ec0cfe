"""Deleting an object, disabling one that cannot be deleted, forgetting one. None is ever merged with anybody's edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reconciler.apply.conflict import Conflict, unmoved
from reconciler.apply.doubt import InDoubt, written
from reconciler.apply.intents import MAX_ATTEMPTS, Effect, back_off, give_up, intend, live_id_of
from reconciler.apply.records import entry_of
from reconciler.apply.run import Run
from reconciler.errors import ApiError, NotFound, NotOffered, ReconcilerError, Unknown, VersionConflict
from reconciler.model.kind import Deletion, Kind, Lock
from reconciler.model.normal import alike, imprint
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Action, Change
from reconciler.model.report import Outcome

Send = Callable[[int | None], None]
"""Sends the call that ends an object, with the version to put into it."""


def delete(run: Run, kind: Kind, change: Change) -> Effect:
    """DELETE with the version seen when planning; what may not be deleted is disabled where the kind knows how."""
    intent = intend(run, kind, change, {})
    try:
        _end(run, kind, change, lambda version: _send_deletion(run, kind, change, version))
    except NotOffered as error:
        if kind.deletion is not Deletion.DELETE_OR_DISABLE:
            give_up(run, kind, change, intent, error)
        run.ledger.settle(intent, entry_of(run, kind, change, "RESOLVED", error=error))
        return disable(run, kind, _disabling(kind, change))
    except Unknown as error:
        raise _in_doubt(error) from None
    except ReconcilerError as error:
        give_up(run, kind, change, intent, error)
    return _ended(run, kind, change, intent)


def disable(run: Run, kind: Kind, change: Change) -> Effect:
    """PUT of the object as it is, out of use, with the version seen when planning. One that is so already is left."""
    before, after = change.before or {}, change.after or {}
    intent = intend(run, kind, change, after)
    try:
        if not alike(kind.shape, before, after):
            _end(run, kind, change, lambda version: _send_disabling(run, kind, change, version))
    except Unknown as error:
        raise _in_doubt(error) from None
    except ReconcilerError as error:
        give_up(run, kind, change, intent, error)
    return _ended(run, kind, change, intent)


def _disabling(kind: Kind, change: Change) -> Change:
    """What is done instead of a deletion that is not allowed."""
    return replace(change, action=Action.DISABLE, after={**(change.before or {}), **kind.disabled})


def _send_deletion(run: Run, kind: Kind, change: Change, version: int | None) -> None:
    """An organisation that knows nothing at the path may have lost the object, or may not have the call: look."""
    live_id = live_id_of(run, change)
    if not run.api.delete(kind, live_id, version=version) and run.api.get(kind, live_id) is not None:
        raise NotOffered(
            "The organisation does not offer this",
            method="DELETE",
            path=kind.path,
            status=404,
            detail=f"It shows the object with id {live_id}, and says that there is nothing to delete.",
            hint="Only forget it: removed: with delete: false.",
        )


def _send_disabling(run: Run, kind: Kind, change: Change, version: int | None) -> None:
    run.api.replace(kind, live_id_of(run, change), run.body(kind, change.after or {}), version=version)


def _in_doubt(error: Unknown) -> InDoubt:
    return InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where)


def _ended(run: Run, kind: Kind, change: Change, intent: Intent) -> Effect:
    with written():
        run.ledger.settle(intent, entry_of(run, kind, change, "SUCCESS"), forget=True)
    return Effect(Outcome.DONE, instead=change.action)


def _end(run: Run, kind: Kind, change: Change, send: Send) -> None:
    """Send it, to an object that is as it was when planning and to no other. One that is gone is ended already."""
    version = change.precondition.version if change.precondition else run.known.versions.get(change.address)
    refusal: ApiError | None = None
    for number in range(MAX_ATTEMPTS):
        if refusal is not None:
            back_off(run, kind, change, number, refusal)
        if refusal is not None or version is None or not _is_guarded(change):
            entity = run.api.get(kind, live_id_of(run, change))
            if entity is None or _is_done(run, kind, change, entity):
                return
            if not _is_disabled(run, kind, change, entity):
                _check_unchanged(run, kind, change, entity, version)
        try:
            send(version)
        except VersionConflict as error:
            refusal = error
        except NotFound:
            return
        else:
            return
    if refusal is not None:
        raise unmoved(refusal)


def _is_guarded(change: Change) -> bool:
    """Whether the call is refused by itself if the object is not as it was when planning."""
    if change.precondition is None or change.lock is Lock.COMPARE:
        return False
    return change.action is Action.DISABLE or change.lock.guards_deletion


def _is_done(run: Run, kind: Kind, change: Change, entity: Observed) -> bool:
    """Whether the object is out of use already: by an earlier run that was cut off, or by somebody else."""
    return change.after is not None and alike(kind.shape, run.normal(kind, entity), change.after)


def _is_disabled(run: Run, kind: Kind, change: Change, entity: Observed) -> bool:
    """Whether an object to be deleted is as it was but out of use: an earlier run may have done that instead."""
    if kind.deletion is not Deletion.DELETE_OR_DISABLE or change.action is not Action.DELETE:
        return False
    return alike(kind.shape, run.normal(kind, entity), {**(change.before or {}), **kind.disabled})


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
