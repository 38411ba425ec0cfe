"""`exports normalise` from the shell: what was fetched becomes one table, and nothing of it is lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from reconciler.exports import normalising

from .project import Json, Project
from .test_exports import SEPTEMBER, SUBJECT, completed, data, listed, subject

pytestmark = pytest.mark.long

HEADER = "interactionId,type,startTimestamp,endTimestamp,channelType\n"
START = "2026-09-01T00:00:00.123Z"
COLUMNS = "interaction_id, type, epoch_us(start_time), end_time, channel, rest->>'queueId'"


def record(identity: str, **others: Any) -> str:
    body = {"interactionId": identity, "type": "chat", "startTimestamp": START, "channel": {"type": "web"}} | others
    return orjson.dumps(body).decode() + "\n"


def row(identity: str, **others: str) -> str:
    body = {"identity": identity, "type": "chat", "start": START, "end": "", "channel": "web"} | others
    return ",".join(body.values()) + "\n"


def export_of(project: Project, address: str = SEPTEMBER) -> str:
    [found] = [each["id"] for each in listed(project) if each["address"] == address and not each["forgotten"]]
    return str(found)


def fetched(project: Project, *contents: str | bytes, **spec: Any) -> str:
    """The id of a data export with these partitions, completed and fetched."""
    completed(project, data(**spec))
    export = export_of(project)
    project.control.plan_export_files(export, [])
    for partition, content in enumerate(contents):
        project.control.put_export_file(export, partition, content, format=spec.get("format", "jsonl"))
    ran = project.run("exports", "fetch")
    assert ran.code == 0, str(ran)
    return export


def normalised(project: Project, *words: str | Path) -> str:
    ran = project.run("exports", "normalise", *words)
    assert ran.code == 0, str(ran)
    return " ".join(ran.out.split())


def report(project: Project, address: str = SEPTEMBER) -> Json:
    folder = f"{address.partition('/')[2]}-*"
    [found] = (project.root / "exports").glob(f"{folder}/report.json")
    return dict(orjson.loads(found.read_bytes()))


def parts(folder: Path) -> dict[str, bytes]:
    """Every file below, hidden ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def query(project: Project, what: str, rest: str = "ORDER BY ALL") -> list[tuple[Any, ...]]:
    table = f"{project.root}/exports/table/*/*.parquet"
    with duckdb.connect() as connection:
        text = f"SELECT {what} FROM read_parquet(?, hive_partitioning = true) {rest}"  # noqa: S608 - our own words
        return connection.execute(text, [table]).fetchall()


# What comes of it.


@pytest.mark.parametrize(
    ("written", "contents"),
    [
        ("jsonl", (record("a", queueId="q") + record("b"), record("c"))),
        ("csv", (HEADER[:-1] + ",queueId\n" + row("a")[:-1] + ",q\n" + row("b")[:-1] + ",\n", HEADER + row("c"))),
    ],
)
def test_an_export_becomes_a_table_of_typed_columns(project: Project, written: str, contents: tuple[str, ...]) -> None:
    export = fetched(project, *contents, format=written)
    assert f"{SEPTEMBER}: 3 record(s), 3 in exports/table, 0 in quarantine" in normalised(project)
    nothing = "" if written == "csv" else None  # CSV cannot tell one from the other.
    assert query(project, f"export_id, {COLUMNS}") == [
        (export, "a", "chat", 1_788_220_800_123_000, None, "web", "q"),
        (export, "b", "chat", 1_788_220_800_123_000, None, "web", nothing),
        (export, "c", "chat", 1_788_220_800_123_000, None, "web", None),
    ]
    assert report(project)["total_records"] == 3
    assert report(project)["table"] == ["part-00000.parquet", "part-00001.parquet"]


def test_several_exports_are_one_table_to_duckdb_and_to_pyarrow(project: Project) -> None:
    project.configure(limits={"requestsPerMinute": 1_000_000, "maxInFlight": 9})
    completed(project, data(), data("other", format="csv"), subject())
    ids = [export_of(project), export_of(project, "DataExport/other")]
    project.control.put_export_file(ids[0], 0, record("a") + record("b", notes="ü"))
    project.control.put_export_file(ids[1], 0, HEADER + row("a"))
    assert project.run("exports", "fetch").code == 0
    normalised(project)
    assert query(project, "export_id, count(*)", "GROUP BY ALL ORDER BY ALL") == sorted([(ids[0], 2), (ids[1], 1)])
    table = ds.dataset(project.root / "exports" / "table", format="parquet", partitioning="hive")
    assert table.count_rows() == 3
    assert table.schema.names[-1] == "export_id"
    assert {str(table.schema.field(name).type) for name in ("start_time", "end_time")} == {"timestamp[us, tz=UTC]"}
    assert table.to_table(columns=["rest"], filter=ds.field("rest").is_valid()).num_rows == 1


