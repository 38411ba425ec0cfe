"""The two ways of having the ledger's file: open for writing, or as a picture of it in memory.

A picture writes nothing to the disk, not even SQLite's own side files, and closes the file at once.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from reconciler.errors import LedgerError

BUSY_SECONDS = 10.0
"""How long SQLite waits for another process that has the file."""

READINGS = 3
"""How often a file that changes under our eyes is read again."""


def written(path: Path) -> sa.Engine:
    """The file, open for writing but not yet touched; made, with mode 0600, where there is none."""
    if not path.exists():
        _make(path)
    return engine_around(
        sqlite3.connect(
            _uri(path, "mode=rw"), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    )


def made_durable(engine: sa.Engine) -> None:
    """From here on a commit is on the disk when it returns. To be called only on what is known to be a ledger."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
        connection.cursor().execute("PRAGMA synchronous = FULL")
    finally:
        connection.close()


def pictured(path: Path) -> sa.Engine:
    """What the file holds now, in memory: empty where there is no file."""
    picture = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        if path.exists() and path.stat().st_size:
            _copy(path, picture)
    except BaseException:
        picture.close()
        raise
    return engine_around(picture)


def _make(path: Path) -> None:
    """SQLite gives its side files the mode of this one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _copy(path: Path, picture: sqlite3.Connection) -> None:
    """Through SQLite's own locks where a writer has left its side files, else as an immutable file.

    In WAL mode the main file changes only at a checkpoint and a writer's changes stand in `-wal`: while there is no
    such file the main one is the whole truth, and it can be read where nothing can be created beside it. A checkpoint
    meanwhile shows in the file's stamp.
    """
    for _ in range(READINGS):
        if _has_side_files(path):
            return _backup(_uri(path, "mode=ro"), picture)
        before = _stamp(path)
        try:
            _backup(_uri(path, "mode=ro&immutable=1"), picture)
        except sqlite3.DatabaseError:
            if before == _stamp(path) and not _has_side_files(path):
                raise
            continue
        if before == _stamp(path):
            return None
    raise LedgerError(
        "The ledger changes while it is read", detail="Another program writes it.", hint="Try again.", where=str(path)
    )


def _backup(uri: str, picture: sqlite3.Connection) -> None:
    source = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
    try:
        source.backup(picture)
    finally:
        source.close()


def _has_side_files(path: Path) -> bool:
    return any(side.exists() and side.stat().st_size for side in (Path(f"{path}-wal"), Path(f"{path}-journal")))


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _uri(path: Path, how: str) -> str:
    return f"file:{quote(str(path.absolute()))}?{how}"


def engine_around(connection: sqlite3.Connection) -> sa.Engine:
    """One connection for all threads; the ledger takes them one at a time. A transaction takes the write lock first."""
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    sa.event.listen(engine, "begin", lambda each: each.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
