"""What making export requests and following them to their end costs: calls, time beside the floor of their rate, CPU.

    python -m tests.benchmarks.bench_requests [--counts 250,1000] [--in-flight 20]

Half are data exports, half personal ones. The organisation is a process of its own, with its real budgets: 300 calls a
minute, beyond which it answers 429. Time is simulated: a wait moves the program's clock and the organisation's. CPU
seconds are the program's, less those of moving the clock. Prints; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from reconciler.sandbox import Control, Recorded, Sandbox
from tests.commands.project import Json, Time, manifest, run

PER_MINUTE = 300
KINDS = {"/api/v2/dataexports": "DataExport", "/api/v2/data/privacy/requests": "PrivacyExport"}
STAGES = {"QUEUED": 10.0, "PROCESSING": 50.0}
"""Seconds that a job of the organisation takes."""
PROJECT = f"""apiVersion: reconciler/v1
kind: Project
limits: {{requestsPerMinute: {PER_MINUTE}, maxInFlight: IN_FLIGHT}}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure export requests.")
    parser.add_argument("--counts", default="250,1000")
    parser.add_argument("--in-flight", type=int, default=20)
    options = parser.parse_args(arguments)
    for count in map(int, options.counts.split(",")):
        with tempfile.TemporaryDirectory() as folder, _organisation() as (control, environment):
            _write(Path(folder) / "manifests", count, options.in_flight)
            with chdir(folder):
                _measure(_Metered(control), environment, count, options.in_flight)


@dataclass
class _Metered(Time):
    """`moving` are the CPU seconds that moving the clock took."""

    moving: float = 0.0

    def pass_by(self, seconds: float) -> None:
        begun = time.process_time()
        super().pass_by(seconds)
        self.moving += time.process_time() - begun


def _measure(shared: _Metered, environment: dict[str, str], count: int, in_flight: int) -> None:
    spent, begun = time.process_time(), time.monotonic()
    words = ["apply", "--auto-approve", "--wait", "--log-level", "quiet", "-o", "json"]
    ran = run(words, environment, shared)
    spent, took = time.process_time() - spent - shared.moving, time.monotonic() - begun + shared.waited
    if ran.code:
        raise SystemExit(str(ran)[-2000:])
    sent = shared.control.requests()
    calls = Counter(_what(request) for request in sent)
    print(f"\n{count:,} requests, {in_flight} of a kind in flight; exit {ran.code}")
    for what, times in sorted(calls.items()):
        print(f"  {what:24} {times:6,} calls")
    for kind in KINDS.values():
        polls, made = calls[f"{kind} poll"], calls[f"{kind} submit"]
        print(f"  {kind:24} {polls / made:6.2f} polls a request")
    print(f"  answers 429: {sum(request.status == 429 for request in sent)}")
    floor = max(0, len(sent) - PER_MINUTE) / PER_MINUTE * 60
    print(f"  simulated {took:,.0f} s; floor of {len(sent):,} calls at {PER_MINUTE} a minute {floor:,.0f} s")
    print(f"  CPU {spent:.1f} s, {spent / count * 1000:.1f} ms a request")


def _what(request: Recorded) -> str:
    for path, kind in KINDS.items():
        if request.path == path:
            return f"{kind} {'submit' if request.method == 'POST' else 'list'}"
        if request.path.startswith(f"{path}/"):
            return f"{kind} poll"
    return "other"


def _write(manifests: Path, count: int, in_flight: int) -> None:
    """A day each, into the past."""
    manifests.mkdir()
    (manifests / "reconciler.yaml").write_text(PROJECT.replace("IN_FLIGHT", str(in_flight)))
    last = datetime.now(UTC).date() - timedelta(days=2)
    for number in range(count):
        window = {"day": f"{last - timedelta(days=number // 2)}"}
        if number % 2:
            document = manifest("DataExport", f"data_{number:04}", {"window": window}, None)
        else:
            spec: Json = {"entityType": "user", "dataTypes": ["profile"], "window": window}
            document = manifest("PrivacyExport", f"subject_{number:04}", spec, None)
        (manifests / f"{number:04}.yaml").write_text(f"{document}\n")


@contextmanager
def _organisation() -> Iterator[tuple[Control, dict[str, str]]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    environment = ours.recv()
    with Control(environment["RECONCILER_API_URL"]) as control:
        yield control, environment
    ours.send(None)
    process.join()


def _serve(connection: Connection) -> None:
    with Sandbox.start(load={"settings": {"export_stages": STAGES}}) as sandbox:
        connection.send(sandbox.environment())
        connection.recv()


if __name__ == "__main__":
    main()
