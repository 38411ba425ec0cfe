"""One step of a plan: intent, effect, record. What happens to an object happens here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from reconciler.apply.conflict import Attempt, Conflict, gone, moved, rebase, unmoved
from reconciler.apply.doubt import InDoubt, Looking, await_outcome, written
from reconciler.apply.records import entry_of, row_as_planned, row_of
from reconciler.apply.run import Run
from reconciler.errors import (
    ApiError,
    Interrupted,
    LedgerError,
    NotFound,
    ReconcilerError,
    Unknown,
    VersionConflict,
)
from reconciler.model.kind import Kind, Lock
from reconciler.model.normal import agrees, alike, imprint
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
    """What a step achieved: the object as the organisation answered it, and the paths taken over from others."""

    outcome: Outcome
    entity: Observed | None = None
    after: Normal | None = None
    theirs: tuple[Path, ...] = ()


def perform(run: Run, change: Change) -> Effect:
    """Do one step, and leave the ledger true. Raises ReconcilerError."""
    run.known.began[change.step] = run.clock.monotonic()
    return _DOING[change.action](run, run.kinds[change.address.kind], change)


def _create(run: Run, kind: Kind, change: Change) -> Effect:
    """POST, at most once in effect: an answer that is missing is looked for before anything is sent again."""
    after = change.after if change.after is not None else {}
    for last in _attempts():
        begun = run.clock.monotonic()
        intent = _intend(run, kind, change, after)
        try:
            entity = run.api.create(kind, intent.body)
        except Unknown as error:
            found = _look(run, kind, intent, begun)
            if found is None and last:
                _give_up(run, kind, change, intent, _never_happened(error))
            if found is None:
                run.ledger.settle(intent, entry_of(run, kind, change, "RETRIED", error=error))
                continue
            entity = found
        except ReconcilerError as error:
            _give_up(run, kind, change, intent, error)
        return _settled(run, kind, change, intent, Effect(Outcome.DONE, entity, after))
    raise AssertionError  # pragma: no cover: the last attempt returns or raises


def _never_happened(error: Unknown) -> ReconcilerError:
    detail = f"Sent {MAX_ATTEMPTS} times, and the object never appeared. {error.detail}"
    return ReconcilerError("The object could not be created", detail=detail, hint=error.hint, where=error.where)


def _look(run: Run, kind: Kind, intent: Intent, begun: float) -> Observed | None:
    """What an unanswered creation made, or None for nothing. Raises InDoubt where that cannot be found out."""
    try:
        return await_outcome(looking(run), kind, intent, begun=begun)
    except Interrupted:
        raise
    except ReconcilerError as error:
        raise InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where) from None


def looking(run: Run) -> Looking:
    """What this run needs for looking."""
    settle = run.plan.project.timing.settle
    return Looking(run.api, run.ledger, run.clock, run.deciding.matching, run.emit, settle, run.plan.bindings)


def _attempts() -> list[bool]:
    """One entry for each attempt: whether it is the last."""
    return [number == MAX_ATTEMPTS for number in range(1, MAX_ATTEMPTS + 1)]


def _replace(run: Run, kind: Kind, change: Change) -> Effect:
    """PUT with the version seen when planning; concurrent edits are merged, never overwritten."""
    if not change.writes:
        return _record(run, kind, change)
    version = change.precondition.version if change.precondition else run.known.versions.get(change.address)
    attempt = Attempt(change.before or {}, change.after or {}, version)
    intent = _intend(run, kind, change, attempt.ours)
    try:
        effect = _written(run, kind, change, attempt)
    except Unknown as error:
        raise InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where) from None
    except ReconcilerError as error:
        _give_up(run, kind, change, intent, error)
    return _settled(run, kind, change, intent, effect)


def _written(run: Run, kind: Kind, change: Change, attempt: Attempt) -> Effect:
    write = _write_comparing if _compares(change, attempt) else _write_locked
    refusal: ApiError | None = None
    for number in range(MAX_ATTEMPTS):
        if refusal is not None:
            _back_off(run, change, number)
            entity = run.api.get(kind, _live_id(run, change))
            if entity is None:
                raise gone()
            if not moved(entity, attempt):
                continue_with = attempt
            else:
                continue_with = rebase(run, kind, change, attempt, entity)
                if alike(kind.shape, continue_with.ours, continue_with.base):
                    return _merged(entity, continue_with)
            attempt = continue_with
        try:
            return write(run, kind, change, attempt)
        except VersionConflict as error:
            refusal = error
        except NotFound:
            raise gone() from None
    raise unmoved(refusal) if refusal else gone()


def _compares(change: Change, attempt: Attempt) -> bool:
    return change.lock is Lock.COMPARE or attempt.version is None


def _back_off(run: Run, change: Change, number: int) -> None:
    seconds = BACKOFF * 2 ** (number - 1)
    run.emit(Waiting(seconds, f"{change.address} was changed meanwhile"))
    run.clock.sleep(seconds)


def _write_locked(run: Run, kind: Kind, change: Change, attempt: Attempt) -> Effect:
    body = run.body(kind, attempt.ours)
    return _merged(run.api.replace(kind, _live_id(run, change), body, version=attempt.version), attempt)


def _merged(entity: Observed, attempt: Attempt) -> Effect:
    return Effect(Outcome.MERGED if attempt.theirs else Outcome.DONE, entity, attempt.ours, attempt.theirs)


def _write_comparing(run: Run, kind: Kind, change: Change, attempt: Attempt) -> Effect:
    """No lock in the API: read, compare, write, read back. Narrows the race and cannot close it."""
    live_id = _live_id(run, change)
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


def _delete(run: Run, kind: Kind, change: Change) -> Effect:
    """DELETE with the version seen when planning. A deletion is never rebased."""
    version = change.precondition.version if change.precondition else run.known.versions.get(change.address)
    intent = _intend(run, kind, change, {})
    try:
        _deleted(run, kind, change, version)
    except Unknown as error:
        raise InDoubt("The outcome is not known", detail=error.detail, hint=error.hint, where=error.where) from None
    except ReconcilerError as error:
        _give_up(run, kind, change, intent, error)
    with written():
        run.ledger.settle(intent, entry_of(run, kind, change, "SUCCESS"), forget=True)
    return Effect(Outcome.DONE)


def _deleted(run: Run, kind: Kind, change: Change, version: int | None) -> None:
    refusal: ApiError | None = None
    for number in range(MAX_ATTEMPTS):
        if refusal is not None:
            _back_off(run, change, number)
        if refusal is not None or version is None or change.precondition is None:
            entity = run.api.get(kind, _live_id(run, change))
            if entity is None:
                return
            _check_unchanged(run, kind, change, entity, version)
        try:
            run.api.delete(kind, _live_id(run, change), version=version)
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


def _record(run: Run, kind: Kind, change: Change) -> Effect:
    """Nothing is sent: the ledger learns what is so already."""
    run.ledger.put(row_as_planned(run, kind, change), entry_of(run, kind, change, "RECORDED"))
    return Effect(Outcome.DONE)


def _forget(run: Run, kind: Kind, change: Change) -> Effect:
    run.ledger.drop(change.address, entry_of(run, kind, change, "SUCCESS"))
    return Effect(Outcome.DONE)


def _intend(run: Run, kind: Kind, change: Change, after: Normal) -> Intent:
    """Note what is about to be sent, durably, before it is."""
    declared = change.declared if change.declared is not None else {}
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
            body=run.body(kind, after),
        )
    )


def _settled(run: Run, kind: Kind, change: Change, intent: Intent, effect: Effect) -> Effect:
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


def _give_up(run: Run, kind: Kind, change: Change, intent: Intent, error: ReconcilerError) -> NoReturn:
    """Nothing happened, for certain: close the intent, and let the error go on. What is in doubt stays open."""
    if not isinstance(error, Unknown | InDoubt | Interrupted | LedgerError):
        result = "CONFLICT" if isinstance(error, Conflict) else "FAILED"
        run.ledger.settle(intent, entry_of(run, kind, change, result, error=error))
    raise error


def _live_id(run: Run, change: Change) -> str:
    return change.live_id or run.known.ids[change.address]


_DOING: Final[Mapping[Action, Callable[[Run, Kind, Change], Effect]]] = {
    Action.CREATE: _create,
    Action.RECREATE: _create,
    Action.ADOPT: _replace,
    Action.UPDATE: _replace,
    Action.DELETE: _delete,
    Action.FORGET: _forget,
    Action.RECORD: _record,
}
