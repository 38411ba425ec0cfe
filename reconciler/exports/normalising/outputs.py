"""Batches into a file of the format asked for. The one module that needs pyarrow: import it where it is used."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from pyarrow import compute as pc

from reconciler.exports.normalising.batch import Batch
from reconciler.exports.normalising.result import COLUMNS, Output

_TIMES: Final = ("start_time", "end_time")

SCHEMA: Final = pa.schema(
    [pa.field(name, pa.timestamp("us", "UTC") if name in _TIMES else pa.string()) for name in COLUMNS]
)
"""The same in every file, whatever is in it: files of one schema are one table to whoever reads them."""

_GROUP_ROWS: Final = 122_880
_GROUP_BYTES: Final = 16 * 1024 * 1024


class Writer(Protocol):
    def add(self, batch: Batch) -> None: ...

    def close(self) -> None:
        """What is left, and whatever ends the file."""
        ...

    def abandon(self) -> None:
        """Write no more, not even when this object goes."""
        ...


class ParquetWriter:
    """Row groups of as many rows as DuckDB makes, or fewer if they are large: they are what is held in memory.

    Microseconds adjusted to UTC, and zstd, which DuckDB, Spark (3.0) and Trino all read. No statistics of the rest: a
    footer is no place for anybody's data.
    """

    def __init__(self, sink: BinaryIO) -> None:
        self._file = pq.ParquetWriter(
            sink,
            SCHEMA,
            version="2.6",
            compression="zstd",
            compression_level=1,
            use_dictionary=["type", "channel"],
            write_statistics=["type", "start_time", "end_time", "channel"],
            store_schema=False,
        )
        self._held: list[Any] = []
        self._rows = self._bytes = 0

    def add(self, batch: Batch) -> None:
        held = _record_batch(batch)
        self._held.append(held)
        self._rows += held.num_rows
        self._bytes += held.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._file.close()

    def abandon(self) -> None:
        self._file.is_open = False

    def _flush(self) -> None:
        self._file.write_table(pa.Table.from_batches(self._held, SCHEMA))
        self._held.clear()
        self._rows = self._bytes = 0


class CsvWriter:
    """RFC 4180 with a header. Text is quoted, null is nothing at all, times are ISO 8601."""

    def __init__(self, sink: BinaryIO) -> None:
        self._file = pa_csv.CSVWriter(sink, pa.schema([(name, pa.string()) for name in COLUMNS]))

    def add(self, batch: Batch) -> None:
        self._file.write_batch(_as_text(batch))

    def close(self) -> None:
        self._file.close()

    def abandon(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.close()


class JsonlWriter:
    """One object a line; the rest is an object in it, its text untouched."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink

    def add(self, batch: Batch) -> None:
        for row in _as_text(batch).to_pylist():
            rest = row["rest"]
            row["rest"] = rest and orjson.Fragment(rest)
            self._sink.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        pass

    def abandon(self) -> None:
        pass


WRITERS: Final[Mapping[Output, type[ParquetWriter] | type[CsvWriter] | type[JsonlWriter]]] = {
    Output.PARQUET: ParquetWriter,
    Output.CSV: CsvWriter,
    Output.JSONL: JsonlWriter,
}


def count_rows(path: Path, output: Output) -> int:
    """How many rows the file on disk has, by its own account."""
    if output is Output.PARQUET:
        return int(pq.read_metadata(path).num_rows)
    if output is Output.CSV:
        with path.open(encoding="utf-8", newline="") as written:
            return sum(1 for _ in csv.reader(written, strict=True)) - 1
    with path.open("rb") as written:
        return sum(1 for _ in written)


def _record_batch(batch: Batch) -> Any:
    columns = batch.columns if batch.columns is not None else _columns(batch)
    return pa.record_batch(
        [column.cast(kind) for column, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA
    )


def _columns(batch: Batch) -> list[Any]:
    # Every reader has checked its text already: as binary it is not checked again.
    rows = zip(*batch.rows, strict=True)
    return [pa.array(column, pa.binary()).view(pa.string()) for column in (*rows, batch.rests)]


def _as_text(batch: Batch) -> Any:
    columns = _record_batch(batch)
    return pa.record_batch(
        [_iso(column) if name in _TIMES else column for name, column in zip(COLUMNS, columns, strict=True)],
        names=list(COLUMNS),
    )


def _iso(times: Any) -> Any:
    """Naive first: then it needs no database of time zones."""
    return pc.strftime(times.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%SZ")
