"""What applying 1,000 changes costs: calls, and time beside a loop of bare requests that sends the same bodies.

    python -m tests.benchmarks.bench_apply [--count 1000]

Every hundredth object is edited by a colleague between plan and apply. Prints; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from reconciler.sandbox import Recorded, Sandbox
from tests.benchmarks.bench_plan import PROGRAM, PROJECT

THREADS = 8


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure apply.")
    parser.add_argument("--count", type=int, default=1_000)
    count = parser.parse_args(arguments).count
    settings = {"token_rate": None, "family_rates": {}}
    with tempfile.TemporaryDirectory() as folder, Sandbox.start(load={"settings": settings}) as sandbox:
        _measure(Path(folder), sandbox, count)


def _measure(folder: Path, sandbox: Sandbox, count: int) -> None:
    environment = {**os.environ, **sandbox.environment()}
    _write(folder / "manifests", count, "first")
    creating = _timed([PROGRAM, "apply", "--auto-approve", "--log-level", "quiet"], folder, environment)
    _write(folder / "manifests", count, "second")
    subprocess.run([PROGRAM, "plan", "--out", "plan.json", "--log-level", "quiet"], cwd=folder, env=environment,
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    conflicts = _edit_behind_our_back(sandbox, count)
    sandbox.control.forget()
    updating = _timed([PROGRAM, "apply", "plan.json", "--log-level", "quiet"], folder, environment)
    sent = sandbox.control.requests()
    bare = _bare(sandbox, [request for request in sent if request.method == "PUT" and request.status == 200])
    calls = Counter(request.method for request in sent if "/schemas/" in request.path)
    print(f"{count:,} creates in {creating:.2f} s; {count:,} updates with {conflicts} conflicts in {updating:.2f} s")
    print(f"calls on objects: {dict(calls)}; floor: {count + conflicts} PUT and {conflicts} GET")
    print(f"bare requests, {THREADS} threads, the same PUTs: {bare:.2f} s; ratio {updating / bare:.2f}")


ACCEPTED = (
    "lifecycle:\n  acknowledge:\n    - {code: FS101, path: fields.first, removes: [first], reason: benchmark,"
    " by: nobody, expires: 2999-12-31}\n"
)


def _write(manifests: Path, count: int, text: str) -> None:
    """`count` schemas whose description and second field are called `text`."""
    manifests.mkdir(exist_ok=True)
    (manifests / "reconciler.yaml").write_text(PROJECT)
    for number in range(count):
        spec = f"  description: {text}\n  fields: [{{name: key, type: string}}, {{name: {text}, type: date}}]\n"
        (manifests / f"schema-{number:05}.yaml").write_text(
            f"apiVersion: reconciler/v1\nkind: FlexSchema\nmetadata: {{name: schema_{number:05}}}\nspec:\n{spec}"
            + (ACCEPTED if text == "second" else "")
        )


def _edit_behind_our_back(sandbox: Sandbox, count: int) -> int:
    names = [f"schema_{number:05}" for number in range(0, count, 100)]
    for name in names:
        fields = sandbox.control.find("flex_schemas", name)["fields"]
        sandbox.control.edit("flex_schemas", name, {"fields": [*fields, {"name": "theirs", "type": "string"}]})
    return len(names)


def _timed(command: Sequence[str], folder: Path, environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _bare(sandbox: Sandbox, sent: Sequence[Recorded]) -> float:
    """The same bodies again, without lock and ledger: what HTTP alone costs in this language."""
    login = requests.post(
        f"{sandbox.url}/oauth/token?grant_type=client_credentials", auth=("sandbox", "sandbox"), timeout=5
    )
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}

    def send(part: Sequence[Recorded]) -> None:
        with requests.Session() as session:
            for request in part:
                body = {name: value for name, value in request.body.items() if name != "version"}
                session.put(sandbox.url + request.path, json=body, headers=headers, timeout=5).raise_for_status()

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, [sent[start::THREADS] for start in range(THREADS)]))
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(sys.version.split()[0])
    main()
