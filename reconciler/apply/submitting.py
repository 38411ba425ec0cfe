"""Submitting one request: at most once in effect (ARCHITECTURE §4.8, §4.9).

Where we name a request ourselves, the organisation tells one that it knows from a new one. Where it gives the id, an
unanswered submission is looked for in its list: the same fields, created after the intent, and nobody's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from reconciler.apply.callbacks import told_where
from reconciler.apply.doubt import InDoubt, await_candidate, written
from reconciler.apply.following import asking_of, reason_of, status_of
from reconciler.apply.intents import MAX_ATTEMPTS, looking
from reconciler.apply.records import hash_of, stamp
from reconciler.apply.run import Run
from reconciler.errors import FATAL, ApiError, Interrupted, LedgerError, NotOffered, ReconcilerError, Rejected, Unknown
from reconciler.model.address import Address
from reconciler.model.callback import Callback
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Action
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Asking, Requested, Stage, Submission
from reconciler.model.values import Json
from reconciler.model.window import instant

_SLACK = 30.0
"""Seconds by which a request may seem to be older than its intent: `Date` is a gateway's, `createdDate` another's.
Where no `Date` comes at all, nothing can be too old."""


class RequestInDoubt(InDoubt):
    """Several requests could be the one that was submitted; a person says which, with `exports resolve`."""

    exit_code = 5


def submit(run: Run, kind: Kind, submission: Submission) -> Requested:
    """POST, at most once in effect: an answer that is missing is looked for before anything is sent again."""
    for number in range(1, MAX_ATTEMPTS + 1):
        begun = run.clock.monotonic()
        intent = run.ledger.begin(intent_of(run, submission))
        try:
            entity = run.api.create(kind, _sent(run, asking_of(kind), submission))
        except Unknown as error:
            found = _found_out(run, kind, intent)
            if found is None and number == MAX_ATTEMPTS:
                _give_up(run, intent, error, begun=begun)
                raise _never_happened(error) from None
            if found is None:
                run.ledger.settle(intent, entry_of(run, intent, "RETRIED", None, error, begun=begun))
                continue
            entity = found
        except Rejected as error:
            entity = _known_already(run, kind, intent, error, begun)
        except ReconcilerError as error:
            _give_up(run, intent, error, begun=begun)
            raise
        request = requested(run, kind, intent, entity)
        with written():
            run.ledger.settle(intent, entry_of(run, intent, "SUCCESS", request, begun=begun), request=request)
        return request
    raise AssertionError  # pragma: no cover: the last attempt returns or raises


def look(run: Run, kind: Kind, intent: Intent, *, begun: float) -> Observed | None:
    """What an unanswered submission made, or None once it is certain that it made nothing. Raises RequestInDoubt where
    that cannot be found out.

    `begun` is an instant of `clock.monotonic()` after which nothing was sent.
    """
    try:
        return await_candidate(looking(run), intent, lambda: candidates(run, kind, intent), begun=begun)
    except (*FATAL, Interrupted):
        raise
    except InDoubt as several:
        raise RequestInDoubt(several.summary, detail=several.detail, hint=_resolving(intent.address)) from None
    except ReconcilerError as error:
        raise _unknown(intent, error) from None


def candidates(run: Run, kind: Kind, intent: Intent) -> list[Observed]:
    """The live requests that an open submission may have made."""
    asking = asking_of(kind)
    if asking.own_id and (named := run.api.get(kind, intent.step)) is not None:
        return [named]
    claimed = claimed_by(run, kind)
    since = intent.at - _SLACK if run.api.shows_time else -math.inf
    try:
        listed = run.api.list(kind)
    except NotOffered:
        if asking.own_id:
            return []
        raise
    return [
        entity
        for entity in listed
        if (kind.name, entity.live_id) not in claimed
        and run.deciding.same_request(intent.body, entity.body)
        and _created(entity) >= since
    ]


def can_be(run: Run, kind: Kind, submission: Submission, entity: Observed) -> bool:
    """Whether a live request may be the one that was submitted: it has our id, or contradicts nothing of what was sent.

    What it does not show it does not contradict: read by its id, a data export shows its state alone (contract §6).
    """
    if asking_of(kind).own_id and entity.live_id == submission.key:
        return True
    shown = {name: value for name, value in submission.body.items() if name in entity.body}
    return run.deciding.same_request(shown, entity.body)


def claimed_by(run: Run, kind: Kind) -> set[tuple[str, str]]:
    """The live requests that are somebody's already, or of which a person has said that they are none of ours."""
    ours = {(kind.name, each.live_id) for each in run.ledger.requests().values() if each.address.kind == kind.name}
    return ours | run.ledger.disowned()


