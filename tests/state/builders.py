from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.model.address import Address
from reconciler.model.observed import Intent, Organisation, Origin, Recorded
from reconciler.model.ports import AuditEntry

OURS = Organisation("org-1", "Ours")
THEIRS = Organisation("org-2", "Theirs")
SUPPORT = Address("Purpose", "support")
NOBODY = 65534


@dataclass
class TestClock:
    """Sleeping advances it, and waits for nothing."""

    __test__ = False
    at: float = 1_793_534_400.0  # 2026-11-01T12:00:00Z
    slept: list[float] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at - 1_793_534_400.0

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self.at += seconds
            self.slept.append(seconds)


def row(address: Address = SUPPORT, **members: Any) -> Recorded:
    given: dict[str, Any] = {
        "address": address,
        "live_id": "p-1",
        "origin": Origin.CREATED,
        "declared": {"name": "Support", "retentionPeriod": "180d"},
        "fingerprint": "sha256:1",
        "version": 3,
        "protect": False,
        "revision": 0,
        "seal": "sha256:plan",
    }
    return Recorded(**given | members)


def intent(**members: Any) -> Intent:
    given: dict[str, Any] = {
        "number": 0,
        "seal": "sha256:plan",
        "step": "1",
        "address": SUPPORT,
        "action": "update",
        "live_id": "p-1",
        "declared": {"name": "Support"},
        "protect": True,
        "at": 1_793_534_400.25,
    }
    return Intent(**given | members)


def entry(**members: Any) -> AuditEntry:
    given: dict[str, Any] = {
        "at": "2026-11-01T12:00:00Z",
        "action": "update",
        "address": "Purpose/support",
        "live_id": "p-1",
        "result": "SUCCESS",
        "seal": "sha256:plan",
        "latency_ms": 12,
        "request_id": "r-1",
        "correlation_id": "c-1",
        "summary": ("name:ADD", "type:UNCHANGED"),
        "detail": "as planned",
    }
    return AuditEntry(**given | members)


def as_nobody(prepare: Callable[[Path], None], act: Callable[[Path], object]) -> str:
    """What `act` raises, or answers, for a user without rights in the directory that `prepare` filled.

    Root may write anywhere, so a child process steps down first.
    """
    directory = Path(tempfile.mkdtemp())
    prepare(directory)
    for each in directory.iterdir():
        each.chmod(0o444)
    directory.chmod(0o555)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        try:
            told = str(act(directory))
        except ReconcilerError as error:
            told = f"{type(error).__name__}: {error}"
        except BaseException as error:  # the parent shows it
            told = repr(error)
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told
