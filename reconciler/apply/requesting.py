"""Making requests: each at most once in effect, as many at a time as may be (ARCHITECTURE §4.9).

Where we name a request ourselves, the organisation tells one that it knows from a new one. Where it gives the id, an
unanswered submission is looked for in its list: the same fields, created after the intent, and nobody's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.apply.callbacks import told_where
from reconciler.apply.doubt import InDoubt, Looking, await_candidate, written
from reconciler.apply.following import asking_of, follow, reason_of, status_of, under_way
from reconciler.apply.intents import MAX_ATTEMPTS
from reconciler.apply.intents import looking as looking_of
from reconciler.apply.records import stamp
from reconciler.apply.run import Run
from reconciler.errors import ApiError, Interrupted, LedgerError, NotOffered, ReconcilerError, Rejected, Unknown
from reconciler.model.address import Address
from reconciler.model.callback import Callback
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Action
from reconciler.model.ports import AuditEntry
from reconciler.model.report import Outcome, Report, StepFinished, StepResult, StepStarted
from reconciler.model.request import Asking, Requested, Stage, Submission
from reconciler.model.values import Json
from reconciler.model.window import instant

_SLACK = 2.0
"""Seconds by which a request may seem to be older than its intent: the server's Date is whole seconds."""


class RequestInDoubt(InDoubt):
    """Several requests could be the one that was submitted; a person says which, with `exports resolve`."""

    exit_code = 5


def make_requests(run: Run, report: Report) -> Report:
    """Make what the plan says is still to be made; what there is no room for is queued. A failure is a result.

    `report` is of the changes, which come first; the answer is of both.
    """
    _tidy(run)
    results = []
    for result in _results(run, over=bool(report.error)):
        run.emit(StepFinished(result))
        results.append(result)
    written = sum(
        result.outcome is Outcome.DONE and not submission.taken
        for result, submission in zip(results, run.plan.submissions, strict=True)
    )
    return replace(
        report,
        results=(*report.results, *results),
        written=report.written + written,
        interrupted=report.interrupted or run.stop.is_set(),
    )


def resolve_submissions(run: Run, kinds: Mapping[str, Kind]) -> tuple[Requested, ...]:
    """Close every open intent of a submission that was cut off. Raises InDoubt where several requests could be it."""
    found = []
    for intent in run.ledger.intents():
        kind = kinds.get(intent.address.kind)
        if intent.action == Action.SUBMIT.value and kind is not None and kind.asking is not None:
            entity = _look(run, looking_of(run), kind, kind.asking, intent, -math.inf)
            request = None if entity is None else _requested(kind.asking, intent, entity, run.clock.now())
            entry = _entry(run, intent, "SUCCESS" if request else "RESOLVED", request)
            run.ledger.settle(intent, entry, request=request)
            found += [request] if request else []
    return tuple(found)


def resolve_by_hand(run: Run, kinds: Mapping[str, Kind], address: Address, adopted: str) -> int:
    """Close the open submissions of an address as a person says: `adopted` is the one; where it is empty none is, and
    it is submitted again at once.

    Returns how many there were. Raises ReconcilerError where the organisation does not know `adopted`.
    """
    open_ones = [
        intent for intent in run.ledger.intents() if intent.action == Action.SUBMIT.value and intent.address == address
    ]
    for intent in open_ones:
        kind = kinds[address.kind]
        entity = run.api.get(kind, adopted) if adopted else None
        if adopted and entity is None:
            raise ReconcilerError("The request is not there", detail=f"The organisation does not know {adopted}.")
        request = _requested(asking_of(kind), intent, entity, run.clock.now()) if entity else None
        run.ledger.settle(intent, _entry(run, intent, "RESOLVED", request), request=request)
        if request is None:
            _submit(run, kind, _submission(intent))
    return len(open_ones)


def _submission(intent: Intent) -> Submission:
    """What an intent was to submit."""
    about = intent.declared
    return Submission(
        intent.step,
        intent.address,
        Address.parse(about["original"]),
        intent.body,
        about["window"],
        about["part"],
        about["parts"],
        callback=Callback(**about.get("callback", {})),
    )


