"""Receipts of archives in the ledger's database, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from reconciler.model.address import Address
from reconciler.model.archive import Notice, Receipt
from reconciler.state import schema
from reconciler.state.upsert import insert


def read_receipts(connection: sa.Connection) -> Iterator[Receipt]:
    """All of them. Raises ValueError for what this program does not know."""
    return map(_receipt, connection.execute(sa.select(schema.receipts)).all())


def file(connection: sa.Connection, receipt: Receipt) -> None:
    """Write a receipt, or write it again."""
    values = {
        "kind": receipt.address.kind,
        "name": receipt.address.name,
        "live_id": receipt.live_id,
        "archive_id": receipt.archive_id,
        "versions": receipt.versions,
        "timestamp": receipt.timestamp,
        "seal": receipt.seal,
        "notice": receipt.notice.value,
        "tries": receipt.tries,
        "trouble": receipt.trouble,
    }
    statement = insert(connection, schema.receipts).values(endpoint=receipt.endpoint, key=receipt.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["endpoint", "key"], set_=values))


def _receipt(found: sa.Row[Any]) -> Receipt:
    values = dict(found._mapping)
    address, notice = Address(values.pop("kind"), values.pop("name")), Notice(values.pop("notice"))
    return Receipt(address=address, notice=notice, **values)
