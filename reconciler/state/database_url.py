"""Where a ledger is when it is in PostgreSQL. It prints without its password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from reconciler.errors import UsageError
from reconciler.model.secret import Secret

SCHEMA: Final = "reconciler"
"""The schema that holds the tables, unless `?schema=NAME` says another: a database may hold several ledgers."""

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database and the schema in it. `url` is for psycopg, password included; `shown` is for people."""

    url: Secret
    schema: str
    shown: str

    def __str__(self) -> str:
        return self.shown


Place: TypeAlias = Path | Database
"""Where a ledger is: a file of SQLite, or a schema of PostgreSQL."""


def database_at(url: str) -> Database:
    """`postgresql://user:password@host:port/database?schema=NAME&sslmode=...`. Raises UsageError."""
    try:
        parsed = sa.make_url(url)
        parsed.port  # noqa: B018
    except (ArgumentError, ValueError):
        raise _not_one("It is no URL.") from None
    if parsed.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise _not_one(f"It begins with {parsed.drivername}.")
    if not parsed.database:
        raise _not_one("It names no database.")
    schema = parsed.query.get("schema", SCHEMA)
    if not isinstance(schema, str) or not _NAME.fullmatch(schema):
        raise _not_one("Its schema is no name of small letters, digits and `_`.")
    bare = parsed.set(drivername="postgresql+psycopg").difference_update_query(["schema"])
    place = f"{parsed.host or 'the local socket'}{f':{parsed.port}' if parsed.port else ''}/{parsed.database}"
    shown = f"postgresql://{f'{parsed.username}@' if parsed.username else ''}{place} (schema {schema})"
    return Database(Secret(bare.render_as_string(hide_password=False)), schema, shown)


def _not_one(detail: str) -> UsageError:
    return UsageError(
        "The ledger's address is not one of PostgreSQL",
        detail=detail,
        hint="postgresql://USER:PASSWORD@HOST:5432/DATABASE?schema=NAME",
    )
