"""Writing to an object that is there: with the version seen when planning, merging what others wrote meanwhile."""

from __future__ import annotations

from reconciler.apply.conflict import Attempt, gone, moved, rebase, unmoved
from reconciler.apply.doubt import InDoubt, written
from reconciler.apply.intents import BACKOFF, MAX_ATTEMPTS, Effect, back_off, give_up, intend, live_id_of, settled
from reconciler.apply.records import entry_of, row_as_planned
from reconciler.apply.run import Run
from reconciler.errors import ApiError, NotFound, ReconcilerError, Unknown, VersionConflict
from reconciler.model.kind import Kind, Lock
from reconciler.model.normal import agrees, alike, imprint
from reconciler.model.observed import Observed
from reconciler.model.plan import Change
from reconciler.model.report import Outcome


def replace(run: Run, kind: Kind, change: Change) -> Effect:
    """PUT with the version seen when planning; concurrent edits are merged, never overwritten."""
    if not change.writes:
        return record(run, kind, change)
    version = change.precondition.version if change.precondition else run.known.versions.get(change.address)
    attempt = Attempt(change.before or {}, change.after or {}, version)
    intent = intend(run, kind, change, attempt.ours)
    try:
        effect = _written(run, kind, change, attempt)
    except Unknown as error:
        raise InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where) from None
    except ReconcilerError as error:
        give_up(run, kind, change, intent, error)
    return settled(run, kind, change, intent, effect)


def _written(run: Run, kind: Kind, change: Change, attempt: Attempt) -> Effect:
    write = _write_comparing if _compares(change, attempt) else _write_locked
    refusal: ApiError | None = None
    for number in range(MAX_ATTEMPTS):
        if refusal is not None:
            back_off(run, kind, change, number, refusal)
            entity = run.api.get(kind, live_id_of(run, change))
            if entity is None:
                raise gone()
            if moved(entity, attempt):
                attempt = rebase(run, kind, change, attempt, entity)
                if alike(kind.shape, attempt.ours, attempt.base):
                    return _merged(entity, attempt)
        try:
            return write(run, kind, change, attempt)
        except VersionConflict as error:
            refusal = error
        except NotFound:
            raise gone() from None
    raise unmoved(refusal) if refusal else gone()


def _compares(change: Change, attempt: Attempt) -> bool:
    return change.lock is Lock.COMPARE or attempt.version is None


def _write_locked(run: Run, kind: Kind, change: Change, attempt: Attempt) -> Effect:
    body = run.body(kind, attempt.ours)
    return _merged(run.api.replace(kind, live_id_of(run, change), body, version=attempt.version), attempt)


def _merged(entity: Observed, attempt: Attempt) -> Effect:
    return Effect(Outcome.MERGED if attempt.theirs else Outcome.DONE, entity, attempt.ours, attempt.theirs)


def _write_comparing(run: Run, kind: Kind, change: Change, attempt: Attempt) -> Effect:
    """No lock in the API: read, compare, write, read back. Narrows the race and cannot close it."""
    live_id = live_id_of(run, change)
    entity = run.api.get(kind, live_id)
    if entity is None:
        raise gone()
    if imprint(kind.shape, run.normal(kind, entity)) != imprint(kind.shape, attempt.base):
        attempt = rebase(run, kind, change, attempt, entity)
        if alike(kind.shape, attempt.ours, attempt.base):
            return _merged(entity, attempt)
    try:
        run.api.replace(kind, live_id, run.body(kind, attempt.ours), version=entity.version)
    except Unknown:
        run.clock.sleep(BACKOFF)
    with written():
        return _merged(_read_back(run, kind, live_id, attempt), attempt)


def _read_back(run: Run, kind: Kind, live_id: str, attempt: Attempt) -> Observed:
    after = run.api.get(kind, live_id)
    if after is None:
        raise gone()
    if not agrees(kind.shape, attempt.ours, run.normal(kind, after)):
        raise InDoubt(
            "The object is not as we wrote it",
            detail="This organisation has no lock for it. Read back after our write, the object is different: somebody "
            "wrote at the same moment, or our write was lost.",
            hint="Plan again:\nreconciler plan",
        )
    return after


def record(run: Run, kind: Kind, change: Change) -> Effect:
    """Nothing is sent: the ledger learns what is so already."""
    run.ledger.put(row_as_planned(run, kind, change), entry_of(run, kind, change, "RECORDED"))
    return Effect(Outcome.DONE)
