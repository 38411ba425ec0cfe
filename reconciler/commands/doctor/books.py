"""Whether the ledger is there, ours, and free. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reconciler.commands.doctor.examining import examined, ok, warning
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Home
from reconciler.commands.workspace import Workspace
from reconciler.errors import LedgerError, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import Check
from reconciler.model.observed import Organisation
from reconciler.state import Place, exists, holder


def checks_of_ledger(workspace: Workspace, organisation: Organisation | None, home: Home) -> Iterator[Check]:
    """What it is, who holds its lock, and whether an apply could write it."""
    yield examined("ledger", lambda: _ledger(workspace, organisation, home))
    yield examined("ledger's lock", lambda: _lock(workspace))
    yield examined("ledger's place", lambda: _writable(workspace))


def kinds_recorded(workspace: Workspace) -> frozenset[str]:
    """The kinds that the ledger knows of; none where it cannot be read, which is told elsewhere."""
    try:
        if not exists(workspace.ledger):
            return frozenset()
        with read_ledger(workspace, with_audit=False) as ledger:
            return frozenset(address.kind for address in ledger.rows() if address.kind in KINDS)
    except ReconcilerError:
        return frozenset()


def _ledger(workspace: Workspace, organisation: Organisation | None, home: Home) -> Check:
    place = workspace.ledger
    if not exists(place):
        hint = f"The first apply makes it:\n{home.command('apply', '--new-ledger')}"
        return warning("ledger", f"there is none yet at {place}", hint)
    with read_ledger(workspace, organisation, with_audit=False) as ledger:
        count = len(ledger.rows())
        return ok("ledger", f"{ledger.ledger_id} at {place}, {count} object{'s' if count != 1 else ''} recorded")


def _lock(workspace: Workspace) -> Check:
    held = holder(workspace.ledger)
    return warning("ledger's lock", f"held by {held}") if held else ok("ledger's lock", "nobody holds it")


def _writable(workspace: Workspace) -> Check:
    place: Place = workspace.ledger
    if not isinstance(place, Path):
        return ok("ledger's place", "a database, which a team can share")
    folder = next(each for each in place.absolute().parents if each.exists())
    if not all(os.access(each, os.W_OK) for each in (folder, place) if each.exists()):
        raise LedgerError(
            "The ledger cannot be written", hint="Give this user write permission on it.", where=str(place)
        )
    return ok("ledger's place", "a file that can be written; it is for this machine alone")
