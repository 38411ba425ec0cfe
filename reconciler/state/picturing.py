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
from reconciler.state.opening import format_of
from reconciler.state.postgresql import engine_of

AUDIT = schema.audit.name


def pictured(place: Database, *, with_audit: bool) -> sa.Engine:
    """What is there now; empty where there is no ledger. Without the audit, which grows for ever, if nobody asks."""
    picture = engine_around(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    source = engine_of(place, once=True).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with source.connect() as connection, connection.begin():
            found = format_of(connection, place)
            if found:
                _copy(connection, picture, found, with_audit=with_audit)
    except BaseException:
        picture.dispose()
        raise
    return picture


def _copy(source: sa.Connection, picture: sa.Engine, found: int, *, with_audit: bool) -> None:
    """In the format that it has there: what reads the picture brings it up, as it does with a file's."""
    with picture.begin() as target:
        schema.migrate(target, 0, to=found)
        target.execute(sa.delete(schema.meta))
        for table in _tables(target):
            if table.name == AUDIT and not with_audit:
                continue
            rows = [dict(row) for row in source.execute(sa.select(table)).mappings()]
            if rows:
                target.execute(sa.insert(table), rows)
        if with_audit:
            remember_given(target, given(source))


def _tables(connection: sa.Connection) -> list[sa.TableClause]:
    """Those of a picture's format, which may be an older one."""
    inspector = sa.inspect(connection)
    return [
        sa.table(name, *(sa.column(str(column["name"])) for column in inspector.get_columns(name)))
        for name in inspector.get_table_names()
    ]
