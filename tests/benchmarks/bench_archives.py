"""What archiving 500 strategies of 40 versions costs: calls against the floor, the most archives in flight, and memory.

    python -m tests.benchmarks.bench_archives [--strategies 500] [--versions 40]

Plan, apply and the plan after it are processes of their own. The memory of a run with a tenth of the strategies stands
beside it: what is above that is what the histories cost. Prints; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.sandbox import Sandbox
from tests.benchmarks.bench_plan import PROGRAM, PROJECT

PAGE = 100


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure archiving.")
    parser.add_argument("--strategies", type=int, default=500)
    parser.add_argument("--versions", type=int, default=40)
    stated = parser.parse_args(arguments)
    settings = {"token_rate": None, "family_rates": {}}
    for strategies in (stated.strategies // 10, stated.strategies):
        with tempfile.TemporaryDirectory() as folder, Sandbox.start(load={"settings": settings}) as sandbox:
            sandbox.control.add_strategies(strategies, versions=stated.versions)
            _measure(Path(folder), sandbox, strategies, stated.versions)


def _measure(folder: Path, sandbox: Sandbox, strategies: int, versions: int) -> None:
    environment = {**os.environ, **sandbox.environment()}
    _write(folder / "manifests", sandbox)
    print(f"{strategies:,} strategies of {versions} versions")
    for verb in (["plan"], ["apply", "--auto-approve"], ["plan"]):
        sandbox.control.forget()
        seconds, memory = _timed([PROGRAM, *verb, "--log-level", "quiet"], folder, environment)
        reads = sum(request.path.startswith("/api/v2/routing") for request in sandbox.control.requests())
        floor = -(-strategies // PAGE) + strategies * -(-versions // PAGE)
        print(f"  {verb[0]:5} {seconds:6.2f} s, {memory:,} MB; {reads:,} reads, floor {floor:,}", end="")
        posts = sandbox.control.user_requests("/archives")
        print(f"; {len(posts):,} posts, at most {sandbox.control.most_in_flight()} in flight" if posts else "")


def _write(manifests: Path, sandbox: Sandbox) -> None:
    manifests.mkdir()
    (manifests / "reconciler.yaml").write_text(PROJECT)
    (manifests / "rule.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: RetentionRule\nmetadata: {name: history}\nspec:\n  strategies: all\n"
        "  retentionDays: 3650\n  maxVersions: 1000\n  backup: {folder: backups}\n"
        f"  archive: {{endpoint: '{sandbox.control.addresses()['archives']}'}}\n"
    )


_WATCHED = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.exit(status)
"""
"""In between, since the system counts for a process what the one that started it had: here, a whole organisation."""


def _timed(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, int]:
    """Seconds, and the largest memory of the process in MB."""
    begun = time.perf_counter()
    watched = [sys.executable, "-c", _WATCHED, *command]
    run = subprocess.run(watched, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - begun, int(run.stdout)


if __name__ == "__main__":
    print(sys.version.split()[0])
    main()
