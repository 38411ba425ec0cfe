"""`reconciler doctor`: is everything in place? Looks, and changes nothing anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import click

from reconciler.commands import options
from reconciler.commands.doctor.books import checks_of_ledger, kinds_recorded
from reconciler.commands.doctor.examining import failed, skipped
from reconciler.commands.doctor.here import checks_here
from reconciler.commands.doctor.there import checks_there, organisation_of, unanswered
from reconciler.commands.options import Calling, Home
from reconciler.commands.outputs import parse_outputs
from reconciler.commands.session import session
from reconciler.commands.workspace import Workspace, read_workspace
from reconciler.errors import ReconcilerError
from reconciler.model.diagnosis import Check, Diagnosis
from reconciler.render import diagnosis_json, diagnosis_text

PATIENCE = 60.0
"""Seconds for all calls together, unless --timeout says otherwise."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A diagnosis as a result."""

    diagnosis: Diagnosis

    def human(self, *, styled: bool, width: int) -> str:
        return diagnosis_text(self.diagnosis, styled=styled, width=width)

    def json(self) -> bytes:
        return diagnosis_json(self.diagnosis)


@click.command()
@options.home
@options.outputs
@options.organisation
@click.pass_context
def doctor(ctx: click.Context, home: Home, outputs: tuple[str, ...], calling: Calling) -> None:
    """Check credentials, permissions, ledger and surroundings, and say how to mend what is wrong.

    Exits 7 where the organisation does not let us in, 1 where something else would make a run fail. Nothing is written
    anywhere, and no secret is shown. Each kind in use costs one call.

    \b
      reconciler doctor
      reconciler doctor --output json
    """
    target = parse_outputs(outputs)
    diagnosis = Diagnosis(tuple(_checks(home, replace(calling, timeout=calling.timeout or PATIENCE))))
    target.show(_Shown(diagnosis))
    ctx.exit(diagnosis.exit_code)


def _checks(home: Home, calling: Calling) -> Iterator[Check]:
    try:
        workspace, problems = read_workspace([home.directory], home)
    except ReconcilerError as error:
        yield failed("manifests", error)
        return
    kinds = {address.kind for address in workspace.estate.manifests} | kinds_recorded(workspace)
    yield from checks_here(workspace.project, problems, kinds, os.environ)
    yield from _outside(workspace, kinds, calling, home)


def _outside(workspace: Workspace, kinds: set[str], calling: Calling, home: Home) -> Iterator[Check]:
    """The organisation and the ledger, each also where the other is out of reach."""
    organisation = None
    try:
        with session(workspace, calling) as run:
            organisation, check = organisation_of(run)
            yield check
            yield from checks_there(run, workspace, organisation, kinds) if organisation else unanswered(kinds)
    except ReconcilerError:  # no credentials: told already
        yield skipped("organisation", "without credentials nobody can be asked")
        yield from unanswered(kinds)
    yield from checks_of_ledger(workspace, organisation, home)