def test_its_files_use_nothing_that_only_some_readers_know(project: Project) -> None:
    fetched(project, record("a", queueId="q"))
    normalised(project)
    [part] = (project.root / "exports" / "table").rglob("*.parquet")
    group = pq.read_metadata(part).row_group(0)
    columns = [group.column(index) for index in range(group.num_columns)]
    assert {encoding for column in columns for encoding in column.encodings} <= {"PLAIN", "RLE", "RLE_DICTIONARY"}
    assert {column.physical_type for column in columns} == {"BYTE_ARRAY", "INT64"}
    assert {column.compression for column in columns} == {"ZSTD"}


def test_what_the_sandbox_makes_up_is_a_table_too(project: Project) -> None:
    project.control.settings(export_partitions=2)
    completed(project, data())
    assert project.run("exports", "fetch").code == 0
    normalised(project)
    [(rows, identities)] = query(project, "count(*), count(DISTINCT interaction_id)", "")
    assert rows == identities == report(project)["total_records"] > 0


def test_normalising_again_changes_nothing(project: Project) -> None:
    fetched(project, record("a") + "[]\n", record("b"))
    assert normalised(project) == normalised(project)
    before = parts(project.root / "exports")
    normalised(project)
    assert parts(project.root / "exports") == before


@pytest.mark.parametrize("written", ["csv", "jsonl"])
def test_the_table_may_be_text(project: Project, written: str) -> None:
    export = fetched(project, record("a", queueId="q"))
    normalised(project, "--format", written, "--table", "texts")
    [(name, content)] = parts(project.root / "texts").items()
    assert name == f"export_id={export}/part-00000.{written}"
    assert b"2026-09-01T00:00:00.123000Z" in content
    assert report(project)["table"] == [f"part-00000.{written}"]


# What is no record.


def test_what_is_no_record_is_counted_and_kept_with_its_place_and_reason(project: Project) -> None:
    long = record("long", notes="x" * (16 * 1024 * 1024))
    export = fetched(project, record("a") + "{oops}\n" + long + record("b") + '{"interactionId": "c')
    assert "5 record(s), 2 in exports/table, 3 in quarantine" in normalised(project)
    folder = project.root / "exports" / "table" / f"export_id={export}"
    kept = [orjson.loads(line) for line in (folder / "_part-00000.quarantine").read_bytes().splitlines()]
    assert [(each["line"], each["reason"].partition(",")[0]) for each in kept] == [
        (2, "not valid JSON"),
        (3, "longer than 16"),
        (5, "the file ends inside this record"),
    ]
    assert [each.get("text") for each in kept] == ["{oops}", None, '{"interactionId": "c']
    assert report(project)["total_records"] == 5
    assert query(project, "interaction_id") == [("a",), ("b",)]


def test_a_csv_record_is_not_a_line(project: Project) -> None:
    fetched(project, HEADER + row('"a\nb"') + row("c", channel='"x'), format="csv")
    assert "2 record(s), 1 in exports/table, 1 in quarantine" in normalised(project)
    assert query(project, "interaction_id") == [("a\nb",)]


def test_a_csv_without_a_header_is_refused_and_nothing_of_it_is_shown_or_written(project: Project) -> None:
    fetched(project, row("Jane"), format="csv")
    ran = project.run("exports", "normalise")
    assert ran.fails_with(1, "The CSV file has no usable header", "partition_0.csv", "does not name interactionId")
    assert "Jane" not in ran.flat
    assert parts(project.root / "exports" / "table") == {}
    assert report(project)["total_records"] is None


def test_no_bytes_are_no_records_in_json_lines_and_no_header_in_csv(project: Project) -> None:
    fetched(project, b"", record("a"))
    assert "1 record(s), 1 in exports/table" in normalised(project)
    fetched(project, b"", format="csv")
    project.run("exports", "normalise", SEPTEMBER).fails_with(1, "The CSV file has no usable header")


