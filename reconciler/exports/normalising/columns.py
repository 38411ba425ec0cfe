"""Many CSV records as columns at once. Takes only text in which no record is unusual, and says so of any other: what is
unusual about it is for somebody slower to find out. Needs pyarrow: import it where it is used."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
from pyarrow import compute as pc

from reconciler.exports.normalising.batch import Batch
from reconciler.exports.normalising.header import Header
from reconciler.exports.normalising.instant import EXACT

_TIMES: Final = pa.timestamp("us", "UTC")
_YEAR_1: Final = pa.scalar(-62_135_596_800_000_000, pa.int64()).cast(_TIMES)
_SHORTEST_TIME: Final = len("2023-10-01T00:00:00Z")

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FIRST_PLAIN: Final = ord(" ")


def read_columns(text: bytes, header: Header) -> Batch | None:
    """Whole, strictly quoted records. None where there is a blank line, a record of another length than the header's,
    one without identity, bytes that are not UTF-8, or a time that is not plainly exact."""
    try:
        fields = _parsed(text, header)
    except pa.ArrowInvalid:
        return None
    identity, kind, start, end, channel = (fields[index] for index in header.ours)
    if not _shortest(identity):
        return None
    started, ended = _times(start), _times(end)
    if started is None or ended is None:
        return None
    rest = _rest([(header.names[index], fields[index]) for index in header.others], len(identity))
    # The records are counted by their line breaks, not by the rows that were made of them.
    records = text.count(b"\n") - sum(map(_line_breaks, fields))
    return Batch(columns=[identity, _nullable(kind), started, ended, _nullable(channel), rest], records=records)


def _parsed(text: bytes, header: Header) -> list[Any]:
    """A blank line is a record whose fields are empty: without identity, and so none of the usual."""
    names = list(map(str, range(len(header.names))))
    table = pa_csv.read_csv(
        pa.BufferReader(text),
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=names),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=not text.isascii()
        ),
    )
    return [column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in table.columns]


def _shortest(texts: Any) -> int:
    return int(pc.min(pc.binary_length(texts)).as_py())


def _nullable(texts: Any) -> Any:
    return texts if _shortest(texts) else pc.if_else(pc.equal(texts, ""), None, texts)


def _times(texts: Any) -> Any | None:
    """As instants; None where not every one that is there is plainly exact."""
    said = _nullable(texts)
    if not _are_plain(said) and not pc.all(pc.match_substring_regex(said, f"^(?:{EXACT})$")).as_py():
        return None
    try:
        times = said.cast(_TIMES)
    except pa.ArrowInvalid:
        return None
    earliest = pc.min(times)
    return None if earliest.is_valid and pc.less(earliest, _YEAR_1).as_py() else times


def _are_plain(texts: Any) -> bool:
    """Whether all end in Z and have a T after the day, and are long enough for seconds. What the cast then takes is
    exact: it knows the calendar, and no more than six digits of a second. Null where there are none: then all are."""
    shortest = pc.min(pc.binary_length(texts)).as_py() or _SHORTEST_TIME
    return bool(
        shortest >= _SHORTEST_TIME
        and pc.all(pc.ends_with(texts, "Z")).as_py() is not False
        and pc.all(pc.equal(pc.find_substring(texts, "T"), len("2023-10-01"))).as_py() is not False
    )


def _rest(others: list[tuple[str, Any]], rows: int) -> Any:
    """Objects of text members, as JSON, put together column by column."""
    if not others:
        return pa.nulls(rows, pa.string())
    parts: list[Any] = []
    before = "{"
    for name, texts in others:
        parts += [f'{before}{orjson.dumps(name).decode()}:"', _escaped(texts)]
        before = '",'
    return pc.binary_join_element_wise(*parts, '"}', "")


def _escaped(texts: Any) -> Any:
    held = _bytes(texts)
    controls = _controls(held)
    if not controls.issubset(_ESCAPES):
        return pa.array([orjson.dumps(value)[1:-1] for value in texts.to_pylist()], pa.string())
    for character, escape in _ESCAPES.items():
        if character in controls or (character >= " " and _count(held, character)):
            texts = pc.replace_substring(texts, character, escape)
    return texts


def _line_breaks(texts: Any) -> int:
    held = _bytes(texts)
    return _count(held, "\n") if _controls(held) else 0


def _controls(held: Any) -> set[str]:
    """The control characters among the bytes. Nearly always none, which the least of them says at once."""
    least = pc.min(held).as_py()
    if least is None or least >= _FIRST_PLAIN:
        return set()
    return set(map(chr, pc.unique(held.filter(pc.less(held, _FIRST_PLAIN))).to_pylist()))


def _count(held: Any, character: str) -> int:
    return int(pc.sum(pc.equal(held, pa.scalar(ord(character), pa.uint8()))).as_py() or 0)


def _bytes(texts: Any) -> Any:
    """All of a column's bytes, as numbers, in no memory of their own."""
    _, offsets, held = texts.buffers()
    if held is None:
        return pa.array([], pa.uint8())
    ends = pa.Array.from_buffers(pa.int32(), len(texts) + 1, [None, offsets], offset=texts.offset)
    first, last = ends[0].as_py(), ends[-1].as_py()
    return pa.Array.from_buffers(pa.uint8(), last - first, [None, held], offset=first)