def _tidy(run: Run) -> None:
    """The ledger's part: requests whose manifest has another address, or is gone."""
    if not (run.plan.moved_requests or run.plan.forgotten_requests):
        return
    known = run.ledger.requests()
    for key, address in run.plan.moved_requests.items():
        if key in known:
            run.ledger.keep(replace(known[key], address=address), _noted(run, "MOVE", address, known[key]))
    for key in run.plan.forgotten_requests:
        if key in known and not known[key].forgotten:
            run.ledger.keep(replace(known[key], forgotten=True), _noted(run, "FORGET", known[key].address, known[key]))


def _results(run: Run, *, over: bool) -> Iterator[StepResult]:
    for submission in run.plan.submissions:
        if over or run.stop.is_set():
            yield _result(submission, Outcome.SKIPPED, because="the run ended early")
            continue
        run.emit(StepStarted(submission.step, submission.address, Action.SUBMIT))
        try:
            yield made(run, submission)
        except ReconcilerError as error:
            over = isinstance(error, LedgerError | Interrupted)
            yield failed(submission, error)


def made(run: Run, submission: Submission) -> StepResult:
    kind = run.kinds[submission.address.kind]
    known = run.ledger.requests().get(submission.key)
    if known is not None and not known.forgotten:
        return _result(submission, Outcome.ALREADY, live_id=known.live_id)
    if known is not None:
        again = replace(known, forgotten=False, address=submission.address)
        run.ledger.keep(again, _noted(run, "RECORD", submission.address, again))
        return _result(submission, Outcome.DONE, live_id=known.live_id)
    if submission.taken:
        return _taken(run, kind, submission)
    if not _has_room(run, kind):
        return _result(submission, Outcome.QUEUED)
    request = _submit(run, kind, submission)
    return _result(submission, Outcome.DONE, live_id=request.live_id)


def _has_room(run: Run, kind: Kind) -> bool:
    """Whether one more may be under way. The others are asked how far they are before it is denied."""
    most = run.plan.project.limits.in_flight
    others = under_way(run, kind.name)
    if len(others) < most:
        return True
    return sum(follow(run, kind, request).stage is Stage.UNDER_WAY for request in others) < most


def _taken(run: Run, kind: Kind, submission: Submission) -> StepResult:
    """An equal request that is there and is nobody's becomes ours; nothing is sent."""
    entity = run.api.get(kind, submission.taken)
    if entity is None:
        raise ReconcilerError(
            "The request is gone",
            detail=f"It was to be taken over, and the organisation does not know {submission.taken} any more.",
            hint="Plan again:\nreconciler plan",
        )
    request = _requested(asking_of(kind), _intent(run, submission), entity, run.clock.now())
    run.ledger.keep(request, _noted(run, "RECORD", submission.address, request))
    return _result(submission, Outcome.DONE, live_id=request.live_id)


def _submit(run: Run, kind: Kind, submission: Submission) -> Requested:
    """POST, at most once in effect: an answer that is missing is looked for before anything is sent again."""
    asking = asking_of(kind)
    for number in range(1, MAX_ATTEMPTS + 1):
        begun = run.clock.monotonic()
        intent = run.ledger.begin(_intent(run, submission))
        try:
            entity = run.api.create(kind, _sent(run, asking, submission))
        except Unknown as error:
            found = _found_out(run, kind, asking, intent, begun)
            if found is None and number == MAX_ATTEMPTS:
                _give_up(run, intent, error, begun=begun)
                raise ReconcilerError(
                    "The request could not be made",
                    detail=f"Sent {MAX_ATTEMPTS} times, and it never appeared. {error.detail}",
                    hint=error.hint, where=error.where,
                ) from None  # fmt: skip
            if found is None:
                run.ledger.settle(intent, _entry(run, intent, "RETRIED", None, error, begun=begun))
                continue
            entity = found
        except Rejected as error:
            entity = _known_already(run, kind, asking, intent, error, begun)
        except ReconcilerError as error:
            _give_up(run, intent, error, begun=begun)
            raise
        request = _requested(asking, intent, entity, run.clock.now())
        with written():
            run.ledger.settle(intent, _entry(run, intent, "SUCCESS", request, begun=begun), request=request)
        return request
    raise AssertionError  # pragma: no cover: the last attempt returns or raises


def _sent(run: Run, asking: Asking, submission: Submission) -> dict[str, Json]:
    named = {asking.own_id: submission.key} if asking.own_id else {}
    return {**named, **submission.body, **told_where(run, asking, submission)}


