"""Going on until every request has been made and has ended: `apply --wait`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.apply.following import FIRST_WAIT, LONGEST_WAIT, Watch, under_way
from reconciler.apply.requesting import failed, made
from reconciler.apply.room import Room, counted
from reconciler.apply.run import Run
from reconciler.errors import FATAL, Interrupted, ReconcilerError
from reconciler.model.plan import Action
from reconciler.model.report import Outcome, Report, StepResult, Waiting
from reconciler.model.request import Requested, Stage, Submission


def drain(run: Run, report: Report) -> Report:
    """Go on until everything that the plan asks for has been made, and everything that is under way has ended, earlier
    runs' requests included, looking less and less often while nothing happens.

    A request that the organisation fails is a failure of its step. What ends it early (the deadline, Ctrl-C, refused
    credentials, an organisation that stays silent) is in the report, with all that was made.
    """
    vigil = _Vigil(run, report.written, {result.step: result for result in report.results})
    error: ReconcilerError | None = None
    try:
        vigil.keep()
    except ReconcilerError as trouble:
        error = None if isinstance(trouble, Interrupted) else trouble
    error = error or next(iter(vigil.watch.lost.values()), None)
    return replace(
        report,
        results=tuple(vigil.results.values()),
        written=vigil.written,
        interrupted=report.interrupted or run.stop.is_set(),
        error=report.error or (error.summary if error else ""),
        error_exit=report.error_exit or (error.exit_code if error else 0),
    )


@dataclass(slots=True)
class _Vigil:
    """What is left to be made or to end. `results` are by step; `happened` says whether the last look saw anything."""

    run: Run
    written: int
    results: dict[str, StepResult]
    watch: Watch = field(default_factory=Watch)
    happened: bool = False

    def keep(self) -> None:
        """Until nothing is left. Raises what ends it early."""
        wait = FIRST_WAIT
        while (left := self._look()) and not self.run.stop.is_set():
            wait = FIRST_WAIT if self.happened else min(wait * 2, LONGEST_WAIT)
            self.run.emit(Waiting(wait, f"{left} request(s) under way or queued"))
            self.run.clock.sleep(wait)

    def _look(self) -> int:
        """See what has ended, make what there is room for, and tell how many are left."""
        self.happened = False
        for request in self.watch.look(self.run, self.run.kinds, self._under_way()):
            if request.stage is not Stage.UNDER_WAY:
                self._end(request)
        self._make_some()
        return len(self._under_way()) + len(self._queued())

    def _make_some(self) -> None:
        """As many as there is room for. The first of a kind for which there is none speaks for the others."""
        room, full = Room(self.run, counted), set[str]()
        for submission in self._queued():
            if submission.address.kind not in full:
                self._try(room, submission)
                if self.results[submission.step].outcome is Outcome.QUEUED:
                    full.add(submission.address.kind)

    def _under_way(self) -> list[Requested]:
        names = [name for name, kind in self.run.kinds.items() if kind.asking is not None]
        running = (request for name in names for request in under_way(self.run, name))
        return [request for request in running if request.key not in self.watch.lost]

    def _queued(self) -> list[Submission]:
        return [
            submission
            for submission in self.run.plan.submissions
            if self.results[submission.step].outcome is Outcome.QUEUED
        ]

    def _try(self, room: Room, submission: Submission) -> None:
        try:
            result = made(self.run, room, submission)
        except (*FATAL, Interrupted):
            raise
        except ReconcilerError as error:
            result = failed(self.run, submission, error)
        self.results[submission.step] = result
        self.happened |= result.outcome is not Outcome.QUEUED
        self.written += result.outcome is Outcome.DONE and not submission.taken

    def _end(self, request: Requested) -> None:
        self.happened = True
        step = _step_of(request)
        result = self.results.get(step) or StepResult(step, request.address, Action.SUBMIT, Outcome.ALREADY)
        self.results[step] = _ended(replace(result, live_id=request.live_id), request)


def _step_of(request: Requested) -> str:
    return Submission(
        request.key, request.address, request.original, request.body, "", request.part, request.parts
    ).step


def _ended(result: StepResult, request: Requested) -> StepResult:
    if request.stage is Stage.COMPLETED:
        return result
    return replace(
        result,
        outcome=Outcome.FAILED,
        summary="The request has failed",
        detail=request.reason or "The organisation gives no reason.",
        hint="To ask again, raise generation in its manifest.",
        exit_code=1,
    )
