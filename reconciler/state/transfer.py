"""A whole ledger as one document, and back: to keep a copy, or to move from a file to a database or the other way."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from reconciler.errors import LedgerError, LedgerFormat
from reconciler.model.observed import Organisation
from reconciler.model.values import Json, fingerprint
from reconciler.state import schema
from reconciler.state.database_url import Place
from reconciler.state.ledger import SqlLedger
from reconciler.state.noting import given, remember_given
from reconciler.state.opening import make_ledger

DOCUMENT: Final = "ledger"


def exported(ledger: SqlLedger) -> bytes:
    """Everything in it, with its hash. Equal ledgers give equal bytes."""
    with ledger.reading() as connection:
        tables = {str(table.name): _rows(connection, table) for table in schema.metadata.sorted_tables}
        body: dict[str, Json] = {"tables": tables, "audit_given": given(connection)}
    whole = {"document": DOCUMENT, "format": schema.FORMAT, "hash": fingerprint(body), "ledger": body}
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True, slots=True)
class Copy:
    """A whole ledger, read from a document: which one it is, whose, and what is in it."""

    ledger_id: str
    organisation: Organisation
    body: Mapping[str, Any]


def copy_in(content: bytes, *, where: str) -> Copy:
    """Raises LedgerFormat for what is no ledger, or one of another format."""
    body = _body(content, where)
    try:
        facts = {row["key"]: row["value"] for row in body["tables"]["meta"]}
        owner = Organisation(facts["organisation_id"], facts["organisation_name"])
        return Copy(facts["ledger_id"], owner, body)
    except (KeyError, TypeError):
        raise _unreadable("It does not say which ledger it is, or whose.", where) from None


def imported(place: Place, copy: Copy) -> None:
    """Make a ledger out of a copy, id and chain included: whole, or not at all. Raises LedgerError where there is one
    already."""
    if not make_ledger(place, lambda connection: _fill(connection, copy.body)):
        raise LedgerError(
            "There is a ledger already",
            detail="A ledger is imported where there is none: two memories do not make one.",
            hint="Move the other one away, or choose another place for this one.",
            where=str(place),
        )


def _fill(connection: sa.Connection, body: Mapping[str, Any]) -> None:
    connection.execute(sa.delete(schema.meta))
    for table in schema.metadata.sorted_tables:
        rows = [_values(table, row) for row in body["tables"].get(table.name, ())]
        if rows:
            connection.execute(sa.insert(table), rows)
    remember_given(connection, body["audit_given"])
    _go_on_counting(connection)


def _body(content: bytes, where: str) -> dict[str, Any]:
    try:
        whole = orjson.loads(content)
        body, stated, found = whole["ledger"], whole["hash"], whole["format"]
        intact = whole["document"] == DOCUMENT and fingerprint(body) == stated
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise _unreadable("It is no document of `reconciler state export`.", where) from None
    if not intact:
        raise _unreadable("It has been changed, or was cut short: its hash is another.", where)
    if found != schema.FORMAT:
        detail = f"It has format {found}; this program reads format {schema.FORMAT}."
        hint = "Export it again with this version of reconciler."
        raise LedgerFormat("The ledger is of another format", detail=detail, hint=hint, where=where)
    result: dict[str, Any] = body
    return result


def _unreadable(detail: str, where: str) -> LedgerFormat:
    return LedgerFormat("The file is not a ledger", detail=detail, hint="Export it again.", where=where)


def _rows(connection: sa.Connection, table: sa.Table) -> list[Json]:
    """In the order of their keys; without what a database keeps for itself."""
    found = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
    rows = [{str(name): _plain(value) for name, value in row.items()} for row in found]
    return [row for row in rows if row.get("key") != "audit_given"] if table is schema.meta else rows


def _plain(value: Any) -> Json:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _values(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {column.name: _value(row[column.name]) for column in table.columns}


def _value(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _go_on_counting(connection: sa.Connection) -> None:
    """PostgreSQL does not count what was inserted with its number."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(
            "SELECT setval(pg_get_serial_sequence('intents', 'number'), coalesce(max(number), 0) + 1) FROM intents"
        )
