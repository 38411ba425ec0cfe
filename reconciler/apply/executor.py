"""Runs a plan's steps: as many at once as may be, each after what it depends on, skipping only what cannot be done."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace

from reconciler.apply.conflict import Conflict
from reconciler.apply.doubt import InDoubt, Unrecorded
from reconciler.apply.intents import Effect
from reconciler.apply.records import entry_of
from reconciler.apply.run import Run
from reconciler.apply.steps import perform
from reconciler.errors import FATAL, Interrupted, LedgerError, ReconcilerError, Unknown
from reconciler.model.plan import Change, Plan
from reconciler.model.report import Outcome, Report, StepFinished, StepResult, StepStarted

ENDED = "the run ended early"


@dataclass(slots=True)
class _Progress:
    """Which steps are ready, what the others still need, and what came of those that are over."""

    steps: dict[str, Change]
    needs: dict[str, set[str]]
    dependents: dict[str, list[str]]
    ready: deque[str]
    results: dict[str, StepResult] = field(default_factory=dict)
    fatal: ReconcilerError | None = None


def _progress(plan: Plan) -> _Progress:
    steps = {change.step: change for change in plan.changes}
    needs = {change.step: set(change.depends_on) for change in plan.changes}
    dependents: dict[str, list[str]] = {step: [] for step in steps}
    for step, wanted in needs.items():
        for need in wanted:
            dependents[need].append(step)
    return _Progress(steps, needs, dependents, deque(step for step, wanted in needs.items() if not wanted))


def execute(run: Run, done: Iterable[str] = ()) -> Report:
    """Perform every step but those `done` by an earlier run. A step's failure is a result, not an error."""
    progress = _progress(run.plan)
    for step in done:
        _finish(run, progress, _result(progress.steps[step], Outcome.ALREADY))
    with ThreadPoolExecutor(max_workers=run.parallelism, thread_name_prefix="apply") as pool:
        _drive(run, progress, pool)
    for step, change in progress.steps.items():
        if step not in progress.results:
            _finish(run, progress, _result(change, Outcome.SKIPPED, because=ENDED))
    return _report(run, progress)


def _drive(run: Run, progress: _Progress, pool: ThreadPoolExecutor) -> None:
    """Start what is ready, wait for something to end, until nothing is left or nothing more may start."""
    running: set[Future[StepResult]] = set()
    while True:
        while progress.ready and len(running) < run.parallelism and not _ending(run, progress):
            step = progress.ready.popleft()
            if step not in progress.results:
                running.add(pool.submit(_attempt, run, progress, progress.steps[step]))
        if not running:
            return
        over, running = wait(running, return_when=FIRST_COMPLETED)
        for future in over:
            _finish(run, progress, future.result())


def _ending(run: Run, progress: _Progress) -> bool:
    return run.stop.is_set() or progress.fatal is not None


def _attempt(run: Run, progress: _Progress, change: Change) -> StepResult:
    """One step, its failure turned into a result."""
    run.emit(StepStarted(change.step, change.address, change.action))
    began = run.clock.monotonic()
    try:
        result = _succeeded(change, perform(run, change))
    except ReconcilerError as error:
        if isinstance(error, FATAL):
            progress.fatal = error
        result = _failed(change, error)
        _note_doubt(run, change, result, error)
    except Exception as error:
        # Nobody foresaw it, so nobody knows whether it happened: the intent stays open, and the others are still told.
        progress.fatal = unforeseen(error)
        result = replace(_failed(change, progress.fatal), outcome=Outcome.IN_DOUBT)
        _note_doubt(run, change, result, progress.fatal)
    return replace(result, latency_ms=round((run.clock.monotonic() - began) * 1000))


def _note_doubt(run: Run, change: Change, result: StepResult, error: ReconcilerError) -> None:
    """Every other outcome has its entry by now. A ledger that fails is told of by whoever needed it first."""
    if result.outcome is Outcome.IN_DOUBT:
        with suppress(LedgerError):
            run.ledger.note(entry_of(run, run.kinds[change.address.kind], change, "IN_DOUBT", error=error))


def unforeseen(error: Exception) -> ReconcilerError:
    """What nobody foresaw, as an error. Its text may hold anything, so only its kind is shown."""
    detail = f"{type(error).__name__}. This is a bug in reconciler; please report it."
    return ReconcilerError("Internal error", detail=detail, hint="Run apply again: it looks before it sends anything.")


def _succeeded(change: Change, effect: Effect) -> StepResult:
    live_id = effect.entity.live_id if effect.entity else change.live_id
    action = effect.instead or change.action
    return replace(_result(change, effect.outcome), live_id=live_id, theirs=effect.theirs, action=action)


def _failed(change: Change, error: ReconcilerError) -> StepResult:
    in_doubt = isinstance(error, InDoubt | Unrecorded | Unknown | Interrupted)
    conflict = error if isinstance(error, Conflict) else None
    outcome = Outcome.IN_DOUBT if in_doubt else Outcome.CONFLICT if conflict else Outcome.FAILED
    return replace(
        _result(change, outcome),
        summary=error.summary,
        detail=error.detail,
        hint=error.hint,
        where=error.where,
        exit_code=error.exit_code,
        overlaps=conflict.overlaps if conflict else (),
        findings=conflict.findings if conflict else (),
    )


def _result(change: Change, outcome: Outcome, *, because: str = "") -> StepResult:
    return StepResult(change.step, change.address, change.action, outcome, live_id=change.live_id, because=because)


def _finish(run: Run, progress: _Progress, result: StepResult) -> None:
    """Note a result; free the steps that waited for it, or skip them and all that wait for them."""
    over = deque([result])
    while over:
        ended = over.popleft()
        progress.results[ended.step] = ended
        run.emit(StepFinished(ended))
        for step in progress.dependents[ended.step]:
            progress.needs[step].discard(ended.step)
            if step in progress.results:
                continue
            if not ended.succeeded:
                over.append(_result(progress.steps[step], Outcome.SKIPPED, because=ended.step))
            elif not progress.needs[step]:
                progress.ready.append(step)


def _report(run: Run, progress: _Progress) -> Report:
    written = sum(
        result.outcome in (Outcome.DONE, Outcome.MERGED) and progress.steps[step].writes
        for step, result in progress.results.items()
    )
    return Report(
        seal=run.seal,
        results=tuple(progress.results[change.step] for change in run.plan.changes),
        written=written,
        interrupted=run.stop.is_set(),
        error=progress.fatal.summary if progress.fatal else "",
        error_exit=progress.fatal.exit_code if progress.fatal else 0,
    )
