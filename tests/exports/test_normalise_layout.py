"""Several files as one table, and what happens when something fails on the way."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from reconciler.errors import ReconcilerError, UsageError
from reconciler.exports.normalising import Normalised, Output, Progress, SourceFormat, normalise, normalise_all, outputs
from reconciler.model.export import LocalFile
from tests.exports.test_normalise import GOOD, HEADER, record, request

ROOT = Path(__file__).resolve().parents[2]
PLAIN = GOOD + b"\n"
WITH_REST = record(queueId="q", startTimestamp="2023-10-01T00:00:00Z")


def export(folder: Path, *contents: bytes, source_format: str = "jsonl") -> list[LocalFile]:
    files = []
    for partition, content in enumerate(contents):
        file = LocalFile(
            name=f"partition_{partition}.{source_format}",
            partition=partition,
            format=source_format,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        (folder / file.name).write_bytes(content)
        files.append(file)
    return files


def normalised(folder: Path, files: list[LocalFile], **others: Any) -> tuple[Normalised, ...]:
    others = {"export_id": "e1", "processes": 1, "emit": lambda _: None} | others
    return normalise_all(files, source=folder, target=folder / "table", **others)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_duckdb_and_pyarrow_read_several_exports_as_one_table(tmp_path: Path) -> None:
    normalised(tmp_path, export(tmp_path, PLAIN * 2, WITH_REST + b"[]\n", b""), processes=2)
    normalised(tmp_path, export(tmp_path, HEADER + b"\ni,,,,\n", source_format="csv"), export_id="e2/ü")
    assert names(tmp_path / "table") == [
        "export_id=e1/_part-00001.quarantine",
        "export_id=e1/part-00000.parquet",
        "export_id=e1/part-00001.parquet",
        "export_id=e1/part-00002.parquet",
        "export_id=e2%2F%C3%BC/part-00000.parquet",
    ]
    files = f"{tmp_path}/table/**/*.parquet"
    query = (
        "SELECT export_id, count(*), count(start_time), max(rest->>'queueId') FROM read_parquet(?, hive_partitioning=1)"
    )
    with duckdb.connect() as connection:
        rows = connection.execute(f"{query} GROUP BY ALL ORDER BY ALL", [files]).fetchall()
        kinds = connection.execute("SELECT typeof(start_time), typeof(rest) FROM read_parquet(?)", [files]).fetchone()
    assert rows == [("e1", 3, 3, "q"), ("e2/ü", 1, 0, None)]
    assert kinds == ("TIMESTAMP WITH TIME ZONE", "VARCHAR")
    dataset = ds.dataset(tmp_path / "table", format="parquet", partitioning="hive")
    assert (dataset.count_rows(), dataset.schema.names[-1]) == (4, "export_id")


def test_every_file_has_the_schema_that_spark_and_trino_need(tmp_path: Path) -> None:
    for result in normalised(tmp_path, export(tmp_path, PLAIN, WITH_REST, b"")):
        file = pq.ParquetFile(result.target)
        assert file.schema_arrow.equals(outputs.SCHEMA)
        assert file.metadata.metadata is None
        for index in (2, 3):
            column = file.schema.column(index)
            assert column.physical_type == "INT64"
            assert "isAdjustedToUTC=true, timeUnit=microseconds" in str(column.logical_type)
        assert {str(file.schema.column(index).logical_type) for index in (0, 1, 4, 5)} == {"String"}
        if file.metadata.num_row_groups:
            assert {file.metadata.row_group(0).column(index).compression for index in range(6)} == {"ZSTD"}
            assert file.metadata.row_group(0).column(5).statistics is None


def test_many_rows_are_several_row_groups(tmp_path: Path) -> None:
    (result,) = normalised(tmp_path, export(tmp_path, b'{"interactionId":"i"}\n' * 200_000))
    groups = pq.read_metadata(result.target).num_row_groups
    assert (result.normalised, groups) == (200_000, 2)


def test_in_processes_the_results_come_in_the_files_order_and_progress_from_all(tmp_path: Path) -> None:
    files = export(tmp_path, PLAIN * 3000, PLAIN, PLAIN * 2)
    seen: list[Progress] = []
    results = normalised(tmp_path, files, processes=2, emit=seen.append)
    assert [result.records for result in results] == [3000, 1, 2]
    assert {one.source.name for one in seen} == {file.name for file in files}


@pytest.mark.parametrize("processes", [1, 2])
def test_where_one_file_fails_no_file_appears(tmp_path: Path, processes: int) -> None:
    files = export(tmp_path, PLAIN * 3000, PLAIN, PLAIN)
    (tmp_path / files[2].name).unlink()
    with pytest.raises(ReconcilerError, match="could not be read") as failed:
        normalised(tmp_path, files, processes=processes)
    assert failed.value.where.endswith("partition_2.jsonl")
    assert names(tmp_path / "table") == []


def test_a_file_that_changed_since_it_was_fetched_is_refused(tmp_path: Path) -> None:
    files = export(tmp_path, PLAIN, PLAIN)
    (tmp_path / files[1].name).write_bytes(PLAIN.replace(b"chat", b"CHAT"))
    with pytest.raises(ReconcilerError, match="not the one that was fetched"):
        normalised(tmp_path, files)
    assert names(tmp_path / "table") == []


def test_a_second_run_replaces_the_first_and_its_quarantine(tmp_path: Path) -> None:
    normalised(tmp_path, export(tmp_path, PLAIN + b"[]\n"))
    (result,) = normalised(tmp_path, export(tmp_path, PLAIN * 2))
    assert names(tmp_path / "table") == ["export_id=e1/part-00000.parquet"]
    assert pq.read_metadata(result.target).num_rows == 2


def test_parts_of_something_else_are_not_mixed_in(tmp_path: Path) -> None:
    normalised(tmp_path, export(tmp_path, PLAIN, PLAIN))
    with pytest.raises(ReconcilerError, match="not of this export"):
        normalised(tmp_path, export(tmp_path, PLAIN))


def test_a_partition_that_is_there_twice_or_in_an_unknown_format_is_refused(tmp_path: Path) -> None:
    (file,) = export(tmp_path, PLAIN)
    with pytest.raises(UsageError, match="same partition"):
        normalised(tmp_path, [file, file])
    with pytest.raises(UsageError, match="cannot be normalised"):
        normalised(tmp_path, export(tmp_path, PLAIN, source_format="xlsx"))


def test_only_the_owner_may_read_what_is_written(tmp_path: Path) -> None:
    (result,) = normalised(tmp_path, export(tmp_path, PLAIN + b"[]\n"))
    assert result.quarantine is not None
    assert {path.stat().st_mode & 0o777 for path in (result.target, result.quarantine)} == {0o600}


def test_a_target_below_a_file_or_that_is_a_folder_is_one_clear_error(tmp_path: Path) -> None:
    asked = request(tmp_path, PLAIN)
    asked.target.mkdir(parents=True)
    with pytest.raises(ReconcilerError, match="there is a folder of that name"):
        normalise(asked, emit=lambda _: None)
    files = export(tmp_path, PLAIN)
    (tmp_path / "table").write_text("")
    with pytest.raises(ReconcilerError, match="could not be written"):
        normalised(tmp_path, files)


def test_source_target_and_quarantine_are_three_files(tmp_path: Path) -> None:
    asked = request(tmp_path, PLAIN)
    with pytest.raises(UsageError, match="three files"):
        normalise(type(asked)(asked.source, SourceFormat.JSONL, asked.target, asked.source), emit=lambda _: None)


@pytest.mark.parametrize("output", list(Output))
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path: Path, output: Output) -> None:
    """The limit on a file's size stands for the disk's: the write fails in the same place, in the same way."""
    program = f"""
        import resource, sys
        from pathlib import Path
        from reconciler.errors import ReconcilerError
        from reconciler.exports.normalising import *
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            request = Request(Path("in.jsonl"), SourceFormat.JSONL, Path("out/rows"), Path("out/q"), Output("{output}"))
            normalise(request, emit=lambda _: None)
        except ReconcilerError as error:
            print(error)
    """
    lines = b"".join(record(x=os.urandom(40).hex()) for _ in range(2000))
    (tmp_path / "in.jsonl").write_bytes(lines)
    ran = run(program, tmp_path)
    assert ran.stdout.splitlines()[:2] == ["A normalised file could not be written", "out/rows"]
    assert os.strerror(errno.EFBIG) in ran.stdout
    assert ran.stderr == ""
    assert names(tmp_path / "out") == []


def test_without_pyarrow_the_error_names_the_extra(tmp_path: Path) -> None:
    program = """
        import sys
        sys.modules["pyarrow"] = None
        from pathlib import Path
        from reconciler.errors import UsageError
        from reconciler.exports.normalising import *
        try:
            normalise(Request(Path("in"), SourceFormat.JSONL, Path("out"), Path("q")), emit=lambda _: None)
        except UsageError as error:
            print(error.hint)
    """
    assert run(program, tmp_path).stdout == "pip install 'reconciler[exports]'\n"


def test_importing_the_package_does_not_import_pyarrow(tmp_path: Path) -> None:
    program = "import sys, reconciler.exports.normalising; print('pyarrow' in sys.modules)"
    assert run(program, tmp_path).stdout == "False\n"


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing_but_what_the_next_one_sweeps_away(tmp_path: Path, number: int) -> None:
    export(tmp_path, PLAIN * 400_000, PLAIN * 400_000)
    program = """
        import sys
        from pathlib import Path
        from reconciler.exports.normalising import normalise_all
        from reconciler.model.export import LocalFile
        if __name__ == "__main__":
            files = [LocalFile(f"partition_{n}.jsonl", n, "jsonl", 1, "") for n in (0, 1)]
            normalise_all(files, export_id="e1", source=Path("."), target=Path("table"), processes=2,
                          emit=lambda _: print("going", flush=True))
    """
    script = tmp_path / "stopped.py"
    script.write_text(textwrap.dedent(program))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"going\n"
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        process.communicate()
        assert process.returncode
    _until_nothing_is_left(tmp_path / "table")


def _until_nothing_is_left(folder: Path) -> None:
    """The processes notice at their next block that nobody listens."""
    deadline = time.monotonic() + 120
    while names(folder) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert names(folder) == []


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    asked = request(tmp_path, PLAIN)
    asked.target.parent.mkdir()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for process in (dead.pid, os.getpid(), os.getppid()):
        (asked.target.parent / f".rows.parquet.{process}.partial").write_text("left")
    normalise(asked, emit=lambda _: None)
    assert names(asked.target.parent) == [f".rows.parquet.{os.getppid()}.partial", "rows.parquet"]


def test_counts_that_do_not_add_up_fail_and_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = request(tmp_path, PLAIN * 3)
    monkeypatch.setattr(outputs, "count_rows", lambda *_: 2)
    with pytest.raises(ReconcilerError, match="do not add up"):
        normalise(asked, emit=lambda _: None)
    assert names(asked.target.parent) == []


@pytest.mark.long
def test_memory_does_not_depend_on_the_files_size(tmp_path: Path) -> None:
    program = """
        import resource, sys
        from pathlib import Path
        from reconciler.exports.normalising import *
        normalise(Request(Path(sys.argv[1]), SourceFormat.JSONL, Path("out"), Path("q")), emit=lambda _: None)
        # Not ru_maxrss: that of a child begins with its parent's.
        status = Path("/proc/self/status").read_text()
        print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
    """
    peaks = []
    for times in (40, 800):
        piece = b"".join(record(x=os.urandom(500).hex()) for _ in range(1000))
        with (tmp_path / "in").open("wb") as source:  # Not at once: a child's peak begins with its parent's size.
            source.writelines(piece for _ in range(times))
        command = [sys.executable, "-c", textwrap.dedent(program), "in"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        peaks.append(int(ran.stdout))
    assert peaks[1] < peaks[0] + 30
