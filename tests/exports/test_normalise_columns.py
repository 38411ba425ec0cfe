"""CSV as columns: what is read all at once is what would be read one by one, and all else is left to that."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.exports.normalising import SourceFormat
from reconciler.exports.normalising.columns import read_columns
from reconciler.exports.normalising.delimited import csv_records
from reconciler.exports.normalising.header import FIELDS, read_header
from reconciler.exports.normalising.instant import instant
from reconciler.exports.normalising.lines import Lines
from reconciler.exports.normalising.quoting import end_of_quoted
from tests.exports.test_normalise import HEADER, START, done

HEAD = read_header([*FIELDS, "note"], "here")
pieces = st.lists(
    st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"a", b'"a"', b',"b\nc",', b'"d""e"\n', b'x"']), max_size=25
)


def line(*, identity: str = "i", start: str = START, note: str = "") -> bytes:
    return f"{identity},chat,{start},,web,{note}\n".encode()


def are_columns(*records: bytes) -> bool:
    return read_columns(b"".join(records), HEAD) is not None


@settings(deadline=None, max_examples=400)
@given(pieces, st.sampled_from([b"", b"i,j\n"]))
def test_where_records_end_by_their_marks_is_where_they_end_one_by_one(pieces: list[bytes], before: bytes) -> None:
    body = b"".join(pieces)
    found = list(csv_records([Lines(1, 0, body)], largest=1 << 20))  # Too little for the marks to be looked at.
    whole = 0
    for piece in found:
        if not hasattr(piece, "text") or piece.offset != whole:
            break
        whole += len(piece.text)
    end = end_of_quoted(before + body + b"\n", len(before))
    has_rejects = any(hasattr(piece, "reason") for piece in found)
    assert end is not None or has_rejects
    if end is not None:
        assert end - len(before) <= whole
        assert end - len(before) == whole or has_rejects


def test_a_field_that_is_open_at_the_end_leaves_its_record_to_the_next_block() -> None:
    text = b'a,"x\ny",z\nb,"p\nq","r\ns""\nt\n'
    assert end_of_quoted(text, 0) == len(b'a,"x\ny",z\n')
    assert end_of_quoted(b'"never\n', 0) == 0


@pytest.mark.parametrize("text", [b'5" by 6"\n', b'a,"b"c\n', b'a,b"c"\n', b'"a" ,b\n', b'a, "b"\n', b'"a"b""c\n'])
def test_a_mark_where_none_may_be_is_seen(text: bytes) -> None:
    assert end_of_quoted(text, 0) is None


dates = st.datetimes().map(datetime.isoformat)
times = st.one_of(
    dates.map("{}Z".format),
    st.from_regex(r"\A(0000|0001|2023|2024|9999)-(02-(28|29|30)|13-01|06-31)[T ]2[34]:59(:(59|60)(\.[0-9]{0,8})?)?Z\Z"),
    st.sampled_from(
        ["", "Z", "2023-10-01Z", "2023-10-01T00Z", "2023-10-01T00:00:00+00:00", "2023-10-01T00:00:00+01:00"]
    ),
)


@settings(deadline=None, max_examples=400)
@given(times)
def test_a_time_that_is_read_as_a_column_is_the_instant_that_its_text_says_in_full(text: str) -> None:
    batch = read_columns(line(start=text), HEAD)
    try:
        said, is_exact = instant(text)
    except ValueError:
        assert batch is None or not text
        return
    if batch is None:
        assert not is_exact or "T" not in text or len(text) < len("2023-10-01T00:00:00Z")
        return
    assert is_exact
    assert batch.columns is not None
    assert batch.columns[2].cast(pa.timestamp("us"))[0].as_py() == datetime.fromisoformat(said).replace(tzinfo=None)


@pytest.mark.parametrize("text", ["2024-02-29T00:00:00.5Z", f"{START[:19]}+0000", f"{START[:19]}-00:00", ""])
def test_leap_days_and_zones_that_are_utc_stay_in_columns(text: str) -> None:
    assert are_columns(line(), line(start=text))


@pytest.mark.parametrize(
    "unusual",
    [
        b"\n",
        b"\r\n",
        b",,,,,\n",
        line(identity='""'),
        b"i,chat\n",
        b"i,chat,,,web,x,y\n",
        line()[:-1] + b"\xff\n",
        line(start="2023-10-01T02:00:00+02:00"),
        line(start="0000-01-01T00:00:00Z"),
        line(start="2023-10-01 00:00:00Z"),
    ],
)
def test_one_unusual_record_is_left_to_somebody_slower_with_all_the_others(unusual: bytes) -> None:
    assert are_columns(line(), line())
    assert not are_columns(line(), unusual, line())


@pytest.mark.parametrize("character", [*map(chr, range(32)), "\x7f", '"', "\\", "ü", "\U0001f600"])
def test_every_character_comes_back_out_of_the_rest(tmp_path: Path, character: str) -> None:
    note = f"a{character}b{character}"
    quoted = note.replace('"', '""')
    data = HEADER + b",note\n" + f'i,,,,,"{quoted}"\n'.encode() * 1000
    rows = done(tmp_path, data, SourceFormat.CSV).rows
    assert [json.loads(row["rest"]) for row in rows] == [{"note": note}] * 1000


def test_records_are_counted_by_their_line_breaks_whatever_is_made_of_them() -> None:
    batch = read_columns(line(note='"x\ny"') + line() + line(note='"\r\n\n"'), HEAD)
    assert batch is not None
    assert batch.records == 3
