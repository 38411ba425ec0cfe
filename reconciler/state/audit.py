"""The audit as it stands in the ledger: read, searched, verified. Nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from reconciler.errors import AuditBroken
from reconciler.model.chain import FIELDS, GENESIS, Link, Verified, link_of, verify
from reconciler.state import schema
from reconciler.state.ledger import SqlLedger
from reconciler.state.noting import given
from reconciler.state.trouble import legible

_COLUMNS: Final = ("hash", *FIELDS)
_AFTER: Final = f"SELECT {', '.join(_COLUMNS)} FROM audit WHERE number > ? ORDER BY number"  # noqa: S608


class SqlAudit:
    """Of the ledger that it is given."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    def links(
        self,
        *,
        addresses: Sequence[str] = (),
        actions: Sequence[str] = (),
        results: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        last: int | None = None,
    ) -> tuple[Link, ...]:
        """Entries, oldest first: of any of the addresses, actions and results that are named, `since` and before
        `until` (as `at` is spelled), and of those the `last`."""
        table = schema.audit.c
        query = sa.select(*(table[name] for name in _COLUMNS)).order_by(table.number.desc()).limit(last)
        for column, wanted in ((table.address, addresses), (table.action, actions), (table.result, results)):
            query = query.where(column.in_(wanted)) if wanted else query
        query = query.where(table.at >= since) if since else query
        query = query.where(table.at < until) if until else query
        return self._read(query)

    def period(self, since: str, until: str) -> tuple[Link, ...]:
        """The entries from the first one of a period to its last, without a gap: clocks may have gone back meanwhile.

        An empty bound is none.
        """
        inside = self.links(since=since, until=until)
        if not inside:
            return ()
        table = schema.audit.c
        query = sa.select(*(table[name] for name in _COLUMNS)).order_by(table.number.desc())
        return self._read(query.where(table.number.between(inside[0].number, inside[-1].number)))

    def end(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last one."""
        table = schema.audit.c
        with self._ledger.reading() as connection:
            count = connection.execute(sa.select(sa.func.count()).select_from(schema.audit)).scalar()
            head = connection.execute(sa.select(table.hash).order_by(table.number.desc()).limit(1)).scalar()
        return int(count or 0), head or GENESIS

    def verified(self, published: str = "") -> Verified:
        """Read every entry, one at a time. Raises AuditBroken, with the entry."""
        with self._ledger.reading() as connection:
            try:
                return verify(_rows(_raw(connection)), given=given(connection), published=published)
            except AuditBroken as broken:
                where = str(self._ledger.path)
                raise AuditBroken(broken.summary, detail=broken.detail, hint=broken.hint, where=where) from None

    def _read(self, query: sa.Select[Any]) -> tuple[Link, ...]:
        """Newest first to oldest first."""
        with self._ledger.reading() as connection, legible(self._ledger.path):
            found = connection.execute(query).all()
            return tuple(link_of(stated, tuple(fields)) for stated, *fields in reversed(found))


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    """A hundred thousand rows need nothing of what SQLAlchemy does for each."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"not SQLite: {type(driver).__name__}")
    return driver


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Every entry. One that holds no text any more where text was comes as bytes: it fits no hash."""
    number = 0
    try:
        for row in connection.execute(_AFTER, (number,)):
            number = row[_COLUMNS.index("number")]
            yield row
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", ""):
            raise
        yield _as_bytes(connection, number)


def _as_bytes(connection: sqlite3.Connection, after: int) -> tuple[Any, ...]:
    text_factory, connection.text_factory = connection.text_factory, bytes
    try:
        found: tuple[Any, ...] = connection.execute(_AFTER, (after,)).fetchone()
    finally:
        connection.text_factory = text_factory
    return found
