"""`reconciler state`: a look into the ledger. What changes it is in `state_verbs`."""

from __future__ import annotations

import sys

import click

from reconciler.apply.approved import APPLIED
from reconciler.commands import options
from reconciler.commands.completing import complete_addresses
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Home
from reconciler.commands.outputs import appearance
from reconciler.commands.state_verbs import export_ledger, import_ledger, move_row, remove_row
from reconciler.commands.workspace import open_project
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.render import recorded_text, state_text, trail_text
from reconciler.state import SqlAudit, holder


@click.group()
def state() -> None:
    """Look into the ledger: what we sent last, and who holds its lock; move or forget rows; carry it elsewhere.

    \b
      reconciler state list
      reconciler state show Purpose/Customer_Support
      reconciler state lock
      reconciler state applied
      reconciler state mv Purpose/Old Purpose/New
      reconciler state export ledger.json
    """


for verb in (move_row, remove_row, export_ledger, import_ledger):
    state.add_command(verb)


@state.command("list")
@options.home
def list_rows(home: Home) -> None:
    """List every address that the ledger knows.

    \b
      reconciler state list
    """
    styled, width = appearance(sys.stdout)
    with read_ledger(open_project(home)) as ledger:
        click.echo(state_text(ledger.rows(), styled=styled, width=width))


@state.command("show")
@click.argument("address", shell_complete=complete_addresses)
@options.home
def show_row(address: str, home: Home) -> None:
    """Show what the ledger knows of ADDRESS (Kind/name): live id, what we sent, its audit trail.

    \b
      reconciler state show FlexSchema/customer_profile
    """
    try:
        wanted = Address.parse(address)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.", hint="Write Kind/name.") from None
    with read_ledger(open_project(home)) as ledger:
        row, trail = ledger.rows().get(wanted), ledger.audit(address=wanted)
    if row is None and not trail:
        raise UsageError(
            "The ledger does not know this address", detail=address, hint="List what it knows:\nreconciler state list"
        )
    styled, width = appearance(sys.stdout)
    if row is not None:
        click.echo(recorded_text(row, KINDS, styled=styled, width=width) + "\n")
    click.echo(trail_text(trail, styled=styled, width=width))


@state.command("lock")
@options.home
def show_lock(home: Home) -> None:
    """Say who holds the ledger's lock. A lock never outlives its process.

    \b
      reconciler state lock
    """
    held = holder(open_project(home).ledger)
    click.echo(f"Held by {held}." if held else "Nobody holds the lock.")


@state.command("applied")
@options.home
def show_applied(home: Home) -> None:
    """Print the last commit that was applied whole and without a failure; nothing where there is none.

    \b
      git log --merges "$(reconciler state applied)..HEAD"
    """
    with read_ledger(open_project(home)) as ledger:
        over = SqlAudit(ledger).links(actions=(APPLIED,), results=("SUCCESS",))
    commit = next((link.by.commit for link in reversed(over) if link.by.commit), "")
    if commit:
        click.echo(commit)
