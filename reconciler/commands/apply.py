"""`reconciler apply`: make it so, under the ledger's lock, and never lose anybody's work."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import click
from click.core import ParameterSource

from reconciler.apply import (
    Deciding,
    Run,
    admit,
    archive_histories,
    drain,
    execute,
    looked_up_again,
    looking,
    make_requests,
    note_acknowledgements,
    note_refusal,
    refusals_noted,
    resolve_intents,
    resolve_submissions,
    start,
    taken_over,
    variables_of,
    with_secrets,
)
from reconciler.commands import options as shared
from reconciler.commands.clock import SystemClock
from reconciler.commands.keys import digests_of
from reconciler.commands.options import Calling, Home, PlanOptions
from reconciler.commands.outbox import outbox_of
from reconciler.commands.outputs import REVIEW, Outputs, parse_outputs
from reconciler.commands.plan import PlanShown
from reconciler.commands.plan import exit_code as exit_code_of_plan
from reconciler.commands.planfiles import load_plan
from reconciler.commands.planner import Wishes, check_organisation, compute, wishes_of
from reconciler.commands.progress import telling
from reconciler.commands.provenance import provenance
from reconciler.commands.session import Session, session
from reconciler.commands.workspace import Workspace, open_project, open_workspace
from reconciler.errors import Blocked, Declined, LedgerError, PlanRefused, PlanUnreadable, UsageError
from reconciler.kinds import KINDS
from reconciler.model.observed import Organisation
from reconciler.model.plan import Plan
from reconciler.model.ports import Ledger
from reconciler.model.report import Event, Outcome, Report
from reconciler.model.request import Stage
from reconciler.planning.binding import matching
from reconciler.planning.judgement import judge
from reconciler.planning.listing import Listing, asks_the_same
from reconciler.planning.merge import merge
from reconciler.planning.planfile import seal_of
from reconciler.planning.requests import unclaimed
from reconciler.render import Occasion, Remark, code, remarks_of_report, report_json, report_text, told_markdown
from reconciler.state import hold, open_ledger

LOCK_PATIENCE = 2.0
"""Seconds to wait for the ledger only to note that a plan was refused."""
PARTIAL = 5
INTERRUPTED = 130
DECIDING = Deciding(merge, judge, matching, asks_the_same, unclaimed, Listing)
PLANNING = {
    "drift": "--drift",
    "allow_delete": "--allow-delete",
    "targets": "--target",
    "excluded": "--exclude",
    "records": "--records",
    "on_conflict": "--on-conflict",
    "as_of": "--as-of",
}
"""Options that say how to plan, by parameter."""


@dataclass(frozen=True, slots=True)
class _Applied:
    """A report as a result."""

    report: Report

    def human(self, *, styled: bool, width: int) -> str:
        return report_text(self.report, styled=styled, width=width)

    def json(self) -> bytes:
        return report_json(self.report)

    def markdown(self, occasion: Occasion) -> str:
        came = "was applied" if exit_code(self.report) == 0 else "was not applied whole"
        title = f"The plan for {code(occasion.environment)} {came}"
        return told_markdown(title, self.human(styled=False, width=100), occasion)

    def remarks(self) -> tuple[Remark, ...]:
        return remarks_of_report(self.report)

    def numbers(self) -> Mapping[str, str]:
        return {"written": str(self.report.written), "succeeded": str(exit_code(self.report) == 0).lower()}


@click.command()
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option("--seal", default="", help="Refuse any plan but the one with this seal.")
@shared.home
@shared.deciding
@click.option("--wait", "waits", is_flag=True, help="Make queued requests, too, and follow them all to their end.")
@click.option("--auto-approve", is_flag=True, help="Do not ask. Without a terminal, this or a PLAN is needed.")
@click.option(
    "--lock-timeout",
    type=shared.seconds,
    metavar="DURATION",
    default="0",
    help="Wait this long for another apply to end (90s).",
)
@shared.outputs
@shared.organisation
@click.pass_context
def apply(
    ctx: click.Context,
    plan_file: Path | None,
    seal: str,
    home: Home,
    options: PlanOptions,
    waits: bool,
    auto_approve: bool,
    lock_timeout: float,
    outputs: tuple[str, ...],
    calling: Calling,
) -> None:
    """Plan and apply after asking, or apply a saved PLAN exactly as it was reviewed.

    Concurrent edits that do not overlap with ours are merged and kept; what overlaps is left untouched and shown. An
    apply that was cut off is finished by running it again.

    \b
      reconciler apply
      reconciler apply plan.json --seal sha256:...
      reconciler apply --auto-approve --output json=report.json
    """
    target = parse_outputs(outputs, formats=REVIEW, verb="apply", environment="default")
    with target.failing_loudly():
        _check_usage(ctx, plan_file, seal, auto_approve=auto_approve)
        # The plan is closed: with one, no manifest is read.
        workspace = open_project(home) if plan_file else open_workspace(home)
        saved = _loaded(plan_file, seal, workspace.ledger) if plan_file else None
        wishes = wishes_of(options, workspace, parallelism=calling.parallelism)
        with (
            session(workspace, calling) as run,
            hold(workspace.ledger, run.clock, timeout=lock_timeout, command="reconciler apply"),
        ):
            outcome = _applied(run, workspace, wishes, saved, target, ask=not auto_approve, waits=waits)
    if isinstance(outcome, Plan):
        target.show(PlanShown(outcome))
        ctx.exit(exit_code_of_plan(outcome, detailed=False))
    target.show(_Applied(outcome))
    ctx.exit(exit_code(outcome))


def _loaded(plan_file: Path, seal: str, ledger: Path) -> Plan:
    """A saved plan. One that is refused is noted, too, where there is a ledger already that can be had."""
    try:
        return load_plan(plan_file, seal)
    except PlanUnreadable:
        raise
    except PlanRefused as error:
        if ledger.exists():
            with suppress(LedgerError):
                _note_refused(ledger, seal, error)
        raise


def _note_refused(path: Path, seal: str, error: PlanRefused) -> None:
    clock = SystemClock()
    with (
        hold(path, clock, timeout=LOCK_PATIENCE, command="reconciler apply"),
        open_ledger(path, writable=True, by=provenance()) as ledger,
    ):
        note_refusal(ledger, clock, seal=seal, error=error)


def _check_usage(ctx: click.Context, plan_file: Path | None, seal: str, *, auto_approve: bool) -> None:
    if seal and plan_file is None:
        raise UsageError("--seal goes with a plan file", hint="reconciler apply plan.json --seal sha256:...")
    useless = [name for name in PLANNING if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if plan_file is not None and useless:
        raise UsageError(
            "The plan is made already",
            detail=f"{', '.join(PLANNING[name] for name in useless)} would change nothing about {plan_file}.",
            hint="Say it when planning:\nreconciler plan --out FILE ...",
        )
    if plan_file is None and not auto_approve and not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            "Nobody is there to approve the plan",
            detail="Without a terminal, apply needs a saved plan or --auto-approve.",
            hint="reconciler plan --out plan.json\nreconciler apply plan.json",
        )


def _applied(
    run: Session,
    workspace: Workspace,
    wishes: Wishes,
    saved: Plan | None,
    target: Outputs,
    *,
    ask: bool,
    waits: bool,
) -> Report | Plan:
    """Everything that happens under the lock. A plan = it is blocked, or there is nothing to do."""
    organisation = run.client.organisation()
    check_organisation(workspace, organisation)
    with open_ledger(workspace.ledger, organisation, writable=True, by=provenance()) as ledger:
        if saved is not None:
            return _perform(run, workspace, ledger, organisation, saved, saved_before=True, waits=waits)
        return _planned_and_applied(run, workspace, ledger, organisation, wishes, target, ask=ask, waits=waits)


def _planned_and_applied(
    run: Session,
    workspace: Workspace,
    ledger: Ledger,
    organisation: Organisation,
    wishes: Wishes,
    target: Outputs,
    *,
    ask: bool,
    waits: bool,
) -> Report | Plan:
    bound = {address: stated.live_id for address, stated in workspace.estate.manifests.items() if stated.live_id}
    empty = Plan(organisation, "", "", "", "", workspace.project, bindings=bound)
    with telling(run, empty) as emit, _stopping(run):
        looking_back = _run(run, ledger, empty, emit)
        resolve_intents(looking(looking_back), KINDS)
        resolve_submissions(looking_back, KINDS)
    plan = compute(workspace, ledger, run.client, organisation, wishes, run.clock.now(), secrets=run.secrets)
    if plan.blocked:
        _note_blocked(run, ledger, plan)
    if plan.blocked or (plan.empty and not (waits and _is_any_under_way(ledger))):
        return plan
    if ask and not plan.empty:
        target.preview(PlanShown(plan))
        with refusals_noted(ledger, run.clock, seal_of(plan)):
            _ask()
    return _perform(run, workspace, ledger, organisation, plan, saved_before=False, waits=waits)


def _note_blocked(run: Session, ledger: Ledger, plan: Plan) -> None:
    blocking = [finding for finding in plan.findings if finding.blocks]
    error = Blocked("Findings block the plan", detail="Nothing was written.")
    note_refusal(ledger, run.clock, seal=seal_of(plan), error=error, findings=blocking)


def _ask() -> None:
    if not click.confirm("Apply these changes?", err=True):
        raise Declined("Nothing was applied", detail="You said no.")


def _is_any_under_way(ledger: Ledger) -> bool:
    return any(each.stage is Stage.UNDER_WAY and not each.forgotten for each in ledger.requests().values())


def _perform(
    run: Session,
    workspace: Workspace,
    ledger: Ledger,
    organisation: Organisation,
    plan: Plan,
    *,
    saved_before: bool,
    waits: bool,
) -> Report:
    """Look once more whether the plan may be applied, then do it."""
    with outbox_of(run, workspace, plan) as outbox, telling(run, plan) as emit, _stopping(run):
        work = replace(_run(run, ledger, plan, emit), outbox=outbox)
        with refusals_noted(ledger, run.clock, work.seal):
            done = admit(work, organisation, ledger.rows())
            work = with_secrets(work, _digests(run, ledger, plan), ledger.rows())
            if saved_before:
                done |= taken_over(work, resolve_intents(looking(work), KINDS))
        if saved_before:
            resolve_submissions(work, KINDS)
            work = looked_up_again(work)
        note_acknowledgements(work, done)
        report = archive_histories(work, make_requests(work, execute(work, done)))
        return drain(work, report) if waits else report


def _digests(run: Session, ledger: Ledger, plan: Plan) -> Mapping[str, str]:
    return digests_of(run.secrets, variables_of(plan, KINDS), ledger_id=ledger.ledger_id)


def _run(run: Session, ledger: Ledger, plan: Plan, emit: Callable[[Event], None]) -> Run:
    return start(
        plan,
        seal_of(plan),
        kinds=KINDS,
        api=run.client,
        ledger=ledger,
        deciding=DECIDING,
        clock=run.clock,
        emit=emit,
        stop=run.stop,
        parallelism=run.parallelism,
        server_key=run.server_key,
        secrets=run.secrets,
    )


@contextmanager
def _stopping(run: Session) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask to stop: nothing new is started, what is in flight ends, the ledger stays true.

    The second one ends the process as a power cut would: intents tell the next run what was under way.
    """

    def ask(_number: int, _frame: FrameType | None) -> None:
        if run.stop.is_set():
            os._exit(INTERRUPTED)
        run.stop.set()
        run.say("Stopping: what is in flight is finished first. Once more to stop at once.")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(report: Report) -> int:
    """ARCHITECTURE §6: 130, then 5 if anything was written, then 7 > 6 > 1 > 4 > 0."""
    bad = [result for result in report.results if not result.succeeded]
    if report.interrupted:
        return INTERRUPTED
    if not bad and not report.error_exit:
        return 0
    if report.written or report.archived or report.count(Outcome.IN_DOUBT):
        return PARTIAL
    codes = {report.error_exit, *(result.exit_code for result in bad)}
    return next((code for code in (7, 6, 1, 4, 3) if code in codes), 1)
