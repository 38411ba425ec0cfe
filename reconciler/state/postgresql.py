"""The ledger in PostgreSQL: connecting, the schema, the lock. What is in it is the same as in a file.

A lock is a session's advisory lock: it dies with the connection, as a file's dies with its process. Who holds it stands
in the connection's application name.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from reconciler.errors import LedgerError, LedgerLocked
from reconciler.model.ports import Clock
from reconciler.state.database_url import Database
from reconciler.state.people import Holder, user_name
from reconciler.state.trouble import translated

CONNECT_SECONDS: Final = 10
LEDGER: Final = "ledger"
WRITING: Final = "writing"
_LONGEST_NAME: Final = 63
_ALIVE: Final = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that is held: by which session of the server, since when. Both together name it for ever."""

    pid: int
    since: str


def engine_of(place: Database, *, name: str = "reconciler", once: bool = False) -> sa.Engine:
    """One connection for all threads, which the ledger takes in turns; with `once`, a new one every time. Raises
    LedgerError where psycopg is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise LedgerError(
            "A part is not installed",
            detail="A ledger in PostgreSQL needs the extra `postgresql`.",
            hint="python3 -m pip install 'reconciler[postgresql]'",
        ) from None
    settings = {
        "application_name": name,
        "options": f"-csearch_path={place.schema}",
        "connect_timeout": CONNECT_SECONDS,
        **_ALIVE,
    }
    pool = NullPool if once else StaticPool
    return sa.create_engine(place.url.reveal(), connect_args=settings, poolclass=pool)


def has_tables(connection: sa.Connection) -> bool:
    """Whether the schema holds anything."""
    query = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    return bool(connection.exec_driver_sql(query).scalar())


def make_schema(connection: sa.Connection, place: Database) -> None:
    """Make the schema where there is none; who may not, but has one, need not."""
    there = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = %s"
    if not connection.exec_driver_sql(there, (place.schema,)).scalar():
        connection.exec_driver_sql(f'CREATE SCHEMA "{place.schema}"')


def take_turns(connection: sa.Connection, place: Database) -> None:
    """Until the end of the transaction nobody else writes this ledger: entries are chained one after the other."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_key(place, WRITING),))


def check_held(connection: sa.Connection, place: Database, held: Held) -> None:
    """Raises LedgerError where the session that had the lock is gone: somebody else may have it by now."""
    query = (
        "SELECT count(*) FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid = %s"
        " AND a.backend_start::text = %s AND l.classid::bigint = %s AND l.objid::bigint = %s"
    )
    key = _key(place, LEDGER) % 2**64
    if not connection.exec_driver_sql(query, (held.pid, held.since, key >> 32, key % 2**32)).scalar():
        raise LedgerError(
            "The ledger's lock is lost",
            detail="The connection that held it has ended. Nothing more is sent.",
            hint="Run the same command again: it goes on with what is left.",
            where=str(place),
        )


@contextmanager
def hold(place: Database, clock: Clock, *, timeout: float, grace: float, retry: float, command: str) -> Iterator[Held]:
    """Hold the ledger's lock. Raises LedgerLocked, with who has it."""
    name = f"{command} by {user_name()}@{socket.gethostname()} pid {os.getpid()}"[:_LONGEST_NAME]
    with translated(place):
        engine = engine_of(place, name=name)
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with translated(place):
            _take(connection, place, clock, timeout=max(timeout, grace), retry=retry)
            held = _ours(connection)
        yield held
    finally:
        _let_go(connection.close)
        _let_go(engine.dispose)


def holder(place: Database) -> Holder | None:
    """Who holds the lock now."""
    with translated(place):
        engine = engine_of(place, once=True)
        with engine.connect() as connection:
            return _holder(connection, place)


def _take(connection: sa.Connection, place: Database, clock: Clock, *, timeout: float, retry: float) -> None:
    give_up = clock.monotonic() + timeout
    while not connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (_key(place, LEDGER),)).scalar():
        if clock.monotonic() >= give_up:
            by = _holder(connection, place)
            raise LedgerLocked(
                "The ledger is locked",
                detail=f"Held by {by}." if by else "Somebody has just let go of it.",
                hint="Wait for it to end, or give it time with --lock-timeout. A lock never outlives its connection.",
                where=str(place),
            )
        clock.sleep(retry)


def _ours(connection: sa.Connection) -> Held:
    query = "SELECT pid, backend_start::text FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()"
    pid, since = connection.exec_driver_sql(query).one()
    return Held(pid, since)


def _holder(connection: sa.Connection, place: Database) -> Holder | None:
    query = (
        "SELECT a.application_name, a.pid, coalesce(a.client_addr::text, ''),"
        " to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), a.usename"
        " FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = %s AND l.objid::bigint = %s"
    )
    key = _key(place, LEDGER) % 2**64
    found = connection.exec_driver_sql(query, (key >> 32, key % 2**32)).first()
    if found is None:
        return None
    name, pid, address, since, role = found
    return Holder(pid, address or "the server's own host", role or "an unknown role", since or "some time", name)


def _key(place: Database, purpose: str) -> int:
    """A lock is a number of 64 bits, and one for the whole database."""
    made = hashlib.sha256(f"reconciler/{purpose}/{place.schema}".encode()).digest()
    return int.from_bytes(made[:8], "big", signed=True)


def _let_go(close: Callable[[], None]) -> None:
    """The server lets go by itself of what a lost connection held."""
    with suppress(Exception):
        close()
