"""The ledger's tables, and the steps by which an older file becomes a current one.

A step, once released, never changes: files in the field have been through it. `FORMAT` is the number of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from reconciler.state.chaining import chain_audit
from reconciler.state.upsert import insert

ENVIRONMENT: Final = "environment"
"""The fact that says which of several environments a ledger is of."""

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

rows = sa.Table(
    "rows",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("live_id", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("declared", sa.LargeBinary, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger),
    sa.Column("protect", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
)

intents = sa.Table(
    "intents",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("live_id", sa.Text, nullable=False),
    sa.Column("declared", sa.LargeBinary, nullable=False),
    sa.Column("protect", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("original", sa.Text, nullable=False),
    sa.Column("live_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("forgotten", sa.Boolean, nullable=False),
    sa.Index("requests_by_live_id", "live_id", "kind", unique=True),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("live_id", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("latency_ms", sa.Integer, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("commit_id", sa.Text, nullable=False),
    sa.Column("pull_request", sa.Text, nullable=False),
    sa.Column("before_hash", sa.Text, nullable=False),
    sa.Column("after_hash", sa.Text, nullable=False),
    sa.Column("recipe", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

disowned = sa.Table(
    "disowned",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("live_id", sa.Text, primary_key=True),
)

callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("request_key", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("received", sa.Float, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("belief", sa.Text, nullable=False),
    sa.Column("confirmed_status", sa.Text, nullable=False),
    sa.Column("settled", sa.Float),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("receiver", sa.Text, nullable=False),
    sa.Column("request_key", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("event", sa.LargeBinary, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("fate", sa.Text, nullable=False),
    sa.Column("settled", sa.Float),
    sa.Column("trouble", sa.Text, nullable=False),
)

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("live_id", sa.Text, nullable=False),
    sa.Column("archive_id", sa.Text, nullable=False),
    sa.Column("versions", sa.Integer, nullable=False),
    sa.Column("timestamp", sa.Text, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("trouble", sa.Text, nullable=False),
)

# AUTOINCREMENT: a number is never given twice, so that an intent's says which of two was begun first.
STEPS: tuple[str | Callable[[sa.Connection], None], ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE rows (
        kind TEXT NOT NULL, name TEXT NOT NULL, live_id TEXT NOT NULL, origin TEXT NOT NULL, declared BLOB NOT NULL,
        fingerprint TEXT NOT NULL, version BIGINT, protect BOOLEAN NOT NULL, revision INTEGER NOT NULL,
        seal TEXT NOT NULL, PRIMARY KEY (kind, name));
    CREATE TABLE intents (
        number INTEGER PRIMARY KEY AUTOINCREMENT, seal TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL,
        name TEXT NOT NULL, action TEXT NOT NULL, live_id TEXT NOT NULL, declared BLOB NOT NULL,
        protect BOOLEAN NOT NULL, at FLOAT NOT NULL);
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, action TEXT NOT NULL, address TEXT NOT NULL,
        live_id TEXT NOT NULL, result TEXT NOT NULL, seal TEXT NOT NULL, latency_ms INTEGER NOT NULL,
        request_id TEXT NOT NULL, summary TEXT NOT NULL, detail TEXT NOT NULL)
    """,
    """
    ALTER TABLE audit ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE intents ADD COLUMN body BLOB NOT NULL DEFAULT X'7B7D';
    CREATE TABLE requests (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, live_id TEXT NOT NULL, status TEXT NOT NULL)
    """,
    """
    DROP TABLE requests;
    CREATE TABLE requests (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, original TEXT NOT NULL, live_id TEXT NOT NULL,
        status TEXT NOT NULL, body BLOB NOT NULL, part INTEGER NOT NULL, parts INTEGER NOT NULL, reason TEXT NOT NULL,
        asked FLOAT NOT NULL, seen FLOAT NOT NULL, ended FLOAT, seal TEXT NOT NULL, forgotten BOOLEAN NOT NULL)
    """,
    """
    CREATE TABLE disowned (kind TEXT NOT NULL, live_id TEXT NOT NULL, PRIMARY KEY (kind, live_id));
    CREATE TABLE callbacks (
        request_key TEXT NOT NULL, status TEXT NOT NULL, received FLOAT NOT NULL, due FLOAT NOT NULL,
        times INTEGER NOT NULL, tries INTEGER NOT NULL, belief TEXT NOT NULL, confirmed_status TEXT NOT NULL,
        settled FLOAT, PRIMARY KEY (request_key, status));
    CREATE TABLE deliveries (
        id TEXT PRIMARY KEY, receiver TEXT NOT NULL, request_key TEXT NOT NULL, status TEXT NOT NULL,
        made FLOAT NOT NULL, due FLOAT NOT NULL, event BLOB NOT NULL, tries INTEGER NOT NULL, fate TEXT NOT NULL,
        settled FLOAT, trouble TEXT NOT NULL)
    """,
    """
    CREATE TABLE receipts (
        endpoint TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, live_id TEXT NOT NULL,
        archive_id TEXT NOT NULL, versions INTEGER NOT NULL, timestamp TEXT NOT NULL, seal TEXT NOT NULL,
        notice TEXT NOT NULL, tries INTEGER NOT NULL, trouble TEXT NOT NULL, PRIMARY KEY (endpoint, key))
    """,
    chain_audit,
    # Of two that claimed one live request the first keeps it. What became of the other one's is not known: the next
    # plan looks for it in the organisation, as it does with a new ledger, and the audit remembers both.
    """
    DELETE FROM requests WHERE EXISTS (
        SELECT 1 FROM requests AS other WHERE other.kind = requests.kind AND other.live_id = requests.live_id
        AND (other.asked < requests.asked OR (other.asked = requests.asked AND other.key < requests.key)));
    CREATE UNIQUE INDEX requests_by_live_id ON requests (live_id, kind)
    """,
)

FORMAT = len(STEPS)
"""The format that this program reads and writes."""


def create(connection: sa.Connection) -> None:
    """The tables of the current format in an empty database, inside the caller's transaction.

    PostgreSQL came with format 6: a ledger there has been through later steps only, and these do for both.
    """
    if connection.dialect.name == "sqlite":
        migrate(connection, 0)
    else:
        metadata.create_all(connection)
        _state(connection, FORMAT)


def migrate(connection: sa.Connection, found: int, *, to: int = FORMAT) -> None:
    """Bring a ledger of format `found` (0 = an empty file) up to another, inside the caller's transaction."""
    for step in STEPS[found:to]:
        _take(connection, step)
    _state(connection, to)


def _state(connection: sa.Connection, number: int) -> None:
    statement = insert(connection, meta).values(key="format", value=str(number))
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": str(number)}))


def _take(connection: sa.Connection, step: str | Callable[[sa.Connection], None]) -> None:
    """SQL, or where that does not suffice, a function."""
    if callable(step):
        step(connection)
    else:
        for statement in step.split(";"):
            connection.exec_driver_sql(statement)
