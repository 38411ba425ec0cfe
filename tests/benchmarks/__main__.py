"""Every benchmark in turn: `python -m tests.benchmarks`. Ratios within one run; nothing is asserted."""

# ruff: noqa: T201

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = (
    "bench_help", "bench_sandbox", "bench_validate", "bench_plan", "bench_apply", "bench_requests", "bench_fetch",
    "bench_normalise", "bench_archives", "bench_audit", "bench_review",
)  # fmt: skip

for name in BENCHMARKS:
    print(f"\n{name}", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=True)
