"""What an apply does under the ledger's lock: plan, look whether it may be done, do it, and note that it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

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
    note_applied,
    note_approved,
    note_refusal,
    refusals_noted,
    resolve_intents,
    resolve_submissions,
    start,
    taken_over,
    variables_of,
    with_secrets,
)
from reconciler.commands.approving import (
    check_approved,
    check_fitness,
    check_ledger_is_there,
    newly_standing,
)
from reconciler.commands.keys import digests_of
from reconciler.commands.ledgers import write_ledger
from reconciler.commands.outbox import outbox_of
from reconciler.commands.outputs import Outputs
from reconciler.commands.plan import PlanShown
from reconciler.commands.planner import Decided, Sources, Wishes, check_organisation, decide
from reconciler.commands.progress import telling
from reconciler.commands.provenance import provenance
from reconciler.commands.session import Session
from reconciler.commands.stopping import INTERRUPTED, stopping
from reconciler.commands.workspace import Workspace
from reconciler.errors import Blocked, Declined, LedgerError
from reconciler.kinds import KINDS
from reconciler.model.approval import Approval
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
from reconciler.state import SqlLedger

if TYPE_CHECKING:
    from reconciler.state.postgresql import Held

PARTIAL: Final = 5
DECIDING: Final = Deciding(merge, judge, matching, asks_the_same, unclaimed, Listing)


@dataclass(frozen=True, slots=True)
class Task:
    """One apply as it was asked for: a `saved` plan, or one that is made now, approved by reviewed plans, by a person
    who is asked, or by the command line alone.

    `by_approvals` = nothing is done but what stands by a manifest and what `approvals`, if there are any, have.
    """

    run: Session
    workspace: Workspace
    wishes: Wishes
    target: Outputs
    saved: Plan | None = None
    approvals: tuple[Approval, ...] = ()
    by_approvals: bool = False
    asks: bool = False
    waits: bool = False
    held: Held | None = None
    is_new: bool = False

    @property
    def seals(self) -> tuple[str, ...]:
        return tuple(approval.seal for approval in self.approvals)


def applied(task: Task) -> Report | Plan:
    """Everything that happens under the lock. A plan = it is blocked, or there is nothing to do."""
    organisation = task.run.client.organisation()
    check_organisation(task.workspace, organisation)
    if task.by_approvals:
        check_ledger_is_there(task.workspace, organisation, task.approvals)
    with write_ledger(task.workspace, organisation, held=task.held, is_new=task.is_new) as ledger:
        if task.saved is not None:
            return _over(task, ledger, task.saved, _perform(task, ledger, organisation, task.saved))
        return _planned_and_applied(task, ledger, organisation)


def _planned_and_applied(task: Task, ledger: SqlLedger, organisation: Organisation) -> Report | Plan:
    run = task.run
    if task.by_approvals:
        with refusals_noted(ledger, run.clock):
            rebases = task.wishes.choices.rebase
            check_fitness(task.workspace, organisation, ledger, task.approvals, rebases=rebases)
    _look_back(task, ledger, organisation)
    sources = Sources(task.workspace, ledger, run.client, organisation, task.wishes, run.clock.now(), run.secrets)
    decided = decide(sources)
    plan = decided.plan
    _agree(task, ledger, decided)
    if plan.blocked:
        return plan
    if plan.empty and not (task.waits and _is_any_under_way(ledger)):
        return _over(task, ledger, plan, plan)
    return _over(task, ledger, plan, _perform(task, ledger, organisation, plan))


def _look_back(task: Task, ledger: Ledger, organisation: Organisation) -> None:
    """Find out what came of a run that was cut off, before anything is planned."""
    workspace = task.workspace
    bound = {address: stated.live_id for address, stated in workspace.estate.manifests.items() if stated.live_id}
    empty = Plan(organisation, "", "", "", "", workspace.project, bindings=bound)
    with telling(task.run, empty) as emit, stopping(task.run):
        looking_back = _run(task.run, ledger, empty, emit)
        resolve_intents(looking(looking_back), KINDS)
        resolve_submissions(looking_back, KINDS)


def _agree(task: Task, ledger: SqlLedger, decided: Decided) -> None:
    """By the approvals, or by whoever is asked. Raises ApprovalRefused, Declined; each is noted, and a blocked plan."""
    plan, clock = decided.plan, task.run.clock
    if task.by_approvals:
        with refusals_noted(ledger, clock, seal_of(plan)):
            check_approved(decided, ledger, task.run.client, task.approvals)
    if plan.blocked:
        _note_blocked(task.run, ledger, plan)
    elif task.asks and not plan.empty:
        task.target.preview(PlanShown(plan))
        with refusals_noted(ledger, clock, seal_of(plan)):
            _ask()


def _note_blocked(run: Session, ledger: Ledger, plan: Plan) -> None:
    blocking = [finding for finding in plan.findings if finding.blocks]
    error = Blocked("Findings block the plan", detail="Nothing was written.")
    note_refusal(ledger, run.clock, seal=seal_of(plan), error=error, findings=blocking)


def _ask() -> None:
    if not click.confirm("Apply these changes?", err=True):
        raise Declined("Nothing was applied", detail="You said no.")


def _is_any_under_way(ledger: Ledger) -> bool:
    return any(each.stage is Stage.UNDER_WAY and not each.forgotten for each in ledger.requests().values())


def _perform(task: Task, ledger: SqlLedger, organisation: Organisation, plan: Plan) -> Report:
    """Look once more whether the plan may be applied, then do it."""
    run = task.run
    with outbox_of(run, task.workspace, plan) as outbox, telling(run, plan) as emit, stopping(run):
        work = replace(_run(run, ledger, plan, emit), outbox=outbox)
        with refusals_noted(ledger, run.clock, work.seal):
            done = admit(work, organisation, ledger.rows())
            work = with_secrets(work, _digests(run, ledger, plan), ledger.rows())
            if task.saved is not None:
                done |= taken_over(work, resolve_intents(looking(work), KINDS))
        if task.saved is not None:
            resolve_submissions(work, KINDS)
            work = looked_up_again(work)
        _note_approved(task, ledger, plan)
        note_acknowledgements(work, done)
        report = archive_histories(work, make_requests(work, execute(work, done)))
        return drain(work, report) if task.waits else report


def _note_approved(task: Task, ledger: SqlLedger, plan: Plan) -> None:
    """Before the first effect, so that a run that is cut off can be gone on with."""
    names = {approval.seal: Path(approval.name).name for approval in task.approvals}
    agreed = [approval.plan for approval in task.approvals] if task.by_approvals else [plan]
    standing = newly_standing(plan, ledger, agreed)
    note_approved(ledger, task.run.clock, seal=seal_of(plan), approvals=names, standing=standing)


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


def _over(task: Task, ledger: Ledger, plan: Plan, outcome: Report | Plan) -> Report | Plan:
    """Note that a whole plan is over, also where there was nothing to do: somebody asks which commit was applied last.
    Where no commit is known, nobody can."""
    if plan.partial or not (task.by_approvals or provenance().commit):
        return outcome
    succeeded = not isinstance(outcome, Report) or exit_code(outcome) == 0
    try:
        note_applied(ledger, task.run.clock, seal=seal_of(plan), approvals=task.seals, succeeded=succeeded)
    except LedgerError as error:
        if not isinstance(outcome, Report):
            raise
        if not outcome.error:  # what was done is told all the same
            return replace(outcome, error=error.summary, error_exit=error.exit_code)
    return outcome


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
