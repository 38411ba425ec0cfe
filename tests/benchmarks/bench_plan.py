"""What planning 10,000 objects costs beside validating their manifests: CPU time, and calls.

    python -m tests.benchmarks.bench_plan [--count 10000]

The organisation runs in this process; `reconciler validate` and `reconciler plan` are processes of their own, whose CPU
time the system counts. Prints; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.kinds import KINDS
from reconciler.manifest import load
from reconciler.model.normal import to_wire, without_local
from reconciler.model.project import Project
from reconciler.sandbox import Sandbox
from tests.benchmarks.estate import write_estate

PROJECT = "apiVersion: reconciler/v1\nkind: Project\nlimits: {requestsPerMinute: 1000000}\n"
PROGRAM = str(Path(sys.executable).parent / "reconciler")
COLLECTIONS = {"Purpose": "purposes", "FlexSchema": "flex_schemas"}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure planning.")
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args(arguments).count
    with tempfile.TemporaryDirectory() as folder:
        manifests = Path(folder) / "manifests"
        write_estate(manifests, count)
        (manifests / "reconciler.yaml").write_text(PROJECT)
        with Sandbox.start(load=organisation(manifests)) as sandbox:
            _measure(Path(folder), sandbox, count)


def _measure(folder: Path, sandbox: Sandbox, count: int) -> None:
    environment = {**os.environ, **sandbox.environment()}
    cpu([PROGRAM, "apply", "--auto-approve", "--log-level", "quiet"], folder, environment)
    validate = cpu([PROGRAM, "validate"], folder, environment)
    sandbox.control.forget()
    unchanged = cpu([PROGRAM, "plan", "--output", "human=plan.txt"], folder, environment)
    calls = Counter(f"{request.method} {request.path}" for request in sandbox.control.requests())
    print(f"{count:,} objects, unchanged: {(folder / 'plan.txt').read_text().strip().splitlines()[-1]}")
    for call, times in sorted(calls.items()):
        print(f"  {times:5} {call}")
    changed = _touch(folder / "manifests", every=20)
    five_percent = cpu([PROGRAM, "plan", "--output", "human=plan.txt"], folder, environment)
    print(f"CPU validate {validate:.2f} s; plan {unchanged:.2f} s; plan with {changed} changed {five_percent:.2f} s")
    print(f"ratio to validate: unchanged {unchanged / validate:.2f}, 5 % changed {five_percent / validate:.2f}")


def organisation(manifests: Path) -> dict[str, object]:
    """A state for the sandbox that holds just what the manifests describe, with budgets that never run out."""
    files = ((path.name, path.read_bytes()) for path in sorted(manifests.glob("*-*.yaml")))
    estate, problems = load(files, kinds=KINDS, project=Project())
    if problems:
        raise SystemExit(str(problems[0]))
    state: dict[str, object] = {"settings": {"token_rate": None, "family_rates": {}}}
    for kind in (KINDS[name] for name in COLLECTIONS):
        state[COLLECTIONS[kind.name]] = [
            to_wire(kind.shape, without_local(kind.shape, manifest.normal), live=lambda _, name: name)
            for address, manifest in estate.manifests.items()
            if address.kind == kind.name
        ]
    return state


def _touch(manifests: Path, *, every: int) -> int:
    """Change one word of every n-th manifest's description."""
    paths = sorted(manifests.glob("*-*.yaml"))[::every]
    for path in paths:
        path.write_text(
            path.read_text().replace("description: ", "description: changed ", 1).replace("changed |", "|", 1)
        )
        path.write_text(path.read_text().replace("description: |\n    ", "description: |\n    changed ", 1))
    return len(paths)


def cpu(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    """Seconds of CPU time, user and system, of a command that must succeed."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