def intent_of(run: Run, submission: Submission) -> Intent:
    about = {
        "original": str(submission.original),
        "window": submission.window,
        "part": submission.part,
        "parts": submission.parts,
        "callback": {"url": submission.callback.url, "service": submission.callback.service},
    }
    return Intent(
        number=0,
        seal=run.seal,
        step=submission.key,
        address=submission.address,
        action=Action.SUBMIT.value,
        live_id="",
        declared=about,
        protect=False,
        at=run.api.server_time(),
        body=submission.body,
    )


def submission_of(intent: Intent) -> Submission:
    """What an intent was to submit."""
    about = intent.declared
    return Submission(
        intent.step,
        intent.address,
        Address(*about["original"].split("/", 1)),
        intent.body,
        about["window"],
        about["part"],
        about["parts"],
        callback=Callback(**about.get("callback", {})),
    )


def requested(run: Run, kind: Kind, intent: Intent, entity: Observed) -> Requested:
    """What the ledger is to know of a request that an intent has made."""
    submission, asking, now = submission_of(intent), asking_of(kind), run.clock.now()
    request = Requested(
        key=intent.step,
        address=intent.address,
        original=submission.original,
        live_id=entity.live_id,
        status=status_of(asking, entity),
        body=intent.body,
        part=submission.part,
        parts=submission.parts,
        reason=reason_of(asking, entity),
        asked=intent.at,
        seen=now,
        seal=intent.seal,
    )
    return request if request.stage is Stage.UNDER_WAY else replace(request, ended=now)


def entry_of(
    run: Run,
    intent: Intent,
    result: str,
    request: Requested | None,
    error: ReconcilerError | None = None,
    *,
    begun: float | None = None,
) -> AuditEntry:
    """One per submission (contract §5). `begun` is when it was sent, by `clock.monotonic()`: it gives the latency.

    That it was sent at all means that the plan's checks let it through: the seed's complianceCheck.
    """
    status = request.status if request else ""
    latency = 0.0 if begun is None else run.clock.monotonic() - begun
    return AuditEntry(
        at=stamp(run.clock.now()),
        action="EXPORT_SUBMISSION",
        address=str(intent.address),
        live_id=request.live_id if request else "",
        result=result,
        seal=intent.seal,
        latency_ms=round(latency * 1000),
        request_id=intent.step,
        correlation_id=error.correlation_id if isinstance(error, ApiError) else "",
        summary=(*_said(run, intent), "complianceCheck:PASSED"),
        detail=f"{error.summary}: {error.detail}" if error else status,
        after_hash=hash_of(intent.body),
    )


def _sent(run: Run, asking: Asking, submission: Submission) -> dict[str, Json]:
    named = {asking.own_id: submission.key} if asking.own_id else {}
    return {**named, **submission.body, **told_where(run, asking, submission)}


def _known_already(run: Run, kind: Kind, intent: Intent, error: Rejected, begun: float) -> Observed:
    """A 409 says that our own id is known, with another body: it was submitted already (contract §5)."""
    is_named = asking_of(kind).own_id and error.status == 409
    entity = run.api.get(kind, intent.step) if is_named else None
    if entity is None:
        _give_up(run, intent, error, begun=begun)
        raise error
    return entity


def _found_out(run: Run, kind: Kind, intent: Intent) -> Observed | None:
    try:
        return look(run, kind, intent, begun=run.clock.monotonic())
    except FATAL as error:
        raise _unknown(intent, error) from None


def _unknown(intent: Intent, error: ReconcilerError) -> RequestInDoubt:
    hint = _resolving(intent.address)
    return RequestInDoubt("The outcome is not known", detail=error.detail, hint=hint, where=error.where)


def _resolving(address: Address) -> str:
    return f"reconciler exports resolve {address} --adopt ID\nreconciler exports resolve {address} --resubmit"


def _never_happened(error: Unknown) -> ReconcilerError:
    detail = f"Sent {MAX_ATTEMPTS} times, and it never appeared. {error.detail}"
    return ReconcilerError("The request could not be made", detail=detail, hint=error.hint, where=error.where)


def _created(entity: Observed) -> float:
    """When the organisation says that it was made; where it does not say, any time."""
    stated = entity.body.get("createdDate")
    try:
        return instant(stated).timestamp() if isinstance(stated, str) else math.inf
    except ValueError:
        return math.inf


def _give_up(run: Run, intent: Intent, error: ReconcilerError, *, begun: float) -> None:
    """Nothing happened, for certain: close the intent. What is in doubt stays open."""
    if not isinstance(error, InDoubt | Interrupted | LedgerError):
        run.ledger.settle(intent, entry_of(run, intent, "FAILED", None, error, begun=begun))


def _said(run: Run, intent: Intent) -> Iterator[str]:
    """What was asked for, but for the times: `entityType:user`, `dataTypes:notes,tags`, ..."""
    for name in asking_of(run.kinds[intent.address.kind]).fields:
        value = intent.body.get(name, "")
        yield f"{name}:{','.join(map(str, value)) if isinstance(value, list) else value}"
