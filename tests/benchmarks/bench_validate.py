"""How long validating many manifests takes, beside check-jsonschema doing the schema check alone.

    python -m tests.benchmarks.bench_validate [--count 10000] [--baseline PATH-OF-check-jsonschema]

Prints; asserts nothing. The baseline is fair only where its ruamel.yaml has a C extension (`ruamel.yaml[libyaml]` or
`ruamel.yaml.clib`), and the output says whether it has. `--load-only` measures `load` where there is a command, too.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from reconciler.kinds import KINDS
from reconciler.manifest import document_schema, load
from reconciler.model.project import Project
from reconciler.model.source import Problem
from tests.benchmarks.estate import write_estate

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure validation.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--baseline", type=Path, default=Path(sys.executable).parent / "check-jsonschema")
    parser.add_argument("--load-only", action="store_true")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        _work(options.worker)
        return
    with tempfile.TemporaryDirectory() as directory:
        _measure(Path(directory), options)


def _measure(directory: Path, options: argparse.Namespace) -> None:
    many, few, broken = (directory / name for name in ("many", "few", "broken"))
    sizes = sorted(write_estate(many, options.count))
    write_estate(few, options.count // 10)
    write_estate(broken, options.count)
    first = min(broken.iterdir())
    first.write_text("apiVersion: [\n")
    print(f"{options.count:,} manifests, median {sizes[len(sizes) // 2]:,} bytes, {sum(sizes) / 1e6:.1f} MB")

    command = _our_command(load_only=options.load_only)
    print("ours:", "reconciler validate" if "validate" in command else "load in a process of its own")
    ours, memory, _ = run([*command, str(many)], many)
    smaller, _, _ = run([*command, str(few)], few)
    _, _, diagnostic = run([*command, str(broken)], broken)
    print(f"time {ours:.2f} s, {ours / options.count * 1e3:.3f} ms a manifest, peak memory {memory:.0f} MB")
    print(f"t({options.count:,}) / t({options.count // 10:,}) = {ours / smaller:.1f}")
    print(f"first diagnostic of a broken first file after {diagnostic:.2f} s")

    baseline, peak = _baseline(directory, many, options.baseline)
    print(f"check-jsonschema (C extension: {_has_c_extension(options.baseline)}): {baseline:.2f} s, {peak:.0f} MB")
    print(f"ratio {baseline / ours:.1f}")


def _our_command(*, load_only: bool) -> list[str]:
    if not load_only and (ROOT / "reconciler/commands/validate.py").exists():
        return [str(Path(sys.executable).parent / "reconciler"), "validate"]
    return [sys.executable, "-m", "tests.benchmarks.bench_validate", "--worker"]


def _work(directory: Path) -> None:
    """What `reconciler validate` does: every file, every check, problems as they are found."""

    def tell(problem: Problem) -> None:
        print(problem.where, problem.summary, flush=True)

    files = ((path.name, path.read_bytes()) for path in sorted(directory.iterdir()))
    estate, problems = load(files, kinds=KINDS, project=Project(), notify=tell)
    print(len(estate.manifests), "manifests,", len(problems), "problems")


def _baseline(directory: Path, manifests: Path, program: Path) -> tuple[float, float]:
    seconds, peak = 0.0, 0.0
    for kind in KINDS.values():
        schema = directory / f"{kind.name}.schema.json"
        schema.write_text(json.dumps(document_schema(kind)))
        files = [str(path) for path in sorted(manifests.glob(f"{kind.name.lower()}-*.yaml"))]
        spent, memory, _ = run([str(program), "--schemafile", str(schema), *files], directory)
        seconds, peak = seconds + spent, max(peak, memory)
    return seconds, peak


def _has_c_extension(program: Path) -> str:
    question = "import ruamel.yaml; print('yes' if ruamel.yaml.__with_libyaml__ else 'no')"
    done = subprocess.run([str(program.parent / "python"), "-c", question], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def run(command: Sequence[str], directory: Path) -> tuple[float, float, float]:
    """Seconds, peak memory in MB, and seconds until the first output."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=directory, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        first = time.perf_counter() - begun
        process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.perf_counter() - begun, usage.ru_maxrss / 1024, first


if __name__ == "__main__":
    main()
