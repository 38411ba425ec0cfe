"""`INSERT ... ON CONFLICT`, which SQLite and PostgreSQL spell alike and SQLAlchemy has twice."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An insertion in the dialect of a connection: `sqlite.Insert` or `postgresql.Insert`, whose methods are the
    same."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