# What it refuses.


def test_a_personal_export_is_no_table(project: Project) -> None:
    completed(project, subject())
    assert project.run("exports", "fetch").code == 0
    ran = project.run("exports", "normalise", SUBJECT)
    assert ran.fails_with(1, "Nothing to normalise", "No data export has been fetched to exports")
    assert not (project.root / "exports" / "table").exists()


def test_what_has_not_been_fetched_is_said(project: Project) -> None:
    completed(project, data())
    assert project.run("exports", "normalise").fails_with(1, "Nothing to normalise", "reconciler exports fetch")


def test_an_export_without_files_is_not_fetched_and_so_no_table(project: Project) -> None:
    completed(project, data())
    project.control.plan_export_files(export_of(project), [])
    assert project.run("exports", "fetch").code == 1
    assert project.run("exports", "normalise").fails_with(1, "Nothing to normalise")


@pytest.mark.parametrize("harm", ["changed", "longer", "gone"])
def test_a_file_that_is_not_the_one_fetched_is_refused(project: Project, harm: str) -> None:
    fetched(project, record("a"), record("b"))
    [file] = (project.root / "exports").glob("september-*/partition_1.jsonl")
    if harm == "gone":
        file.unlink()
    else:
        file.write_text(record("c") if harm == "changed" else record("b") * 2)
    ran = project.run("exports", "normalise")
    summary = "could not be read" if harm == "gone" else "is not the one that was fetched"
    assert ran.fails_with(1, f"An export file {summary}", "partition_1.jsonl", "etch the export again")
    assert parts(project.root / "exports" / "table") == {}
    assert report(project)["total_records"] is None


def test_without_pyarrow_the_line_that_installs_it_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched(project, record("a"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "reconciler.exports.normalising.outputs", raising=False)
    monkeypatch.delattr(normalising, "outputs", raising=False)
    ran = project.run("exports", "normalise")
    assert ran.fails_with(1, "Normalising an export needs pyarrow", "pip install 'reconciler[exports]'")


def test_a_folder_below_a_file_cannot_hold_the_table(project: Project) -> None:
    fetched(project, record("a"))
    (project.root / "file").write_text("mine")
    ran = project.run("exports", "normalise", "--table", "file/table")
    assert ran.fails_with(1, "A normalised file could not be written", os.strerror(20), "choose another folder")
    assert (project.root / "file").read_text() == "mine"
    assert report(project)["total_records"] is None


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB. Only root may have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True)
    if mounting.returncode:
        pytest.skip("mounting a small disk takes root")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_one_clear_error_and_leaves_what_was_there(project: Project, disk: Path) -> None:
    fetched(project, record("a"))
    normalised(project, "--table", disk)
    before = parts(disk)
    fetched(project, "".join(record(os.urandom(40).hex()) for _ in range(5000)), generation=2)
    ran = project.run("exports", "normalise", SEPTEMBER, "--table", disk)
    assert ran.fails_with(1, "A normalised file could not be written", os.strerror(28), "Make room")
    assert parts(disk) == before


def test_a_disk_that_may_only_be_read_is_one_clear_error(project: Project, disk: Path) -> None:
    fetched(project, record("a"))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    ran = project.run("exports", "normalise", "--table", disk)
    assert ran.fails_with(1, "A normalised file could not be written", os.strerror(30))


# One table, not a heap.


def test_another_format_in_the_same_folder_is_refused_and_the_table_stays(project: Project) -> None:
    fetched(project, record("a"))
    normalised(project)
    before = parts(project.root / "exports")
    ran = project.run("exports", "normalise", "--format", "csv")
    assert ran.fails_with(1, "The table is there in another format", "part-00000.parquet", "--table")
    assert parts(project.root / "exports") == before
    normalised(project, "--format", "csv", "--table", "texts")
    assert query(project, "interaction_id") == [("a",)]


def test_an_export_asked_for_again_stands_beside_the_first(project: Project) -> None:
    first = fetched(project, record("a"))
    normalised(project)
    second = fetched(project, record("b"), generation=2)
    normalised(project)
    assert query(project, "export_id, interaction_id") == sorted([(first, "a"), (second, "b")])
