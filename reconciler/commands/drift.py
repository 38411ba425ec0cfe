"""`reconciler drift`: what was changed behind our back since we last applied. Takes no lock and writes no ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import click

from reconciler.commands import options
from reconciler.commands.adopting import adopt
from reconciler.commands.completing import complete_addresses
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Calling, Home
from reconciler.commands.outputs import REVIEW, parse_outputs
from reconciler.commands.planner import Sources, Wishes, bound, observe
from reconciler.commands.project_file import named
from reconciler.commands.session import session
from reconciler.commands.workspace import open_workspace
from reconciler.kinds import KINDS
from reconciler.model.drift import Drift
from reconciler.planning.drifting import drift_of
from reconciler.planning.situation import Choices
from reconciler.render import (
    Case,
    Occasion,
    Remark,
    cases_of_drift,
    code,
    drift_json,
    drift_text,
    remarks_of_drift,
    told_html,
    told_markdown,
)

DRIFTED = 2


@dataclass(frozen=True, slots=True)
class _Shown:
    """Drift as a result."""

    drift: Drift

    def human(self, *, styled: bool, width: int) -> str:
        return drift_text(self.drift, KINDS, styled=styled, width=width)

    def json(self) -> bytes:
        return drift_json(self.drift)

    def markdown(self, occasion: Occasion) -> str:
        title = f"{self._verdict} in {code(self.drift.environment)}"
        return told_markdown(title, self.human(styled=False, width=100), occasion)

    def html(self, occasion: Occasion) -> str:
        title = f"{self._verdict} in {self.drift.environment}"
        return told_html(title, self.human(styled=False, width=100), self.remarks(), occasion)

    @property
    def _verdict(self) -> str:
        return "Drift" if self.drift.drifted else "No drift"

    def cases(self) -> tuple[Case, ...]:
        return cases_of_drift(self.drift)

    def remarks(self) -> tuple[Remark, ...]:
        return remarks_of_drift(self.drift)

    def numbers(self) -> Mapping[str, str]:
        return {"drifted": str(len(self.drift.drifted)), "compared": str(self.drift.compared)}


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS...]", shell_complete=complete_addresses)
@click.option("--adopt", "adopts", is_flag=True, help="Edit the manifests so that they say what is there now.")
@options.home
@options.outputs
@options.organisation
@click.pass_context
def drift(
    ctx: click.Context,
    addresses: tuple[str, ...],
    adopts: bool,
    home: Home,
    outputs: tuple[str, ...],
    calling: Calling,
) -> None:
    """Compare what we last applied with what the organisation says now. Exits 2 when something drifted.

    Manifests that changed since are no drift, and what others made is only counted. --adopt takes over what drifted, of
    ADDRESS or of everything: it edits the manifests, keeping comments and order, for review as any other change.

    \b
      reconciler drift
      reconciler drift -o markdown=drift.md
      reconciler drift --adopt Purpose/Support
    """
    target = parse_outputs(outputs, formats=REVIEW, verb="drift", environment=named(home))
    with target.failing_loudly():
        workspace = open_workspace(home)
        wishes = Wishes(Choices(targets=frozenset(addresses)))
        with session(workspace, calling) as run:
            organisation = run.client.organisation()
            with read_ledger(workspace, organisation, with_audit=False) as ledger:
                now = run.clock.now()
                sources = Sources(workspace, ledger, run.client, organisation, wishes, now, run.secrets)
                situation = observe(sources, sources.seen)
            situation, bindings = bound(situation, run.client)
            found = drift_of(situation, bindings)
            left = adopt(home, workspace, found, say=run.say) if adopts else found
    target.show(_Shown(left))
    ctx.exit(DRIFTED if left.drifted else 0)
