"""Appending to the audit, in whatever transaction has something to note."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from reconciler.model.chain import FIELDS, GENESIS, digest, fields_of
from reconciler.model.ports import AuditEntry
from reconciler.model.provenance import UNKNOWN, Provenance

BY: Final = "reconciler_by"
"""The option of a connection that says on whose behalf it writes: no writer can forget to tell."""

_LAST: Final = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
_GIVEN: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"
_INSERT: Final = f"INSERT INTO audit (hash, {', '.join(FIELDS)}) VALUES (?{', ?' * len(FIELDS)})"  # noqa: S608


def note(connection: sa.Connection, entry: AuditEntry) -> None:
    """Append an entry to the chain.

    The caller's transaction has the write lock, so that nobody else appends to the same end; and what is noted is
    committed with it or not at all. A number is never given twice, so that an end that was cut off leaves a gap.
    """
    last = connection.exec_driver_sql(_LAST).first()
    number, previous = last or (0, GENESIS)
    by: Provenance = connection.get_execution_options().get(BY, UNKNOWN)
    fields = fields_of(entry, by, number=max(number, given(connection)) + 1, previous=previous)
    connection.exec_driver_sql(_INSERT, (digest(fields), *fields))


def given(connection: sa.Connection) -> int:
    """The last number that was given to an entry, whether that is still there or not."""
    return int(connection.exec_driver_sql(_GIVEN).scalar() or 0)