def _known_already(run: Run, kind: Kind, asking: Asking, intent: Intent, error: Rejected, begun: float) -> Observed:
    """A 409 says that our own id is known, with another body: it was submitted already (contract §5)."""
    entity = run.api.get(kind, intent.step) if asking.own_id and error.status == 409 else None
    if entity is None:
        _give_up(run, intent, error, begun=begun)
        raise error
    return entity


def _found_out(run: Run, kind: Kind, asking: Asking, intent: Intent, begun: float) -> Observed | None:
    try:
        return _look(run, looking_of(run), kind, asking, intent, begun)
    except Interrupted:
        raise
    except ReconcilerError as error:
        hint = _resolving(intent.address)
        raise RequestInDoubt("The outcome is not known", detail=error.detail, hint=hint, where=error.where) from None


def _resolving(address: Address) -> str:
    return f"reconciler exports resolve {address} --adopt ID\nreconciler exports resolve {address} --resubmit"


def _look(run: Run, looking: Looking, kind: Kind, asking: Asking, intent: Intent, begun: float) -> Observed | None:
    """What an unanswered submission made, or None once it is certain that it made nothing."""

    def candidates() -> list[Observed]:
        if asking.own_id and (named := run.api.get(kind, intent.step)) is not None:
            return [named]
        claimed = {request.live_id for request in run.ledger.requests().values()}
        try:
            listed = run.api.list(kind)
        except NotOffered:
            if asking.own_id:
                return []
            raise
        return [
            entity
            for entity in listed
            if entity.live_id not in claimed
            and run.deciding.same_request(intent.body, entity.body)
            and _created(entity) >= intent.at - _SLACK
        ]

    try:
        return await_candidate(looking, intent, candidates, begun=begun)
    except InDoubt as several:
        raise RequestInDoubt(several.summary, detail=several.detail, hint=_resolving(intent.address)) from None


def _created(entity: Observed) -> float:
    """When the organisation says that it was made; where it does not say, any time."""
    stated = entity.body.get("createdDate")
    try:
        return instant(stated).timestamp() if isinstance(stated, str) else math.inf
    except ValueError:
        return math.inf


def _intent(run: Run, submission: Submission) -> Intent:
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


def _requested(asking: Asking, intent: Intent, entity: Observed, now: float) -> Requested:
    about = intent.declared
    request = Requested(
        key=intent.step,
        address=intent.address,
        original=Address.parse(about["original"]),
        live_id=entity.live_id,
        status=status_of(asking, entity),
        body=intent.body,
        part=about["part"],
        parts=about["parts"],
        reason=reason_of(asking, entity),
        asked=intent.at,
        seen=now,
        seal=intent.seal,
    )
    return request if request.stage is Stage.UNDER_WAY else replace(request, ended=now)


def _give_up(run: Run, intent: Intent, error: ReconcilerError, *, begun: float) -> None:
    """Nothing happened, for certain: close the intent. What is in doubt stays open."""
    if not isinstance(error, InDoubt | Interrupted | LedgerError):
        run.ledger.settle(intent, _entry(run, intent, "FAILED", None, error, begun=begun))


def _entry(
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
    )


def _said(run: Run, intent: Intent) -> Iterator[str]:
    """What was asked for, but for the times: `entityType:user`, `dataTypes:notes,tags`, ..."""
    for name in asking_of(run.kinds[intent.address.kind]).fields:
        value = intent.body.get(name, "")
        yield f"{name}:{','.join(map(str, value)) if isinstance(value, list) else value}"


def _noted(run: Run, action: str, address: Address, request: Requested) -> AuditEntry:
    at = stamp(run.clock.now())
    return AuditEntry(at, action, str(address), request.live_id, "SUCCESS", run.seal, request_id=request.key)


def _result(submission: Submission, outcome: Outcome, *, live_id: str = "", because: str = "") -> StepResult:
    return StepResult(
        submission.step, submission.address, Action.SUBMIT, outcome, live_id=live_id, because=because
    )  # fmt: skip


def failed(submission: Submission, error: ReconcilerError) -> StepResult:
    doubtful = isinstance(error, InDoubt | Unknown | Interrupted)
    return replace(
        _result(submission, Outcome.IN_DOUBT if doubtful else Outcome.FAILED),
        summary=error.summary,
        detail=error.detail,
        hint=error.hint,
        where=error.where,
        exit_code=error.exit_code,
    )
