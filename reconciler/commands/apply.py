"""`reconciler apply`: make it so, under the ledger's lock, and never lose anybody's work."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from reconciler.apply import note_refusal
from reconciler.commands import options as shared
from reconciler.commands.applying import Task, applied, exit_code
from reconciler.commands.approving import load_approvals
from reconciler.commands.clock import SystemClock
from reconciler.commands.ledgers import locked, write_ledger
from reconciler.commands.options import Calling, Home, PlanOptions
from reconciler.commands.outputs import REVIEW, parse_outputs
from reconciler.commands.plan import PlanShown
from reconciler.commands.plan import exit_code as exit_code_of_plan
from reconciler.commands.planfiles import load_plan
from reconciler.commands.planner import wishes_of
from reconciler.commands.project_file import named
from reconciler.commands.session import session
from reconciler.commands.workspace import Workspace, open_project, open_workspace
from reconciler.errors import LedgerError, PlanRefused, PlanUnreadable, UsageError
from reconciler.model.approval import Approval
from reconciler.model.plan import Plan
from reconciler.model.report import Report
from reconciler.render import (
    Case,
    Occasion,
    Remark,
    cases_of_report,
    code,
    remarks_of_report,
    report_json,
    report_text,
    told_html,
    told_markdown,
)
from reconciler.state import exists

LOCK_PATIENCE: Final = 2.0
"""Seconds to wait for the ledger only to note that a plan was refused."""
PLANNING: Final = {
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
        title = f"The plan for {code(occasion.environment)} {self._outcome}"
        return told_markdown(title, self.human(styled=False, width=100), occasion)

    def html(self, occasion: Occasion) -> str:
        title = f"The plan for {occasion.environment} {self._outcome}"
        return told_html(title, self.human(styled=False, width=100), self.remarks(), occasion)

    @property
    def _outcome(self) -> str:
        return "was applied" if exit_code(self.report) == 0 else "was not applied whole"

    def cases(self) -> tuple[Case, ...]:
        return cases_of_report(self.report)

    def remarks(self) -> tuple[Remark, ...]:
        return remarks_of_report(self.report)

    def numbers(self) -> Mapping[str, str]:
        return {"written": str(self.report.written), "succeeded": str(exit_code(self.report) == 0).lower()}


@dataclass(frozen=True, slots=True)
class _Consent:
    """On whose word it is applied: that of a saved plan, of reviewed ones, of what stands, or of whoever types."""

    plan_file: Path | None
    seal: str
    approved: tuple[Path, ...]
    standing: bool
    auto_approve: bool

    @property
    def asks(self) -> bool:
        return not (self.auto_approve or self.approved or self.standing)


@click.command()
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@shared.seal
@click.option(
    "--approved-plan",
    "approved",
    multiple=True,
    metavar="FILE|FOLDER",
    callback=shared.places,
    help="Plan anew, and go on only if reviewed plans (plan --out) approve of every change; repeatable.",
)
@click.option(
    "--standing",
    is_flag=True,
    help="Plan anew, and go on only if all of it stands by its manifest: queued requests, archives, new secrets.",
)
@shared.home
@shared.deciding
@click.option("--wait", "waits", is_flag=True, help="Make queued requests, too, and follow them all to their end.")
@click.option("--auto-approve", is_flag=True, help="Do not ask. Without a terminal, this or a plan is needed.")
@shared.lock_timeout
@shared.outputs
@shared.organisation
@click.pass_context
def apply(
    ctx: click.Context,
    plan_file: Path | None,
    seal: str,
    approved: tuple[Path, ...],
    standing: bool,
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
      reconciler apply --drift keep --approved-plan pr-17.json --approved-plan pr-18.json
      reconciler apply --drift keep --standing
      reconciler apply --auto-approve --output json=report.json
    """
    target = parse_outputs(outputs, formats=REVIEW, verb="apply", environment=named(home))
    with target.failing_loudly():
        consent = _Consent(plan_file, seal, approved, standing, auto_approve)
        _check_usage(ctx, consent)
        # The plan is closed: with one, no manifest is read.
        workspace = open_project(home) if plan_file else open_workspace(home)
        saved, approvals = _loaded(consent, workspace)
        wishes = wishes_of(options, workspace, parallelism=calling.parallelism)
        with (
            session(workspace, calling) as run,
            locked(workspace, run.clock, timeout=lock_timeout, command="reconciler apply") as held,
        ):
            by_approvals = bool(consent.approved) or consent.standing
            task = Task(run, workspace, wishes, target, saved, approvals, by_approvals, asks=consent.asks, waits=waits)
            outcome = applied(replace(task, held=held, is_new=options.new_ledger))
    if isinstance(outcome, Plan):
        target.show(PlanShown(outcome))
        ctx.exit(exit_code_of_plan(outcome, detailed=False))
    target.show(_Applied(outcome))
    ctx.exit(exit_code(outcome))


def _check_usage(ctx: click.Context, consent: _Consent) -> None:
    if consent.seal and consent.plan_file is None:
        raise UsageError("--seal goes with a plan file", hint="reconciler apply plan.json --seal sha256:...")
    if consent.approved and consent.plan_file is not None:
        raise UsageError(
            "A plan is applied, or approves",
            detail="PLAN is applied as it is; --approved-plan plans anew and is compared.",
            hint="reconciler apply plan.json --seal sha256:...\nreconciler apply --approved-plan plan.json",
        )
    if consent.standing and (consent.plan_file is not None or consent.approved):
        raise UsageError(
            "What stands is applied alone",
            detail="--standing plans anew and takes no PLAN; with --approved-plan, what stands is applied anyway.",
            hint="reconciler apply --drift keep --standing",
        )
    useless = [name for name in PLANNING if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if consent.plan_file is not None and useless:
        raise UsageError(
            "The plan is made already",
            detail=f"{', '.join(PLANNING[name] for name in useless)} would change nothing about {consent.plan_file}.",
            hint="Say it when planning:\nreconciler plan --out FILE ...",
        )
    if consent.asks and consent.plan_file is None and not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            "Nobody is there to approve the plan",
            detail="Without a terminal, apply needs a saved plan, approved ones, or --auto-approve.",
            hint="reconciler plan --out plan.json\nreconciler apply plan.json",
        )


def _loaded(consent: _Consent, workspace: Workspace) -> tuple[Plan | None, tuple[Approval, ...]]:
    """The saved plan and the approved ones. What is refused is noted, where there is a ledger already that can be had;
    not so a saved file that is no plan at all."""
    try:
        saved = load_plan(consent.plan_file, consent.seal) if consent.plan_file else None
        if saved is not None:
            _check_environment(saved, workspace)
        return saved, load_approvals(consent.approved) if consent.approved else ()
    except PlanUnreadable:
        raise
    except PlanRefused as error:
        if exists(workspace.ledger):
            with suppress(LedgerError):
                _note_refused(workspace, consent.seal, error)
        raise


def _check_environment(saved: Plan, workspace: Workspace) -> None:
    """Two environments may be one organisation. Raises PlanRefused."""
    name = workspace.project.environment.name
    if saved.environment != name:
        raise PlanRefused(
            "The plan is for another environment",
            detail=f"It was made for {saved.environment}, and this is {name}.",
            hint=f"Choose its own with --env {saved.environment}.",
        )


def _note_refused(workspace: Workspace, seal: str, error: PlanRefused) -> None:
    clock = SystemClock()
    with (
        locked(workspace, clock, timeout=LOCK_PATIENCE, command="reconciler apply") as held,
        write_ledger(workspace, held=held) as ledger,
    ):
        note_refusal(ledger, clock, seal=seal, error=error)
