"""The step by which the audit of an older ledger becomes a chain. Frozen, like every step."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from reconciler.model.chain import FIELDS, GENESIS, MIGRATED, Fields, digest

_ADDED: Final = (
    "actor", "commit_id", "pull_request", "before_hash", "after_hash", "recipe", "previous", "hash",
)  # fmt: skip


def chain_audit(connection: sa.Connection) -> None:
    """Give each entry the columns of a chain, and chain those that are there: what they say from now on is watched."""
    for name in _ADDED:
        connection.exec_driver_sql(f"ALTER TABLE audit ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    columns = ", ".join(FIELDS[2:])
    found = connection.exec_driver_sql(f"SELECT {columns} FROM audit ORDER BY number").fetchall()  # noqa: S608
    previous, chained = GENESIS, []
    for row in found:
        fields: Fields = (MIGRATED, previous, *row)
        chained.append((MIGRATED, previous, previous := digest(fields), row[0]))
    if chained:
        connection.exec_driver_sql("UPDATE audit SET recipe = ?, previous = ?, hash = ? WHERE number = ?", chained)
