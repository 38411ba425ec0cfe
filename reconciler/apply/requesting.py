"""Making the requests of a plan: each at most once, and as many at a time as may be (ARCHITECTURE §4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from reconciler.apply.doubt import InDoubt, Unrecorded
from reconciler.apply.following import asking_of
from reconciler.apply.records import hash_of, stamp
from reconciler.apply.resolving import open_intent, resolved
from reconciler.apply.room import Room, asked
from reconciler.apply.run import Run
from reconciler.apply.submitting import can_be, claimed_by, intent_of, requested, submit
from reconciler.errors import FATAL, ApiError, Interrupted, LedgerError, NotOffered, ReconcilerError, Unknown
from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.plan import Action
from reconciler.model.ports import AuditEntry
from reconciler.model.report import Outcome, Report, StepFinished, StepResult, StepStarted
from reconciler.model.request import Requested, Submission


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


def looked_up_again(run: Run) -> Run:
    """The run of a plan that was saved: what has been made since, or was made already, is taken over and not sent."""
    unmade = {each.key: each for each in run.plan.submissions if _is_to_be_sent(run, each)}
    for name in sorted({each.address.kind for each in unmade.values()}):
        kind = run.kinds[name]
        listing, claimed = run.deciding.listing(_listed(run, kind)), claimed_by(run, kind)
        for each in [each for each in unmade.values() if each.address.kind == name]:
            taken = run.deciding.unclaimed(asking_of(kind), each, listing, claimed)
            claimed.add((name, taken))
            unmade[each.key] = replace(each, taken=taken)
    submissions = tuple(unmade.get(each.key, each) for each in run.plan.submissions)
    return replace(run, plan=replace(run.plan, submissions=submissions))


def _is_to_be_sent(run: Run, submission: Submission) -> bool:
    known = run.ledger.request(submission.key) or open_intent(run, submission.key)
    return not submission.taken and known is None


def _listed(run: Run, kind: Kind) -> tuple[Observed, ...]:
    with suppress(NotOffered):
        return run.api.list(kind)
    return ()


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
    room = Room(run, asked)
    for submission in run.plan.submissions:
        if over or run.stop.is_set():
            yield _result(submission, Outcome.SKIPPED, because="the run ended early")
            continue
        run.emit(StepStarted(submission.step, submission.address, Action.SUBMIT))
        try:
            yield made(run, room, submission)
        except ReconcilerError as error:
            over = isinstance(error, (*FATAL, Interrupted))
            yield failed(run, submission, error)


def made(run: Run, room: Room, submission: Submission) -> StepResult:
    """See to it that one request is there, if there is room for it. Raises ReconcilerError."""
    kind = run.kinds[submission.address.kind]
    known = run.ledger.request(submission.key) or _found(run, kind, submission)
    if known is not None and not known.forgotten:
        return _result(submission, Outcome.ALREADY, live_id=known.live_id)
    if known is not None:
        again = replace(known, forgotten=False, address=submission.address)
        run.ledger.keep(again, _noted(run, "RECORD", submission.address, again))
        return _result(submission, Outcome.DONE, live_id=known.live_id)
    if submission.taken:
        return _taken(run, kind, submission)
    if not room.take(kind):
        return _result(submission, Outcome.QUEUED)
    try:
        request = submit(run, kind, submission)
    except InDoubt:
        raise
    except ReconcilerError:
        room.give_back(kind)
        raise
    return _result(submission, Outcome.DONE, live_id=request.live_id)


def _found(run: Run, kind: Kind, submission: Submission) -> Requested | None:
    """What an earlier run made without hearing of it. Raises RequestInDoubt."""
    intent = open_intent(run, submission.key)
    return None if intent is None else resolved(run, kind, intent, begun=run.clock.monotonic())


def _taken(run: Run, kind: Kind, submission: Submission) -> StepResult:
    """A request that is there and is nobody's becomes ours; nothing is sent."""
    try:
        entity = _to_be_taken(run, kind, submission)
    except ReconcilerError as error:
        run.ledger.note(_failure(run, submission, "FAILED", error))
        raise
    request = requested(run, kind, intent_of(run, submission), entity)
    run.ledger.keep(request, _noted(run, "RECORD", submission.address, request))
    return _result(submission, Outcome.DONE, live_id=request.live_id)


def _to_be_taken(run: Run, kind: Kind, submission: Submission) -> Observed:
    entity = run.api.get(kind, submission.taken)
    if entity is None:
        raise ReconcilerError(
            "The request is gone",
            detail=f"It was to be taken over, and the organisation does not know {submission.taken} any more.",
            hint="Plan again:\nreconciler plan",
        )
    if not can_be(run, kind, submission, entity) or (kind.name, entity.live_id) in claimed_by(run, kind):
        raise ReconcilerError(
            "The request cannot be taken over",
            detail=f"{entity.live_id} asks for something else than {submission.address}, or is another's.",
            hint="Name the right one in metadata.id, or leave that out to ask for the data.",
        )
    return entity


def _noted(run: Run, action: str, address: Address, request: Requested) -> AuditEntry:
    at = stamp(run.clock.now())
    return AuditEntry(at, action, str(address), request.live_id, "SUCCESS", run.seal, request_id=request.key)


def _failure(run: Run, submission: Submission, result: str, error: ReconcilerError) -> AuditEntry:
    return AuditEntry(
        stamp(run.clock.now()), "EXPORT_SUBMISSION", str(submission.address), submission.taken, result, run.seal,
        request_id=submission.key, correlation_id=error.correlation_id if isinstance(error, ApiError) else "",
        detail=f"{error.summary}: {error.detail}", after_hash=hash_of(submission.body),
    )  # fmt: skip


def _result(submission: Submission, outcome: Outcome, *, live_id: str = "", because: str = "") -> StepResult:
    return StepResult(
        submission.step, submission.address, Action.SUBMIT, outcome, live_id=live_id, because=because
    )  # fmt: skip


def failed(run: Run, submission: Submission, error: ReconcilerError) -> StepResult:
    """What came of a request that was not made, or of which that is not known."""
    doubtful = isinstance(error, InDoubt | Unrecorded | Unknown | Interrupted)
    if doubtful:  # what failed for certain has its entry
        with suppress(LedgerError):
            run.ledger.note(_failure(run, submission, "IN_DOUBT", error))
    return replace(
        _result(submission, Outcome.IN_DOUBT if doubtful else Outcome.FAILED),
        summary=error.summary,
        detail=error.detail,
        hint=error.hint,
        where=error.where,
        exit_code=error.exit_code,
    )
