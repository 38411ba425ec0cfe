"""`reconciler plan`: what would change, and what is unsafe about it. Takes no lock and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from reconciler.commands import options as shared
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.offline import planned_against
from reconciler.commands.options import EVERY, Calling, Home, PlanOptions
from reconciler.commands.outputs import REVIEW, Outputs, check_place, parse_outputs, write_file
from reconciler.commands.planner import Sources, decide, wishes_of
from reconciler.commands.project_file import named
from reconciler.commands.session import session, tell
from reconciler.commands.workspace import Workspace, open_workspace
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.model.plan import Plan
from reconciler.planning.planfile import seal_of, write_plan
from reconciler.render import (
    Case,
    Occasion,
    Remark,
    cases_of_plan,
    plan_html,
    plan_json,
    plan_markdown,
    plan_text,
    remarks_of_plan,
    summarise,
)

BLOCKED = 3
CHANGES = 2


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan as a result."""

    plan: Plan

    def human(self, *, styled: bool, width: int) -> str:
        return plan_text(self.plan, KINDS, styled=styled, width=width)

    def json(self) -> bytes:
        return plan_json(self.plan, seal_of(self.plan))

    def markdown(self, occasion: Occasion) -> str:
        return plan_markdown(self.plan, KINDS, seal_of(self.plan), occasion)

    def html(self, occasion: Occasion) -> str:
        return plan_html(self.plan, KINDS, seal_of(self.plan), occasion)

    def cases(self) -> tuple[Case, ...]:
        return cases_of_plan(self.plan)

    def remarks(self) -> tuple[Remark, ...]:
        return remarks_of_plan(self.plan)

    def numbers(self) -> Mapping[str, str]:
        said = summarise(self.plan)
        return {
            "changes": str(said.by_action.total()),
            "destructive": str(said.destructive + sum(change.action.ends for change in self.plan.changes)),
            "blocked": str(self.plan.blocked).lower(),
            "findings": str(len(self.plan.findings)),
            "seal": seal_of(self.plan),
        }


@click.command()
@shared.home
@shared.deciding
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan, to be applied later; of all: a folder.")
@click.option(
    "--against",
    metavar="SNAPSHOT",
    type=click.Path(path_type=Path),
    help="Plan from a snapshot: no network, no credentials, no ledger.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes, 0 when there are none.")
@shared.outputs
@shared.organisation
@click.pass_context
def plan(
    ctx: click.Context,
    home: Home,
    options: PlanOptions,
    out: Path | None,
    against: Path | None,
    detailed_exitcode: bool,
    outputs: tuple[str, ...],
    calling: Calling,
) -> None:
    """Compare manifests, ledger and organisation, and show what apply would do.

    Exits 3 when a finding blocks, else 0 (2 with --detailed-exitcode when there are changes). --env all plans every
    environment of the project file, one after another; what fails in one does not keep the others from being shown.

    \b
      reconciler plan
      reconciler plan --out plan.json --output json=plan-view.json
      reconciler plan --records FlexSchema/customer_profile=export.jsonl
      reconciler plan --against snapshot.json
      reconciler plan --env all --out plans
    """
    target = parse_outputs(outputs, formats=REVIEW, verb="plan", environment=named(home))
    with target.failing_loudly():
        if home.environment == EVERY:
            _everywhere(ctx, target, home, options, calling, out=out, against=against, detailed=detailed_exitcode)
        if out is not None:
            check_place(out)
        decided = planned(home, options, calling, out=out, against=against)
    target.show(PlanShown(decided))
    ctx.exit(exit_code(decided, detailed=detailed_exitcode))


def planned(
    home: Home, options: PlanOptions, calling: Calling, *, out: Path | None, against: Path | None = None
) -> Plan:
    """The plan of one environment, saved where that is asked for."""
    workspace = open_workspace(home)
    if against is None:
        decided = _planned(workspace, options, calling)
    else:
        decided = planned_against(against, workspace, options, parallelism=calling.parallelism)
    if out is not None:
        write_file(out, write_plan(decided), mode=0o600)
        if calling.log_level != "quiet":
            tell(_saved(out, decided, home))
    return decided


def _planned(workspace: Workspace, options: PlanOptions, calling: Calling) -> Plan:
    wishes = wishes_of(options, workspace, parallelism=calling.parallelism)
    with session(workspace, calling) as run:
        organisation = run.client.organisation()
        with read_ledger(workspace, organisation, is_new=options.new_ledger, with_audit=False) as ledger:
            now, secrets = run.clock.now(), run.secrets
            return decide(Sources(workspace, ledger, run.client, organisation, wishes, now, secrets)).plan


def _everywhere(
    ctx: click.Context,
    target: Outputs,
    home: Home,
    options: PlanOptions,
    calling: Calling,
    *,
    out: Path | None,
    against: Path | None,
    detailed: bool,
) -> NoReturn:
    from reconciler.commands.plan_everywhere import plan_everywhere  # which shows plans with the help of this module

    if against is not None:
        detail = "A snapshot is of one environment."
        raise UsageError("One environment at a time", detail=detail, hint="Name it with --env.")
    shown = plan_everywhere(home, options, calling, out)
    target.show(shown)
    ctx.exit(shown.exit_code(detailed=detailed))


def _saved(out: Path, decided: Plan, home: Home) -> str:
    if decided.blocked:
        return f"Saved as {out}. It is blocked: apply will refuse it."
    command = home.command("apply", out, "--seal", seal_of(decided))
    return f"Saved as {out}. Apply exactly this plan with:\n{command}"


def exit_code(decided: Plan, *, detailed: bool) -> int:
    """3 blocked, 2 changes where that was asked for, else 0."""
    if decided.blocked:
        return BLOCKED
    return CHANGES if detailed and not decided.empty else 0
