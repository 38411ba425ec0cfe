"""Many CSV records as columns at once. Takes only text in which no record is unusual, and says so of any other: what is
unusual about it is for somebody slower to find out. Needs pyarrow: import it where it is used."""

from __future__ import annotations

from typing import Any

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
from pyarrow import compute as pc

from reconciler.exports.normalising.header import Header
from reconciler.exports.normalising.instant import EXACT

_BLANK_LINES = (b"\n\n", b"\n\r\n")
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def read_columns(text: bytes, header: Header) -> list[Any] | None:
    """The text columns of whole, strictly quoted records (`Batch.columns`). None where there may be a blank line, a
    record of another length than the header's, one without identity, bytes that are not UTF-8, or a time that is not
    plainly exact."""
    if text.startswith((b"\n", b"\r\n")) or any(blank in text for blank in _BLANK_LINES):
        return None
    try:
        table = _parsed(text, header)
    except pa.ArrowInvalid:
        return None
    fields = [column.combine_chunks() for column in table.columns]
    identity, kind, start, end, channel = (fields[index] for index in header.ours)
    if pc.any(pc.equal(identity, "")).as_py():
        return None
    if not all(pc.all(pc.match_substring_regex(times, f"^(?:{EXACT})?$")).as_py() for times in (start, end)):
        return None
    ours = [identity, *map(_nullable, (kind, start, end, channel))]
    return [*ours, _rest([(header.names[index], fields[index]) for index in header.others], len(identity))]


def _parsed(text: bytes, header: Header) -> Any:
    return pa_csv.read_csv(
        pa.BufferReader(text),
        read_options=pa_csv.ReadOptions(
            use_threads=False, block_size=len(text) + 1, column_names=list(map(str, range(len(header.names))))
        ),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types={str(index): pa.string() for index in range(len(header.names))}, strings_can_be_null=False
        ),
    )


def _nullable(column: Any) -> Any:
    return pc.if_else(pc.equal(column, ""), None, column)


def _rest(others: list[tuple[str, Any]], rows: int) -> Any:
    """Objects of text members, as JSON, put together column by column."""
    if not others:
        return pa.nulls(rows, pa.string())
    parts: list[Any] = []
    for name, column in others:
        parts += [f'{"," if parts else "{"}{orjson.dumps(name).decode()}:"', _escaped(column), '"']
    return pc.binary_join_element_wise(*parts, "}", "")


def _escaped(column: Any) -> Any:
    if not pc.any(pc.match_substring_regex(column, r'["\\\x00-\x1f]')).as_py():
        return column
    if pc.any(pc.match_substring_regex(column, r"[\x00-\x08\x0b\x0c\x0e-\x1f]")).as_py():
        return pa.array([orjson.dumps(value)[1:-1] for value in column.to_pylist()], pa.string())
    for character, escape in _ESCAPES:
        column = pc.replace_substring(column, character, escape)
    return column
