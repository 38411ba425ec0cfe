"""The verbs of `reconciler state` that change the ledger, or carry all of it. Each asks first, and is in the audit."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.apply import stamp
from reconciler.commands import options
from reconciler.commands.clock import SystemClock
from reconciler.commands.completing import complete_addresses
from reconciler.commands.ledgers import locked, read_ledger, write_ledger
from reconciler.commands.options import Home
from reconciler.commands.outputs import check_place, write_file
from reconciler.commands.workspace import open_project
from reconciler.errors import Declined, UsageError
from reconciler.model.address import Address
from reconciler.model.observed import Recorded
from reconciler.model.ports import AuditEntry
from reconciler.model.project import Project
from reconciler.state import SqlLedger, absent

if TYPE_CHECKING:
    from reconciler.state.transfer import Copy

yes = click.option("--yes", is_flag=True, help="Do not ask. Without a terminal this is needed.")


@click.command("mv")
@click.argument("before")
@click.argument("after")
@yes
@options.lock_timeout
@options.home
def move_row(before: str, after: str, yes: bool, lock_timeout: float, home: Home) -> None:
    """Give what is recorded at BEFORE the address AFTER, both Kind/name. A `moved:` block says the same in a pull
    request.

    \b
      reconciler state mv Purpose/Old Purpose/New
    """
    source, target = _parsed(before), _parsed(after)
    if source.kind != target.kind:
        raise UsageError("An object keeps its kind", detail=f"{source} cannot become {target}.")
    with _changing(home, lock_timeout) as ledger:
        rows = ledger.rows()
        row = _row(rows.get(source), source)
        _check_nothing_is_open(ledger, source, target)
        if target in rows:
            raise UsageError("The address is taken", detail=f"The ledger knows {target} already.")
        _confirm(f"{source} becomes {target} in the ledger.", yes=yes)
        came, went = (
            _entry("STATE_MV", target, row, f"was {source}"),
            _entry("STATE_MV", source, row, f"is {target} now"),
        )
        ledger.move(row, target, came, went)
    click.echo(f"{source} is {target} now.")


@click.command("rm")
@click.argument("address", shell_complete=complete_addresses)
@yes
@options.lock_timeout
@options.home
def remove_row(address: str, yes: bool, lock_timeout: float, home: Home) -> None:
    """Forget what is recorded at ADDRESS: the object stays, and is no longer ours. A `removed:` block with delete:
    false says the same in a pull request.

    \b
      reconciler state rm Purpose/Old
    """
    wanted = _parsed(address)
    with _changing(home, lock_timeout) as ledger:
        row = _row(ledger.rows().get(wanted), wanted)
        _check_nothing_is_open(ledger, wanted)
        _confirm(f"{wanted} ({row.live_id}) will be nobody's. It is not deleted.", yes=yes)
        ledger.drop(wanted, _entry("STATE_RM", wanted, row, "forgotten by hand"))
    click.echo(f"{wanted} is forgotten.")


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.home
def export_ledger(file: Path, home: Home) -> None:
    """Write the whole ledger to FILE: to keep a copy, or to move it to another place. Only its owner may read the file.

    \b
      reconciler state export ledger.json
    """
    from reconciler.state.transfer import exported

    check_place(file)
    workspace = open_project(home)
    with read_ledger(workspace) as ledger:
        if not ledger.ledger_id:
            raise absent(workspace.ledger)
        write_file(file, exported(ledger), mode=0o600)
        click.echo(f"{file}: the ledger {ledger.ledger_id} of {ledger.organisation.name}")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@options.home
def import_ledger(file: Path, home: Home) -> None:
    """Make the project's ledger out of FILE, where there is none yet: the same ledger in another place.

    \b
      RECONCILER_LEDGER_URL=postgresql://... reconciler state import ledger.json
    """
    from reconciler.state.transfer import copy_in, imported

    workspace = open_project(home)
    copy = copy_in(file.read_bytes(), where=str(file))
    _check_named(workspace.project, copy)
    with locked(workspace, SystemClock(), command="reconciler state import"):
        imported(workspace.ledger, copy)
    click.echo(f"{workspace.ledger}: the ledger {copy.ledger_id} of {copy.organisation.name}")


def _check_named(project: Project, copy: Copy) -> None:
    """Raises UsageError where the project file names another organisation, or another ledger."""
    owner, organisation = copy.organisation, project.environment.organisation_id
    if organisation and organisation != owner.live_id:
        detail = f"The project file names {organisation}; the ledger is of {owner.name} ({owner.live_id})."
        raise UsageError("The ledger is another organisation's", detail=detail)
    if project.ledger_id and project.ledger_id != copy.ledger_id:
        detail = f"The project file names the ledger {project.ledger_id}; this is {copy.ledger_id}."
        raise UsageError("This is another ledger", detail=detail, hint="Correct ledgerId in the project file.")


@contextmanager
def _changing(home: Home, lock_timeout: float) -> Iterator[SqlLedger]:
    workspace, clock = open_project(home), SystemClock()
    with (
        locked(workspace, clock, timeout=lock_timeout, command="reconciler state") as held,
        write_ledger(workspace, held=held) as ledger,
    ):
        yield ledger


def _parsed(address: str) -> Address:
    try:
        return Address.parse(address)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.", hint="Write Kind/name.") from None


def _row(row: Recorded | None, address: Address) -> Recorded:
    if row is None:
        hint = "List what it knows:\nreconciler state list"
        raise UsageError("The ledger does not know this address", detail=str(address), hint=hint)
    return row


def _check_nothing_is_open(ledger: SqlLedger, *addresses: Address) -> None:
    """What an apply that was cut off has begun is known by its address. Raises UsageError."""
    found = sorted({str(intent.address) for intent in ledger.intents() if intent.address in addresses})
    if found:
        raise UsageError(
            "An apply was cut off here",
            detail=f"What came of {', '.join(found)} is still to be found out.",
            hint="reconciler apply",
        )


def _confirm(what: str, *, yes: bool) -> None:
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("Nobody is there to ask", detail=what, hint="Say --yes.")
    if not click.confirm(f"{what} Go on?", err=True):
        raise Declined("Nothing was changed", detail="You said no.")


def _entry(action: str, address: Address, row: Recorded, detail: str) -> AuditEntry:
    return AuditEntry(
        at=stamp(SystemClock().now()),
        action=action,
        address=str(address),
        live_id=row.live_id,
        result="RECORDED",
        seal="",
        request_id=str(uuid.uuid4()),
        detail=detail,
    )
