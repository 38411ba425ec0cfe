"""Working off the standing orders: each head of a history archived once, copied, and told of (contract §7).

The ledger notes what is about to be sent before it is. After a crash the same bytes are sent again under the same key,
so that the endpoint has one archive, and the copy is of that one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from jsonschema_rs import Draft202012Validator as Schema

from reconciler.apply.depositing import Desk, back_up, deposit, notify, refused, superseded
from reconciler.apply.doubt import InDoubt, Unrecorded
from reconciler.apply.executor import ENDED, unforeseen
from reconciler.apply.run import Run
from reconciler.errors import FATAL, ArchiveOutOfReach, ArchiveUnconfirmed, Interrupted, ReconcilerError
from reconciler.model.address import Address
from reconciler.model.archive import Archive, Notice, Order, Standing
from reconciler.model.plan import Action
from reconciler.model.ports import Outbox
from reconciler.model.report import Outcome, Report, StepFinished, StepResult, StepStarted


@dataclass(slots=True)
class _Work:
    """What the threads share. `stored` are the archives that this run has made; `over` ends it."""

    run: Run
    desks: dict[str, Desk]
    orders: dict[Address, Order]
    stored: list[str] = field(default_factory=list)
    over: ReconcilerError | None = None


def archive_histories(run: Run, report: Report) -> Report:
    """Archive what the plan says is still to be archived, so many at a time. A failure is a result.

    `report` is of what came before; the answer is of everything.
    """
    working = [archive for archive in run.plan.archives if archive.works]
    if not working or run.outbox is None:
        return report
    work = _work(run, run.outbox)
    _settle_superseded(work)
    work.over = ReconcilerError(report.error) if report.error else None
    with ThreadPoolExecutor(run.plan.project.limits.archives_in_flight, thread_name_prefix="archive") as pool:
        results = tuple(pool.map(lambda archive: _told(work, archive), working))
    ended = work.over if work.over is not None and not report.error else None
    return replace(
        report,
        results=(*report.results, *results),
        archived=len(work.stored),
        interrupted=report.interrupted or run.stop.is_set(),
        error=ended.summary if ended else report.error,
        error_exit=ended.exit_code if ended else report.error_exit,
    )


def _work(run: Run, outbox: Outbox) -> _Work:
    receipts = run.ledger.receipts()
    intents = {intent.step: intent for intent in run.ledger.intents() if intent.action == Action.ARCHIVE.value}
    desks = {
        name: Desk(run, archiving, outbox, receipts, intents, Schema(dict(archiving.schema)))
        for name, kind in run.kinds.items()
        if (archiving := kind.archiving) is not None
    }
    return _Work(run, desks, {order.address: order for order in run.plan.orders})


def _settle_superseded(work: _Work) -> None:
    """Close what an interrupted run was sending, where the history has another head since: that one is archived now."""
    heads = {archive.live_id: archive for archive in work.run.plan.archives if archive.key}
    for desk in work.desks.values():
        for intent in desk.intents.values():
            head = heads.get(intent.live_id)
            if head is not None and head.key != intent.step:
                superseded(desk, intent)


def _told(work: _Work, archive: Archive) -> StepResult:
    """One archive, its failure turned into a result."""
    run = work.run
    if work.over is not None or run.stop.is_set():
        result = replace(_result(archive, Outcome.SKIPPED), because=ENDED)
    else:
        run.emit(StepStarted(archive.step, archive.address, Action.ARCHIVE))
        begun = run.clock.monotonic()
        result = replace(_attempted(work, archive), latency_ms=round((run.clock.monotonic() - begun) * 1000))
    run.emit(StepFinished(result))
    return result


def _attempted(work: _Work, archive: Archive) -> StepResult:
    try:
        return _performed(work, archive)
    except ReconcilerError as error:
        if isinstance(error, FATAL):
            work.over = error
        return _failed(archive, error)
    except Exception as error:
        # Nobody foresaw it: the intent stays open, and the others are still told.
        work.over = unforeseen(error)
        return replace(_failed(archive, work.over), outcome=Outcome.IN_DOUBT)


def _performed(work: _Work, archive: Archive) -> StepResult:
    """Whatever is missing of one archive: the archive itself, its copy, its notification. Raises ReconcilerError."""
    desk, order = work.desks[archive.address.kind], work.orders[archive.address]
    if archive.standing is Standing.TROUBLE:
        error = ReconcilerError("Nothing was archived", detail=f"{archive.name}: {archive.trouble}.".lstrip(": "))
        refused(desk, order, archive, error)
        raise error
    said = [f"{archive.name}: {archive.retained} version{'s' * (archive.retained > 1)} up to {archive.head}."]
    receipt = desk.receipts.get((order.endpoint, archive.key))
    if receipt is None:
        receipt, made = deposit(desk, order, archive)
        said += ["It was archived already, says the endpoint."] if made.is_known else []
        if not made.is_known or made.is_ours:
            work.stored.append(archive.key)
    if order.backup and archive.versions and not desk.outbox.is_backed_up(order, archive):
        back_up(desk, order, archive, receipt)
        said.append("Backed up.")
    trouble = ""
    if order.notify and receipt.notice is Notice.DUE:
        trouble = notify(desk, order, archive, receipt)
        failed = f"The notification failed. {trouble} It is tried again by the next apply."
        said.append(failed if trouble else "Notified.")
    done = _result(archive, Outcome.DONE)
    return replace(done, live_id=receipt.archive_id, detail=" ".join(said), owed=bool(trouble))


def _result(archive: Archive, outcome: Outcome) -> StepResult:
    return StepResult(archive.step, archive.address, Action.ARCHIVE, outcome)


def _failed(archive: Archive, error: ReconcilerError) -> StepResult:
    return replace(
        _result(archive, _outcome_of(error)),
        summary=error.summary,
        detail=error.detail,
        hint=error.hint,
        where=error.where,
        exit_code=error.exit_code,
    )


def _outcome_of(error: ReconcilerError) -> Outcome:
    if isinstance(error, ArchiveOutOfReach):
        return Outcome.SKIPPED
    in_doubt = isinstance(error, ArchiveUnconfirmed | InDoubt | Unrecorded | Interrupted)
    return Outcome.IN_DOUBT if in_doubt else Outcome.FAILED
