"""A ledger in PostgreSQL as a picture in memory: read in one snapshot, one query a table, and let go of.

A plan takes no lock and writes nothing, and may go on for minutes: it must not keep a transaction open. The picture
is a database of SQLite in the ledger's format, so that everything that reads a file's picture reads this one.
"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa

from reconciler.state import schema
from reconciler.state.database import engine_around
from reconciler.state.database_url import Database
from reconciler.state.noting import given, remember_given
from reconciler.state.postgresql import engine_of, has_tables

AUDIT = schema.audit.name


def pictured(place: Database, *, with_audit: bool) -> sa.Engine:
    """What is there now; empty where there is no ledger. Without the audit, which grows for ever, if nobody asks."""
    picture = engine_around(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    source = engine_of(place, once=True).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with source.connect() as connection, connection.begin():
            if has_tables(connection):
                _copy(connection, picture, with_audit=with_audit)
    except BaseException:
        picture.dispose()
        raise
    return picture


def _copy(source: sa.Connection, picture: sa.Engine, *, with_audit: bool) -> None:
    with picture.begin() as target:
        schema.migrate(target, 0)
        target.execute(sa.delete(schema.meta))
        for table in schema.metadata.sorted_tables:
            if table.name == AUDIT and not with_audit:
                continue
            found = [dict(row) for row in source.execute(sa.select(table)).mappings()]
            if found:
                target.execute(sa.insert(table), found)
        if with_audit:
            remember_given(target, given(source))
