"""Opening a ledger: is it one, whose is it, and which format has it?"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ForeignLedger, LedgerError, LedgerFormat
from reconciler.model.observed import Organisation
from reconciler.model.provenance import UNKNOWN, Provenance
from reconciler.state.database_url import Database, Place

if TYPE_CHECKING:
    import sqlalchemy as sa

    from reconciler.state.ledger import SqlLedger
    from reconciler.state.postgresql import Held


def open_ledger(
    place: str | Place,
    organisation: Organisation | None = None,
    *,
    writable: bool,
    by: Provenance = UNKNOWN,
    held: Held | None = None,
    pin: str = "",
    may_make: bool = True,
    with_audit: bool = True,
) -> SqlLedger:
    """The ledger at a place.

    Writable, it is made where there is none (which needs to know the organisation) and brought to the current format;
    every audit entry then says on whose behalf it was written. With `held`, nothing is begun once that lock is lost.
    Otherwise nothing is written anywhere: what is there is read once (less the audit, if nobody needs it), no ledger is
    an empty one whose `ledger_id` is empty, and writing to it raises LedgerError.

    `pin` is the id that the ledger has to have, or gets where it is made; where there is none, and `may_make` is false,
    the pinned one is missing. Raises ForeignLedger when the ledger is another organisation's (`organisation` None =
    whosoever's) or another one than is pinned, LedgerFormat, LedgerError.
    """
    from reconciler.state.ledger import SqlLedger
    from reconciler.state.noting import BY
    from reconciler.state.trouble import translated

    place = Path(place) if isinstance(place, str) else place
    with translated(place):
        if pin and not may_make and not exists(place):
            raise _missing(place, pin)
        if writable and organisation is None and not exists(place):
            raise absent(place)
        engine = _engine(place, writable=writable, with_audit=with_audit)
        try:
            _prepare(engine, place, organisation, writable, pin)
            _check_pin(engine, place, pin, may_make=may_make)
        except BaseException:
            engine.dispose()
            raise
    return SqlLedger(engine.execution_options(**{BY: by}), place, writable=writable, held=held)


def make_ledger(place: Place, fill: Callable[[sa.Connection], None]) -> bool:
    """Make a ledger with the contents that `fill` gives it: whole, or not at all. False where there is one already: it
    is left as it is. Raises LedgerFormat where there is something else, LedgerError."""
    from reconciler.state.trouble import translated

    with translated(place):
        engine = _engine(place, writable=True, with_audit=True)
        try:
            with engine.begin() as connection:
                is_free = not format_of(connection, place)
            return is_free and _bring_up(engine, place, fill)
        finally:
            engine.dispose()


def exists(place: Place) -> bool:
    """Whether there is a ledger, or at least something in its place. Raises LedgerError."""
    if isinstance(place, Path):
        return place.exists() and (not place.is_file() or place.stat().st_size > 0)
    from reconciler.state.postgresql import engine_of, has_tables
    from reconciler.state.trouble import translated

    with translated(place), engine_of(place, once=True).connect() as connection:
        return has_tables(connection)


def _engine(place: Place, *, writable: bool, with_audit: bool) -> sa.Engine:
    if isinstance(place, Path):
        from reconciler.state.database import pictured, written

        if place.is_dir():
            hint = "Name a file in it: add `/ledger.db` to the path in reconciler.yaml."
            raise LedgerError("The ledger cannot be opened", detail="It is a folder.", hint=hint, where=str(place))
        return written(place) if writable else pictured(place)
    from reconciler.state import picturing
    from reconciler.state.postgresql import engine_of

    return engine_of(place) if writable else picturing.pictured(place, with_audit=with_audit)


def _prepare(engine: sa.Engine, place: Place, organisation: Organisation | None, writable: bool, pin: str) -> None:
    """Check what is there and whose, before anything in it is touched; then bring it up to date."""
    from reconciler.state.schema import FORMAT

    with engine.begin() as connection:
        found = format_of(connection, place)
        if found and organisation is not None:
            _check_owner(connection, place, organisation)
    if writable and isinstance(place, Path):
        from reconciler.state.database import made_durable

        made_durable(engine)
    if found < FORMAT:
        signer = organisation if writable else None
        _bring_up(engine, place, lambda connection: _sign(connection, signer, pin))


def _bring_up(engine: sa.Engine, place: Place, fill: Callable[[sa.Connection], None]) -> bool:
    """To the current format, or to nothing of it. A new one is given its contents with that; answers whether it is new.

    Whoever else opens it waits meanwhile, and finds it done.
    """
    from reconciler.state.schema import create, migrate

    with engine.begin() as connection:
        if engine.dialect.name != "sqlite" and isinstance(place, Database):
            from reconciler.state.postgresql import make_schema, take_turns

            take_turns(connection, place)
            make_schema(connection, place)
        found = format_of(connection, place)
        if found:
            migrate(connection, found)
        else:
            create(connection)
            fill(connection)
        return not found


def _check_pin(engine: sa.Engine, place: Place, pin: str, *, may_make: bool) -> None:
    """Raises ForeignLedger where the ledger is not the one that the project file names."""
    if not pin:
        return
    from reconciler.state import schema

    with engine.begin() as connection:
        facts: dict[str, str] = dict(connection.execute(schema.meta.select()).tuples().all())
    found = facts.get("ledger_id", "")
    if found == pin or (not found and may_make):
        return
    if found:
        detail = f"The project file names the ledger {pin}; this is {found}."
        raise ForeignLedger(
            "This is another ledger",
            detail=detail,
            hint="Use the ledger that the project file names. If that one is lost for good, correct ledgerId there.",
            where=str(place),
        )
    raise _missing(place, pin)


def _missing(place: Place, pin: str) -> ForeignLedger:
    return ForeignLedger(
        "The ledger is not there",
        detail=f"The project file names the ledger {pin}, and there is none here.",
        hint="Where the first apply is still to come, or it is lost for good, say so with --new-ledger.",
        where=str(place),
    )


def absent(path: Place) -> LedgerError:
    """What to say where there ought to be a ledger."""
    return LedgerError(
        "There is no ledger",
        detail="The first apply makes one.",
        hint="Check where the project looks for its ledger.",
        where=str(path),
    )


def _newer(path: Place, found: int, known: int) -> LedgerFormat:
    return LedgerFormat(
        "The ledger is of a newer format",
        detail=f"It has format {found}; this program knows formats up to {known}.",
        hint="Use the release of reconciler that wrote it, or a newer one.",
        where=str(path),
    )


def format_of(connection: sa.Connection, path: Place) -> int:
    """0 for a database without any table: new, or cut short while it was made. Raises LedgerFormat, also for a format
    that this program does not know."""
    from reconciler.state.schema import FORMAT

    tables = _tables(connection)
    if not tables:
        return 0
    stated = None
    if {"meta", "rows"} <= tables:
        stated = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'format'").scalar()
    if not isinstance(stated, str) or not stated.isdecimal():
        raise LedgerFormat(
            "The file is not a ledger" if isinstance(path, Path) else "The schema is not a ledger",
            detail="It is a database of something else.",
            hint="Check where the project looks for its ledger.",
            where=str(path),
        )
    if int(stated) > FORMAT:
        raise _newer(path, int(stated), FORMAT)
    return int(stated)


def _check_owner(connection: sa.Connection, path: Place, organisation: Organisation) -> None:
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


def _tables(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        query = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    return {name for (name,) in connection.exec_driver_sql(query)}


def _sign(connection: sa.Connection, organisation: Organisation | None, pin: str) -> None:
    """A picture of nothing is nobody's."""
    from reconciler.state import schema

    if organisation is None:
        return
    facts = {
        "ledger_id": pin or str(uuid.uuid4()),
        "organisation_id": organisation.live_id,
        "organisation_name": organisation.name,
    }
    connection.execute(schema.meta.insert(), [{"key": key, "value": value} for key, value in facts.items()])
