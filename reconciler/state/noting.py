"""Appending to the audit, in whatever transaction has something to note."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from reconciler.model.chain import FIELDS, GENESIS, digest, fields_of
from reconciler.model.ports import AuditEntry
from reconciler.model.provenance import UNKNOWN, Provenance
from reconciler.state import schema
from reconciler.state.upsert import insert

BY: Final = "reconciler_by"
"""The option of a connection that says on whose behalf it writes: no writer can forget to tell."""

_GIVEN: Final = "audit_given"
_SEQUENCE: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"
_REMEMBER: Final = (
    "UPDATE sqlite_sequence SET seq = :number WHERE name = 'audit' AND seq < :number",
    """
    INSERT INTO sqlite_sequence (name, seq)
    SELECT 'audit', :number WHERE :number > 0 AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'audit')
    """,
)
_NOTHING: Final = "\0"
"""PostgreSQL keeps no text with this character in it."""


def note(connection: sa.Connection, entry: AuditEntry) -> None:
    """Append an entry to the chain.

    Nobody else appends to the same end meanwhile, for the caller's transaction has seen to that; and what is noted is
    committed with it or not at all. A number is never given twice, so that an end that was cut off leaves a gap.
    """
    table = schema.audit
    query = sa.select(table.c.number, table.c.hash).order_by(table.c.number.desc()).limit(1)
    last = connection.execute(query).first()
    number, previous = last or (0, GENESIS)
    by: Provenance = connection.get_execution_options().get(BY, UNKNOWN)
    number = max(number, given(connection)) + 1
    fields = fields_of(_storable(entry), by, number=number, previous=previous)
    values = dict(zip(FIELDS, fields, strict=True))
    connection.execute(sa.insert(table).values(hash=digest(fields), **values))
    if connection.dialect.name != "sqlite":
        remember_given(connection, number)


def given(connection: sa.Connection) -> int:
    """The last number that was given to an entry, whether that is still there or not."""
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql(_SEQUENCE).scalar() or 0)
    query = sa.select(schema.meta.c.value).where(schema.meta.c.key == _GIVEN)
    return int(connection.execute(query).scalar() or 0)


def remember_given(connection: sa.Connection, number: int) -> None:
    """SQLite counts by itself whatever is inserted; what was cut off before a copy was made it has to be told."""
    if connection.dialect.name == "sqlite":
        for statement in _REMEMBER:
            connection.execute(sa.text(statement), {"number": number})
        return
    statement = insert(connection, schema.meta).values(key=_GIVEN, value=str(number))
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": str(number)}))


def _storable(entry: AuditEntry) -> AuditEntry:
    if _NOTHING not in entry.detail:
        return entry
    return replace(entry, detail=entry.detail.replace(_NOTHING, "\\0"))
