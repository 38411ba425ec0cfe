"""Going on until every request has been made and has ended: `apply --wait`."""

from __future__ import annotations

from dataclasses import replace

from reconciler.apply.following import FIRST_WAIT, LONGEST_WAIT, follow, under_way
from reconciler.apply.requesting import failed, made
from reconciler.apply.run import Run
from reconciler.errors import ReconcilerError
from reconciler.model.report import Outcome, Report, StepResult, Waiting
from reconciler.model.request import Requested, Stage, Submission


def drain(run: Run, report: Report) -> Report:
    """Go on until everything that the plan asks for has been made, and everything that is under way has ended, looking
    less and less often.

    A request that the organisation fails is a failure of its step. Ends early where the run is to stop; the client's
    deadline bounds it.
    """
    wait, results = FIRST_WAIT, {result.step: result for result in report.results}
    steps = {submission.step: submission for submission in run.plan.submissions}
    open_ones = [step for step in steps if results[step].succeeded]
    written = report.written
    while (open_ones or _others(run)) and not run.stop.is_set():
        for step in list(open_ones):
            if results[step].outcome is Outcome.QUEUED:
                results[step] = _tried(run, steps[step])
                written += results[step].outcome is Outcome.DONE
            if results[step].outcome is not Outcome.QUEUED:
                ended = _ended(run, steps[step], results[step])
                results[step] = ended or results[step]
                open_ones = [each for each in open_ones if each != step or ended is None]
        others = [follow(run, run.kinds[request.address.kind], request) for request in _others(run)]
        left = len(open_ones) + sum(request.stage is Stage.UNDER_WAY for request in others)
        if left:
            run.emit(Waiting(wait, f"{left} request(s) under way or queued"))
            run.clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
    return replace(
        report, results=tuple(results.values()), written=written, interrupted=report.interrupted or run.stop.is_set()
    )


def _others(run: Run) -> list[Requested]:
    """The requests under way that an earlier apply has made."""
    ours = {submission.key for submission in run.plan.submissions}
    return [
        request
        for name, kind in run.kinds.items()
        if kind.asking is not None
        for request in under_way(run, name)
        if request.key not in ours
    ]


def _tried(run: Run, submission: Submission) -> StepResult:
    try:
        return made(run, submission)
    except ReconcilerError as error:
        return failed(submission, error)


def _ended(run: Run, submission: Submission, result: StepResult) -> StepResult | None:
    """The result of a request that has ended; None as long as it is under way."""
    if not result.succeeded:
        return result
    request = run.ledger.requests()[submission.key]
    if request.stage is Stage.UNDER_WAY:
        request = follow(run, run.kinds[submission.address.kind], request)
    match request.stage:
        case Stage.COMPLETED:
            return result
        case Stage.FAILED:
            reason = request.reason or "The organisation gives no reason."
            hint = "To ask again, raise generation in its manifest."
            return replace(
                result, outcome=Outcome.FAILED, summary="The request has failed", detail=reason, hint=hint, exit_code=1
            )
        case _:
            return None
