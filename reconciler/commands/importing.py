"""`reconciler import`: manifests of what the organisation has and nobody describes, taken over as it is.

First the manifests are written, then the ledger learns that the objects are ours. Cut off in between, the next plan
shows what is missing as adoptions that change nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.apply import stamp
from reconciler.commands import options
from reconciler.commands.importable import Import, Wanted, planned_import
from reconciler.commands.ledgers import locked, read_ledger, write_ledger
from reconciler.commands.log_lines import tell
from reconciler.commands.options import Calling, Home
from reconciler.commands.outputs import make_folder, write_file
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session, session
from reconciler.commands.workspace import Workspace, open_project, open_workspace
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.observed import Organisation
from reconciler.model.ports import AuditEntry
from reconciler.model.values import dotted, fingerprint
from reconciler.planning.importing import (
    Described,
)
from reconciler.render import legible

if TYPE_CHECKING:
    from reconciler.state.postgresql import Held


@click.command("import")
@click.argument("words", nargs=-1, metavar="[KIND...] | ADDRESS ID")
@click.option("--all", "everything", is_flag=True, help="Every kind that this organisation offers.")
@click.option("-n", "--dry-run", is_flag=True, help="Print the manifests. Nothing is written anywhere.")
@options.lock_timeout
@options.new_ledger
@options.home
@options.organisation
def import_objects(
    words: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    lock_timeout: float,
    new_ledger: bool,
    home: Home,
    calling: Calling,
) -> None:
    """Write a manifest of every object of these KINDs that is neither described nor recorded, one file each.

    The objects are taken over as they are: the next plan is empty. ADDRESS ID is for one object, under an address that
    you choose. Secrets cannot be read. They stay with whoever set them until a manifest states them.

    \b
      reconciler import --all
      reconciler import Purpose FlexSchema --dir manifests
      reconciler import Purpose/Support 9e8a7d3c-1f2b-4c5d-8e9f-0a1b2c3d4e5f
    """
    wanted = _wanted(words, everything=everything)
    workspace = open_workspace(home) if home.directory.exists() else open_project(home)
    with session(workspace, calling) as run:
        if dry_run:
            _show(_read(run, workspace, home, wanted, is_new=new_ledger))
            return
        with locked(workspace, run.clock, timeout=lock_timeout, command="reconciler import") as held:
            _import(run, workspace, home, wanted, held, is_new=new_ledger)


def _wanted(words: tuple[str, ...], *, everything: bool) -> Wanted:
    """Raises UsageError."""
    if len(words) == 2 and "/" in words[0] and not everything:
        return _one(*words)
    known = [name for name, kind in KINDS.items() if kind.converges]
    unknown = [word for word in words if word not in known]
    if unknown:
        detail = f"{', '.join(unknown)}: what can be imported are {', '.join(known)}."
        raise UsageError(
            "Unknown kind", detail=detail, hint="reconciler import KIND..., or: reconciler import ADDRESS ID"
        )
    if everything == bool(words):
        raise UsageError("Say what to import", detail="Either kinds or --all.", hint="reconciler import --all")
    return Wanted(tuple(words) or tuple(known))


def _one(text: str, live_id: str) -> Wanted:
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.", hint="Write Kind/name.") from None
    if address.kind not in KINDS or not KINDS[address.kind].converges:
        raise UsageError("Unknown kind", detail=f"Objects of kind {address.kind} cannot be imported.")
    return Wanted((address.kind,), address, live_id)


def _import(run: Session, workspace: Workspace, home: Home, wanted: Wanted, held: Held | None, *, is_new: bool) -> None:
    organisation = _organisation(run, workspace)
    with write_ledger(workspace, organisation, held=held, is_new=is_new) as ledger:
        made = planned_import(run, workspace, home, wanted, organisation, ledger)
        _check_places(made.files)
        for path, text in made.texts.items():
            make_folder(path.parent)
            write_file(path, text)
        for path, each in made.files.items():
            ledger.put(made.rows[each.address], _entry(run, each, path))
            click.echo(legible(f"{path}: {each.address} ({each.entity.live_id})"))
    _tell_rest(made)


def _read(run: Session, workspace: Workspace, home: Home, wanted: Wanted, *, is_new: bool) -> Import:
    organisation = _organisation(run, workspace)
    with read_ledger(workspace, organisation, is_new=is_new, with_audit=False) as ledger:
        return planned_import(run, workspace, home, wanted, organisation, ledger)


def _organisation(run: Session, workspace: Workspace) -> Organisation:
    organisation = run.client.organisation()
    check_organisation(workspace, organisation)
    return organisation


def _show(made: Import) -> None:
    for path, text in made.texts.items():
        click.echo(f"# {legible(str(path))}\n{text.decode()}")
    _tell_rest(made)


def _tell_rest(made: Import) -> None:
    """What was not written, and what stands in no manifest."""
    for each in made.left:
        tell(legible(f"Not imported: {each.kind} {each.live_id}: {each.reason}"))
    for described in made.files.values():
        if described.unread:
            paths = ", ".join(map(dotted, described.unread))
            tell(legible(f"{described.address}: secrets stay as they are, and in no manifest: {paths}"))
    shared = sum(not each.environment for each in made.files.values())
    if made.elsewhere and shared:
        names = " and ".join(made.elsewhere)
        tell(legible(f"{shared} of these stand for {names}, too: plan --env all shows what becomes of them there."))
    if not made.files and not made.left:
        tell("Nothing to import: everything is described or recorded already.")


def _check_places(paths: Collection[Path]) -> None:
    """Raises UsageError where a file is there: it belongs to somebody."""
    there = sorted(str(path) for path in paths if path.exists())
    if there:
        raise UsageError(
            "A file is there already",
            detail=f"{', '.join(there[:5])}. Nothing was written.",
            hint="Move it away, or import into another folder: --dir FOLDER",
        )


def _entry(run: Session, described: Described, path: Path) -> AuditEntry:
    return AuditEntry(
        at=stamp(run.clock.now()),
        action="IMPORT",
        address=str(described.address),
        live_id=described.entity.live_id,
        result="RECORDED",
        seal="",
        request_id=str(uuid.uuid4()),
        detail=f"as {path}",
        after_hash=fingerprint(described.spec),
    )
