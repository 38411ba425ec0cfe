"""`reconciler state`: a look into the ledger. Writes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.outputs import appearance
from reconciler.commands.workspace import read_workspace
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.render import recorded_text, state_text
from reconciler.state import holder, open_ledger


@click.group()
def state() -> None:
    """Look into the ledger: what we sent last, and who holds its lock."""


@state.command("list")
@options.directory
@options.project_file
def list_rows(directory: Path, project_file: Path | None) -> None:
    """List every address that the ledger knows."""
    ledger = open_ledger(ledger_path(directory, project_file), writable=False)
    styled, _ = appearance(sys.stdout)
    click.echo(state_text(ledger.rows(), styled=styled))


@state.command("show")
@click.argument("address")
@options.directory
@options.project_file
def show_row(address: str, directory: Path, project_file: Path | None) -> None:
    """Show what the ledger knows of ADDRESS (Kind/name): live id, what we sent, its audit trail."""
    ledger = open_ledger(ledger_path(directory, project_file), writable=False)
    rows = ledger.rows()
    try:
        wanted = Address.parse(address)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.") from None
    if wanted not in rows:
        raise UsageError(
            "The ledger does not know this address", detail=address, hint="List what it knows:\nreconciler state list"
        )
    styled, width = appearance(sys.stdout)
    click.echo(recorded_text(rows[wanted], KINDS, styled=styled, width=width))
    for entry in ledger.audit(address=wanted):
        click.echo(f"{entry.at}  {entry.action}  {entry.result}  {entry.latency_ms} ms  {' '.join(entry.summary)}")


@state.command("lock")
@options.directory
@options.project_file
def show_lock(directory: Path, project_file: Path | None) -> None:
    """Say who holds the ledger's lock. A lock never outlives its process."""
    held = holder(ledger_path(directory, project_file))
    click.echo(f"Held by {held}." if held else "Nobody holds the lock.")


def ledger_path(directory: Path, project_file: Path | None) -> Path:
    """Where the project keeps its ledger."""
    workspace, problems = read_workspace([directory], project_file, manifests=False)
    if problems:
        raise UsageError("The project file has problems", hint="reconciler validate")
    return workspace.ledger
