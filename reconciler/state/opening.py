"""Opening a ledger: is it one, whose is it, and which format has it?"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ForeignLedger, LedgerError, LedgerFormat
from reconciler.model.observed import Organisation
from reconciler.model.provenance import UNKNOWN, Provenance

if TYPE_CHECKING:
    import sqlalchemy as sa

    from reconciler.state.ledger import SqlLedger


def open_ledger(
    path: str | Path, organisation: Organisation | None = None, *, writable: bool, by: Provenance = UNKNOWN
) -> SqlLedger:
    """The ledger in the file `path`.

    Writable, it is made where there is none (which needs to know the organisation) and brought to the current format;
    every audit entry then says on whose behalf it was written.
    Otherwise nothing is written anywhere: what is there is read once, a missing file is an empty ledger whose
    `ledger_id` is empty, and writing to it raises LedgerError. Raises ForeignLedger when the ledger is another
    organisation's (`organisation` None = whosoever's), LedgerFormat, LedgerError.
    """
    from reconciler.state.database import pictured, written
    from reconciler.state.ledger import SqlLedger
    from reconciler.state.noting import BY
    from reconciler.state.trouble import translated

    path = Path(path)
    with translated(path):
        if writable and organisation is None and not path.exists():
            raise absent(path)
        engine = written(path) if writable else pictured(path)
        try:
            _prepare(engine, path, organisation, writable)
        except BaseException:
            engine.dispose()
            raise
    return SqlLedger(engine.execution_options(**{BY: by}), path, writable=writable)


def _prepare(engine: sa.Engine, path: Path, organisation: Organisation | None, writable: bool) -> None:
    """Check what the file is and whose, before anything in it is touched; then bring it up to date."""
    from reconciler.state.database import made_durable
    from reconciler.state.schema import FORMAT, migrate

    with engine.begin() as connection:
        found = _format(connection, path)
        if found > FORMAT:
            raise _newer(path, found, FORMAT)
        if found and organisation is not None:
            _check_owner(connection, path, organisation)
    if writable:
        made_durable(engine)
    if found < FORMAT:
        with engine.begin() as connection:
            migrate(connection, found)
            if not found and writable and organisation is not None:
                _sign(connection, organisation)


def absent(path: Path) -> LedgerError:
    """What to say where there ought to be a ledger."""
    return LedgerError(
        "There is no ledger",
        detail="The first apply makes one.",
        hint="Check the ledger's path in reconciler.yaml.",
        where=str(path),
    )


def _newer(path: Path, found: int, known: int) -> LedgerFormat:
    return LedgerFormat(
        "The ledger is of a newer format",
        detail=f"It has format {found}; this program knows formats up to {known}.",
        hint="Use the release of reconciler that wrote it, or a newer one.",
        where=str(path),
    )


def _format(connection: sa.Connection, path: Path) -> int:
    """0 for a database without any table: new, or cut short while it was made. Raises LedgerFormat."""
    tables = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return 0
    stated = None
    if {"meta", "rows"} <= tables:
        stated = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'format'").scalar()
    if not isinstance(stated, str) or not stated.isdecimal():
        raise LedgerFormat(
            "The file is not a ledger",
            detail="It is a database of something else.",
            hint="Check the ledger's path in reconciler.yaml.",
            where=str(path),
        )
    return int(stated)


def _check_owner(connection: sa.Connection, path: Path, organisation: Organisation) -> None:
    facts = {fact.key: fact.value for fact in connection.exec_driver_sql("SELECT key, value FROM meta")}
    owner = facts.get("organisation_id", "")
    if organisation.live_id == owner:
        return
    raise ForeignLedger(
        "The ledger belongs to another organisation",
        detail=f"It is {facts.get('organisation_name')!r} ({owner}); the credentials lead to {organisation.name!r} "
        f"({organisation.live_id}).",
        hint="Choose the environment that this ledger belongs to, or another ledger path for this organisation.",
        where=str(path),
    )


def _sign(connection: sa.Connection, organisation: Organisation) -> None:
    facts = {
        "ledger_id": str(uuid.uuid4()),
        "organisation_id": organisation.live_id,
        "organisation_name": organisation.name,
    }
    for fact in facts.items():
        connection.exec_driver_sql("INSERT INTO meta (key, value) VALUES (?, ?)", fact)
