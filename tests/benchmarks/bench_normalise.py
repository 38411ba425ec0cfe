"""What normalising an export costs beside DuckDB writing the same columns, and whether memory stays flat.

    python -m tests.benchmarks.bench_normalise [--megabytes 300] [--rounds 3]

Every run is a process of its own on one core (two where it says so); seconds are CPU time as the system counts it,
start included, the best of the rounds, which take turns. DuckDB gets two queries: `any rest` keeps whatever other
members a record has, as we do; `named rest` is told their names, so that it may read only those, and would lose others.
Neither notices a malformed record without stopping. Prints; asserts nothing.
"""

# ruff: noqa: T201, S608

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.exports.normalising import Output, Request, SourceFormat, normalise, normalise_all
from reconciler.model.export import LocalFile

ROOT = Path(__file__).resolve().parents[2]
OURS = ("ours", "duckdb any rest", "duckdb named rest")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure normalising.")
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        _work(*options.worker)
        return
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        _speed(folder, options.megabytes, options.rounds)
        _memory(folder)
        _partitions(folder, options.megabytes // 2, options.rounds)


def _speed(folder: Path, megabytes: int, rounds: int) -> None:
    for name, records, workers in (
        ("usual.jsonl", _usual, OURS),
        ("unusual.jsonl", _unusual, OURS[:2]),
        ("plain.csv", lambda: _csv(quoted=0), (OURS[0], OURS[2])),
        ("quoted.csv", lambda: _csv(quoted=0.1), (OURS[0], OURS[2])),
        ("all_quoted.csv", lambda: _all_quoted(_csv(quoted=0.1)), (OURS[0], OURS[2])),
    ):
        source = folder / name
        count = _write(source, megabytes, records())
        size = source.stat().st_size / 1e6
        print(f"\n{name}: {size:.0f} MB, {count:,} records of {size / count * 1e6:.0f} bytes; one core")
        runs: dict[str, list[tuple[float, float]]] = {worker: [] for worker in workers}
        for _ in range(rounds):
            for worker in workers:
                runs[worker].append(_run(worker, source)[:2])
        best = {worker: min(measured) for worker, measured in runs.items()}
        for worker, (seconds, peak) in best.items():
            ratio = f", ours is {seconds / best['ours'][0]:.2f} times as fast" if worker != "ours" else ""
            print(f"  {worker:18} {seconds:6.2f} s {size / seconds:6.0f} MB/s {peak:6.0f} MB of memory{ratio}")
        source.unlink()


def _memory(folder: Path) -> None:
    print("\nmemory, usual.jsonl")
    for megabytes in (30, 600):
        source = folder / "usual.jsonl"
        _write(source, megabytes, _usual())
        peaks = [f"{worker} {_run(worker, source)[1]:.0f} MB" for worker in OURS]
        print(f"  {megabytes:4} MB: {', '.join(peaks)}")
        source.unlink()


def _partitions(folder: Path, megabytes: int, rounds: int) -> None:
    for partition in (0, 1):
        _write(folder / f"partition_{partition}.jsonl", megabytes, _usual())
    measured: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(2 * rounds):
        for cores, runs in measured.items():
            runs.append(_run(f"partitions {cores}", folder / "partition_0.jsonl", cores=cores)[2])
    seconds = {cores: min(runs) for cores, runs in measured.items()}
    print(f"\ntwo partitions of {megabytes} MB: {seconds[1]:.2f} s on one core, {seconds[2]:.2f} s on two (wall)")
    print(f"ratio {seconds[1] / seconds[2]:.2f}")


def _run(worker: str, source: Path, *, cores: int = 1) -> tuple[float, float, float]:
    """CPU seconds, peak memory in MB, and wall seconds of a process of its own; those of its processes in it."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_normalise", "--worker", worker, str(source), str(cores)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    spent = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{worker} exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, spent


def _work(worker: str, source: str, cores: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    path = Path(source)
    kind, _, detail = worker.partition(" ")
    if kind == "ours":
        target = path.parent / "ours"
        source_format = SourceFormat(path.suffix[1:])
        normalise(Request(path, source_format, target / "rows", target / "rejects"), emit=lambda _: None)
    elif kind == "partitions":
        names = sorted(path.parent.glob("partition_*.jsonl"))
        files = [LocalFile(name.name, index, "jsonl", name.stat().st_size, "") for index, name in enumerate(names)]
        normalise_all(
            files, export_id="e", source=path.parent, target=path.parent, output=Output.PARQUET, emit=lambda _: None
        )
    else:
        _duckdb(path, detail)


def _duckdb(source: Path, detail: str) -> None:
    import duckdb

    patch = '{"interactionId":null,"type":null,"startTimestamp":null,"endTimestamp":null,"channel":null}'
    any_rest = f"""
        SELECT json->>'interactionId' interaction_id, json->>'type' "type",
            (json->>'startTimestamp')::TIMESTAMPTZ start_time, (json->>'endTimestamp')::TIMESTAMPTZ end_time,
            json->>'$.channel.type' channel, json_merge_patch(json, '{patch}') rest
        FROM read_json_objects('{source}', format='newline_delimited')"""
    named_rest = f"""
        SELECT interactionId interaction_id, "type", startTimestamp start_time, endTimestamp end_time,
            channel.type channel, to_json({{queueId: queueId, participants: participants, wrapUp: wrapUp}}) rest
        FROM read_json('{source}', format='newline_delimited', columns={{interactionId: 'VARCHAR', type: 'VARCHAR',
            startTimestamp: 'TIMESTAMPTZ', endTimestamp: 'TIMESTAMPTZ', channel: 'STRUCT("type" VARCHAR)',
            queueId: 'JSON', participants: 'JSON', wrapUp: 'JSON'}})"""
    from_csv = f"""
        SELECT interactionId interaction_id, "type", startTimestamp::TIMESTAMPTZ start_time,
            endTimestamp::TIMESTAMPTZ end_time, channelType channel, to_json({{queueId: queueId, notes: notes}}) rest
        FROM read_csv('{source}', header=true, all_varchar=true, delim=',', quote='"', escape='"')"""
    query = from_csv if source.suffix == ".csv" else any_rest if detail.startswith("any") else named_rest
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        target = source.parent / "duckdb.parquet"
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _usual() -> Callable[[random.Random], bytes]:
    return lambda chance: _json(_record(chance))


def _unusual() -> Callable[[random.Random], bytes]:
    """Sorted by name, so that others stand between ours; spaces; a channel with more in it."""

    def written(chance: random.Random) -> bytes:
        record = _record(chance)
        record["channel"]["direction"] = "inbound"
        return json.dumps(record, sort_keys=True).encode() + b"\n"

    return written


def _csv(*, quoted: float) -> Callable[[random.Random], bytes]:
    begun: Iterator[bytes] = iter([b"interactionId,type,startTimestamp,endTimestamp,channelType,queueId,notes\n"])

    def written(chance: random.Random) -> bytes:
        record = _record(chance)
        notes = 'Asked for a "call back",\nin the morning' if chance.random() < quoted else "Asked for a call back"
        notes = '"' + notes.replace('"', '""') + '"' if '"' in notes else notes
        cells = [*list(record.values())[:4], record["channel"]["type"], record["queueId"], notes]
        return next(begun, b"") + ",".join(cells).encode() + b"\n"

    return written


def _all_quoted(record: Callable[[random.Random], bytes]) -> Callable[[random.Random], bytes]:
    """As spreadsheets write it: every field, and line breaks of two characters."""

    def written(chance: random.Random) -> bytes:
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(record(chance).decode(), newline="")))
        return text.getvalue().encode()

    return written


def _json(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _record(chance: random.Random) -> dict[str, Any]:
    start = datetime(2023, 10, 1, tzinfo=UTC) + timedelta(milliseconds=chance.randrange(10**9))
    end = start + timedelta(milliseconds=chance.randrange(10**6))
    return {
        "interactionId": f"{chance.getrandbits(128):032x}",
        "type": chance.choice(["voice", "chat", "email"]),
        "startTimestamp": f"{start:%Y-%m-%dT%H:%M:%S}.{start.microsecond // 1000:03}Z",
        "endTimestamp": f"{end:%Y-%m-%dT%H:%M:%S}.{end.microsecond // 1000:03}Z",
        "channel": {"type": chance.choice(["PSTN", "webchat", "sms"])},
        "queueId": f"{chance.getrandbits(128):032x}",
        "participants": [
            {
                "id": f"{chance.getrandbits(128):032x}",
                "purpose": chance.choice(["agent", "customer"]),
                "metrics": {"tHandle": chance.randrange(10**6), "tTalk": chance.random() * 1000},
            }
            for _ in range(chance.randrange(1, 4))
        ],
        "wrapUp": {"code": f"{chance.getrandbits(40):010x}", "notes": "Kundin bat um Rückruf " * chance.randrange(3)},
    }


def _write(path: Path, megabytes: int, record: Callable[[random.Random], bytes]) -> int:
    chance, size, count = random.Random(1), 0, 0
    with path.open("wb") as file:
        while size < megabytes * 1_000_000:
            size += file.write(record(chance))
            count += 1
    return count


if __name__ == "__main__":
    main()
