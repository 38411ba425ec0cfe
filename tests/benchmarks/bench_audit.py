"""What `audit verify` costs beside a plain loop that selects and hashes the same rows, and what an append costs.

    python -m tests.benchmarks.bench_audit [--count 100000]

Prints; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
from reconciler.model.observed import Organisation
from reconciler.model.ports import AuditEntry
from reconciler.state import SqlAudit, open_ledger
from reconciler.state.noting import note

OURS = Organisation("org-1", "Ours")
PROGRAM = str(Path(sys.executable).parent / "reconciler")
ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure the audit's chain.")
    parser.add_argument("--count", type=int, default=100_000)
    count = parser.parse_args(arguments).count
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".reconciler" / "ledger.db"
        appended = _write(path, count)
        print(
            f"{count:,} entries, {path.stat().st_size / 1e6:.0f} MB; appended in {appended / count * 1e6:.0f} us each"
        )
        plain = _median(lambda: _plain(path))
        ours = _median(lambda: _verify(path))
        print(f"in a process: plain loop {plain:.2f} s, verify {ours:.2f} s; ratio {ours / plain:.2f}")
        program = _median(lambda: _run(folder))
        print(f"the whole program: {program:.2f} s; ratio {program / plain:.2f}")


def _write(path: Path, count: int) -> float:
    """All in one transaction: what is measured is chaining, not the disk."""
    with open_ledger(path, OURS, writable=True) as ledger, ledger.writing() as connection:
        begun = time.perf_counter()
        for number in range(count):
            note(connection, _entry(number))
        return time.perf_counter() - begun


def _entry(number: int) -> AuditEntry:
    return AuditEntry(
        at="2026-11-01T12:00:00.000Z",
        action="UPDATE",
        address=f"FlexSchema/schema_{number % 1000:04}",
        live_id=f"5a9dbc0e-0000-4000-8000-{number:012}",
        result="SUCCESS",
        seal="sha256:" + "5" * 64,
        latency_ms=20 + number % 100,
        request_id=f"d3b0c442-98fc-4c14-9afb-{number:012}",
        correlation_id=f"e3b0c442-98fc-4c14-9afb-{number:012}",
        summary=("customerId:UNCHANGED", "risk_band:ADD", "legacy_score:REMOVE"),
        detail="the manifest changed",
        before_hash="sha256:" + "b" * 64,
        after_hash="sha256:" + "a" * 64,
    )


def _plain(path: Path) -> None:
    connection = sqlite3.connect(path)
    for row in connection.execute("SELECT * FROM audit ORDER BY number"):
        hashlib.sha256(orjson.dumps(row)).hexdigest()
    connection.close()


def _verify(path: Path) -> None:
    with open_ledger(path, writable=False) as ledger:
        SqlAudit(ledger).verified()


def _run(folder: str) -> None:
    subprocess.run([PROGRAM, "audit", "verify"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _median(work: Callable[[], None]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    print(sys.version.split()[0])
    main()
