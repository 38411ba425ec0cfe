"""The ledger of a project: where it is, which one it has to be, and opening it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.commands.provenance import provenance
from reconciler.errors import ForeignLedger, UsageError
from reconciler.model.observed import Organisation
from reconciler.model.ports import Clock
from reconciler.model.project import Project, suffix_of
from reconciler.state import hold, open_ledger

if TYPE_CHECKING:
    from reconciler.commands.workspace import Workspace
    from reconciler.state import Place, SqlLedger
    from reconciler.state.postgresql import Held

LEDGER_URL: Final = "RECONCILER_LEDGER_URL"
"""Where the project file does not say where the ledger is, this variable may."""
DEFAULT: Final = ".reconciler/ledger.db"


def ledger_place(root: Path, project: Project, environment: Mapping[str, str]) -> Place:
    """A file, relative to the project file, or what the URL in a variable names. Where nobody says, the variable with
    the environment's name at its end comes first. Raises UsageError."""
    if project.ledger:
        return root / project.ledger
    own = f"{LEDGER_URL}_{suffix_of(project.environment.name)}"
    variable = project.ledger_variable or (own if environment.get(own) else LEDGER_URL)
    url = environment.get(variable, "")
    if url:
        from reconciler.state import database_at

        return database_at(url)
    if project.ledger_variable:
        raise UsageError(
            "The ledger's address is not set",
            detail=f"The project file says that it is in {variable}.",
            hint=f"Set it: {variable}=postgresql://USER:PASSWORD@HOST/DATABASE",
        )
    return root / project.ledger_otherwise


def staging_beside(root: Path, place: Place) -> Path:
    """A folder of ours on this machine: beside the ledger where that is a file."""
    return place.parent if isinstance(place, Path) else root / Path(DEFAULT).parent


def read_ledger(
    workspace: Workspace, organisation: Organisation | None = None, *, is_new: bool = False, with_audit: bool = True
) -> SqlLedger:
    """A picture of it. Raises LedgerError; ForeignLedger where it is not the one that the project file names, or that
    of another environment."""
    pin = workspace.project.ledger_id
    ledger = open_ledger(
        workspace.ledger, organisation, writable=False, pin=pin, may_make=is_new, with_audit=with_audit
    )
    return _of_its_own(ledger, workspace.project)


@contextmanager
def locked(workspace: Workspace, clock: Clock, *, timeout: float = 0.0, command: str) -> Iterator[Held | None]:
    """Under its lock. Raises LedgerLocked."""
    with hold(workspace.ledger, clock, timeout=timeout, command=command) as held:
        yield held


def write_ledger(
    workspace: Workspace,
    organisation: Organisation | None = None,
    *,
    held: Held | None = None,
    is_new: bool = False,
) -> SqlLedger:
    """Open for writing, on behalf of whoever runs this. It is made where there is none: one that the project file names
    only where somebody says that it is new. Raises LedgerError, ForeignLedger."""
    project = workspace.project
    ledger = open_ledger(
        workspace.ledger,
        organisation,
        writable=True,
        by=provenance(),
        held=held,
        pin=project.ledger_id,
        may_make=is_new,
    )
    _of_its_own(ledger, project)
    if project.is_one_of_several and ledger.environment != project.environment.name:
        ledger.belong_to(project.environment.name)
    return ledger


def _of_its_own(ledger: SqlLedger, project: Project) -> SqlLedger:
    """Two environments may be one organisation: what one of them has recorded is no object of the other that lost its
    manifest. Whose a ledger is that the project file names by its id, it says itself. Raises ForeignLedger."""
    name, owner = project.environment.name, ledger.environment
    if not project.is_one_of_several or project.ledger_id or owner in ("", name):
        return ledger
    ledger.close()
    raise ForeignLedger(
        "The ledger belongs to another environment",
        detail=f"It is that of {owner}, and this is {name}.",
        hint=f"Give {name} a ledger of its own: `ledger` in the project file, or {LEDGER_URL}_{suffix_of(name)}.\n"
        f"If this one is its own, state `ledgerId: {ledger.ledger_id}` there.",
        where=str(ledger.path),
    )
