"""The lock around a ledger: one apply at a time, and it dies with whoever holds it.

Of a file the lock is the operating system's (`flock`), so a killed holder never leaves it behind; what the file says
about the holder is for people. The file stays: removing it would let two processes lock two different files of one
name.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from reconciler.errors import LedgerError, LedgerLocked
from reconciler.model.ports import Clock
from reconciler.state.people import NAMELESS, Holder, user_name

if TYPE_CHECKING:
    from reconciler.state.database_url import Place
    from reconciler.state.postgresql import Held

RETRY_SECONDS = 0.1
"""How often a taken lock is tried again."""

GRACE_SECONDS = 0.3
"""Tried for this long even without a timeout: `holder` takes the lock for an instant to see whether it is free."""


@contextmanager
def hold(ledger: str | Place, clock: Clock, *, timeout: float = 0.0, command: str = "") -> Iterator[Held | None]:
    """Hold the lock of a ledger, waiting at most `timeout` seconds for it. Raises LedgerLocked.

    `command` is shown to whoever finds the lock taken; it must hold no secret. What it gives is for `open_ledger`: by
    it a ledger whose lock can be lost knows whether it still is.
    """
    if isinstance(ledger, str | Path):
        with _holding(ledger, clock, timeout, command):
            yield None
    else:
        from reconciler.state import postgresql

        with postgresql.hold(
            ledger, clock, timeout=timeout, grace=GRACE_SECONDS, retry=RETRY_SECONDS, command=command
        ) as held:
            yield held


def holder(ledger: str | Place) -> Holder | None:
    """Who holds the lock now, or None. Raises LedgerError where that cannot be known."""
    if isinstance(ledger, str | Path):
        return _holder(ledger)
    from reconciler.state import postgresql

    return postgresql.holder(ledger)


@contextmanager
def _holding(ledger: str | Path, clock: Clock, timeout: float, command: str) -> Iterator[None]:
    path = _lock_path(ledger)
    with _translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        with _translated(path):
            _take(descriptor, path, clock, timeout)
            _describe(descriptor, clock, command)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(ledger: str | Path) -> Holder | None:
    path = _lock_path(ledger)
    with _translated(path):
        if not path.exists():
            return None
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return None if _locked(descriptor, fcntl.LOCK_SH) else _described(path)
        finally:
            os.close(descriptor)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            "The ledger cannot be locked",
            detail=error.strerror or str(error),
            hint="Give this user write permission on the ledger's directory; its file system must know locks.",
            where=str(path),
        ) from error


def _lock_path(ledger: str | Path) -> Path:
    return Path(f"{ledger}.lock")


def _take(descriptor: int, path: Path, clock: Clock, timeout: float) -> None:
    give_up = clock.monotonic() + max(timeout, GRACE_SECONDS)
    while not _locked(descriptor, fcntl.LOCK_EX):
        if clock.monotonic() >= give_up:
            raise LedgerLocked(
                "The ledger is locked",
                detail=f"Held by {_described(path)}.",
                hint="Wait for it to end, or give it time with --lock-timeout. A lock never outlives its process.",
                where=str(path),
            )
        clock.sleep(RETRY_SECONDS)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _describe(descriptor: int, clock: Clock, command: str) -> None:
    since = datetime.fromtimestamp(clock.now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    us = Holder(os.getpid(), socket.gethostname(), user_name(), since, command)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, orjson.dumps(asdict(us)), 0)


def _described(path: Path) -> Holder:
    try:
        return Holder(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return NAMELESS
