"""Reading an export's table with DuckDB: one page of records, without ever holding more than the page.

DuckDB gets the files of the one export and nothing else: no other path, no extension, no setting can be reached from a
query, and every value is a parameter.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import duckdb
import orjson

from reconciler.model.values import Json

THREADS: Final = 2
MEMORY: Final = "256MB"
SECONDS: Final = 20.0
"""That one query may take."""
PAGE_BYTES: Final = 16 * 1024 * 1024
"""After which a page is full, however few its records are: one alone may have as many."""

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": THREADS,
    "memory_limit": MEMORY,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_WILD: Final = re.compile(r"[*?\[]")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SELECT: Final = """
    SELECT interaction_id, type, epoch_us(start_time), epoch_us(end_time), channel, rest,
           parse_filename(filename) AS part, file_row_number AS number
    FROM read_parquet($files, hive_partitioning = false, filename = true, file_row_number = true)
    WHERE ($channel IS NULL OR channel = $channel)
      AND ($start IS NULL OR start_time >= CAST($start AS TIMESTAMPTZ))
      AND ($end IS NULL OR start_time < CAST($end AS TIMESTAMPTZ))
      AND {after}
    ORDER BY start_time NULLS LAST, part, number
    LIMIT $limit
"""
_AFTER_NOTHING: Final = "true"
_AFTER_A_TIME: Final = """(
    start_time IS NULL OR start_time > CAST($time AS TIMESTAMPTZ)
    OR start_time = CAST($time AS TIMESTAMPTZ) AND (part, number) > ($part, $number))"""
_AFTER_NO_TIME: Final = "start_time IS NULL AND (part, number) > ($part, $number)"


class TableMissing(Exception):
    """A file of the table is not where it should be."""


class TableDamaged(Exception):
    """The table's files are not what normalising writes."""


class TooLarge(Exception):
    """The query took longer, or more memory, than it may."""


@dataclass(frozen=True, slots=True)
class Place:
    """One record's place in the order: its start time, its file and its row there. No two records share one."""

    time: datetime | None
    part: str
    number: int


@dataclass(frozen=True, slots=True)
class Question:
    """Records of `channel` that began from `start`, included, to `end`, not included; at most `limit` after `after`."""

    channel: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 100
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Records as JSON objects, as many as were asked for unless they are large, and the place of the last where there
    are more."""

    records: Sequence[dict[str, Json]]
    last: Place | None


def read_records(table: Path, export_id: str, parts: Sequence[str], question: Question) -> Answer:
    """From the files `parts` of the export's folder. Raises TableMissing, TableDamaged, TooLarge."""
    folder = table.absolute() / f"export_id={quote(export_id, safe='')}"
    files = [str(folder / part) for part in parts]
    if not files:
        return Answer((), None)
    if not all(Path(file).is_file() for file in files):
        raise TableMissing
    with _locked_down(files) as connection, _limited(connection):
        rows, is_last = _page(_executed(connection, files, question), question.limit)
        return Answer([_record(row) for row in rows], None if is_last else _place(rows[-1]))


def _executed(connection: duckdb.DuckDBPyConnection, files: list[str], question: Question) -> duckdb.DuckDBPyConnection:
    after = question.after
    values: dict[str, Any] = {
        "files": list(map(_literally, files)),
        "channel": question.channel,
        "start": question.start and question.start.isoformat(),
        "end": question.end and question.end.isoformat(),
        "limit": question.limit + 1,  # one more says whether there is another page
    }
    condition = _AFTER_NOTHING
    if after is not None:
        condition = _AFTER_NO_TIME if after.time is None else _AFTER_A_TIME
        values |= {"part": after.part, "number": after.number}
        values |= {"time": after.time.isoformat()} if after.time else {}
    return connection.execute(_SELECT.format(after=condition), values)


def _page(result: duckdb.DuckDBPyConnection, limit: int) -> tuple[list[Any], bool]:
    """Rows until there are enough of them, or of their bytes; and whether nothing comes after them."""
    rows: list[Any] = []
    size = 0
    while (row := result.fetchone()) is not None:
        if len(rows) == limit or size > PAGE_BYTES:
            return rows, False
        rows.append(row)
        size += len(row[5] or "")
    return rows, True


@contextmanager
def _locked_down(files: list[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=_CONFIG) as connection:
        connection.execute("SET allowed_paths = ?", [[*files, *map(_literally, files)]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def _literally(file: str) -> str:
    """A path as a pattern that nothing else matches: DuckDB takes every path for a pattern."""
    return _WILD.sub(r"[\g<0>]", file)


@contextmanager
def _limited(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    timer = threading.Timer(SECONDS, connection.interrupt)
    timer.start()
    try:
        yield
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise TooLarge from None
    except (duckdb.Error, TypeError, ValueError):
        raise TableDamaged from None
    finally:
        timer.cancel()
        timer.join()


def _record(row: Sequence[Any]) -> dict[str, Json]:
    identity, kind, start, end, channel, rest, _, _ = row
    if rest is not None:
        orjson.loads(rest)  # whoever reads the answer must be able to
    return {
        "interaction_id": identity,
        "type": kind,
        "start_time": _spelled(start),
        "end_time": _spelled(end),
        "channel": channel,
        "rest": None if rest is None else orjson.Fragment(rest),
    }


def _place(row: Sequence[Any]) -> Place:
    return Place(None if row[2] is None else _moment(row[2]), row[6], row[7])


def _spelled(microseconds: int | None) -> str | None:
    """RFC 3339, UTC, as exact as it is known."""
    return None if microseconds is None else _moment(microseconds).isoformat().replace("+00:00", "Z")


def _moment(microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise ValueError(microseconds) from None
