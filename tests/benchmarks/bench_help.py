"""How fast `reconciler --help` answers, beside an empty click program and bare Python.

    python -m tests.benchmarks.bench_help [--times 30]

Prints the median; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

EMPTY = "import click\n@click.command()\ndef main(): pass\nmain(['--help'])"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure --help.")
    parser.add_argument("--times", type=int, default=30)
    times = parser.parse_args(arguments).times
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "empty click program": [sys.executable, "-c", EMPTY],
        "reconciler --help": [sys.executable, "-m", "reconciler", "--help"],
    }
    medians = {name: _median(command, times) for name, command in commands.items()}
    for name, seconds in medians.items():
        print(f"{name:22} {seconds * 1000:6.1f} ms")
    print(f"ratio to an empty click program: {medians['reconciler --help'] / medians['empty click program']:.2f}")


def _median(command: Sequence[str], times: int) -> float:
    return statistics.median(_once(command) for _ in range(times))


def _once(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
