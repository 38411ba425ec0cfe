"""Laws: the counts add up, every row is what a plain reading makes of its line, every other line is kept byte for byte,
and where the blocks end makes no difference."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.exports.normalising import SourceFormat
from tests.exports.test_normalise import GOOD, Done, done, raw

pytestmark = pytest.mark.long

OURS = ("interactionId", "type", "startTimestamp", "endTimestamp", "channel")
FIELDS = (*OURS[:4], "channelType")

times = st.sampled_from(
    (
        *("2023-10-01T00:00:00Z", "2024-02-29T23:59:59.9+00:00", "2023-02-29T00:00:00Z", "2023-10-01T02:00:00+02:00"),
        *("2023-12-31T23:59:59.123456Z", "2023-10-01 00:00:00", "no", "1969-12-31T23:59:59.999999Z"),
    )
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=5)
blanks = st.sampled_from(["", "", "", " ", "\t"])
values = st.recursive(
    st.sampled_from(["null", "true", "1", "-0", "1.50", "12345678901234567890123", "1E-7"]) | texts.map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(inner, max_size=2).map(lambda items: "{" + ",".join(f'"k":{item}' for item in items) + "}")
    ),
    max_leaves=4,
)
MEMBERS = {
    "interactionId": texts.map(json.dumps) | st.just('"id"'),
    "type": st.sampled_from(['"chat"', "null", '"\\u00fc"', '"ü"']),
    "startTimestamp": times.map(json.dumps) | st.just("null"),
    "endTimestamp": times.map(json.dumps) | st.just("null"),
    "channel": st.sampled_from(['{"type":"web"}', "{}", "null", '{"type": null }', '{"type":"web","id":1}']),
}


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Text of an object: mostly as exports write it, and now and then in another order, twice, or of another type."""
    names = list(OURS) if draw(st.booleans()) else draw(st.permutations(OURS))[: draw(st.integers(0, 5))]
    names = [*names, *draw(st.lists(st.sampled_from(["x", "y", "\\u0078", "interactionid"]), max_size=2))]
    if draw(st.integers(0, 4)) == 0:
        names = draw(st.permutations(names))
    if draw(st.integers(0, 9)) == 0:
        names = [*names, draw(st.sampled_from(OURS))]
    members = []
    for name in names:
        is_odd = name not in MEMBERS or draw(st.integers(0, 19)) == 0
        members.append(f'"{name}"{draw(blanks)}:{draw(blanks)}{draw(values if is_odd else MEMBERS[name])}')
    return (draw(blanks) + "{" + f"{draw(blanks)},{draw(blanks)}".join(members) + "}" + draw(blanks)).encode()


garbage = st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")) | records().map(lambda line: line[:-3])
lines = st.lists(st.just(GOOD) | records() | records() | garbage, max_size=8)
endings = st.sampled_from([b"", b"\n"])


@settings(deadline=None, max_examples=120)
@given(lines, endings, st.integers(1, 90))
def test_any_lines_are_rows_or_quarantined_as_a_plain_reading_says(
    lines: list[bytes], ending: bytes, block_size: int
) -> None:
    _check_jsonl(lines, ending, block_size)


@pytest.mark.long
@settings(deadline=None, max_examples=3000)
@given(lines, endings, st.integers(1, 90))
def test_many_lines_are_rows_or_quarantined_as_a_plain_reading_says(
    lines: list[bytes], ending: bytes, block_size: int
) -> None:
    _check_jsonl(lines, ending, block_size)


def _check_jsonl(lines: list[bytes], ending: bytes, block_size: int) -> None:
    data = b"\n".join(lines) + ending
    found = _done(data, SourceFormat.JSONL, block_size)
    body = data.removeprefix(b"\xef\xbb\xbf")
    held = body.removesuffix(b"\n").split(b"\n") if body else []
    expected = [(line, _plain(line)) for line in held if line.strip(b" \t\r")]
    assert [_readable(row) for row in found.rows] == [row for _, row in expected if row]
    assert [raw(entry, data) for entry in found.quarantined] == [line for line, row in expected if not row]
    assert all(held[entry["line"] - 1] == raw(entry, data) for entry in found.quarantined)
    assert found.result.records == found.result.normalised + found.result.quarantined == len(expected)
    assert found.result.blank_lines == len(held) - len(expected)


def _done(data: bytes, source_format: SourceFormat, block_size: int) -> Done:
    with tempfile.TemporaryDirectory() as folder:
        return done(Path(folder), data, source_format, block_size=block_size, largest_record=10_000)


class Pairs(list[Any]):
    """An object as it is written: in order, with what is there twice."""


def _exact(text: bytes | str) -> Any:
    def number(digits: str) -> tuple[str, str]:
        if math.isinf(float(digits)):
            raise ValueError
        return ("number", digits)

    def constant(_: str) -> Any:
        raise ValueError

    return json.loads(text, object_pairs_hook=Pairs, parse_int=number, parse_float=number, parse_constant=constant)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"rest": _exact(row["rest"]) if row["rest"] else None}


def _plain(line: bytes) -> dict[str, Any] | None:
    """The row that the contract makes of a line, None if it makes none. Slow, and with nothing of ours."""
    try:
        pairs = _exact(line.decode().strip(" \t\r"))
        json.dumps(pairs, ensure_ascii=False).encode()
    except ValueError:
        return None
    names = [name for name, _ in pairs] if isinstance(pairs, Pairs) else []
    members = dict(pairs) if isinstance(pairs, Pairs) else {}
    if not members.get("interactionId") or any(names.count(name) > 1 for name in OURS):
        return None
    if not all(isinstance(members.get(name), str | None) for name in OURS[:4]):
        return None
    channel = members.get("channel")
    if not isinstance(channel, Pairs | None):
        return None
    kind = dict(channel or []).get("type")
    if not isinstance(kind, str | None):
        return None
    try:
        start, end = (_moment(members.get(name)) for name in OURS[2:4])
    except ValueError:
        return None
    said = {"interactionId", "type"}
    said |= {name for name in OURS[2:4] if _says_no_more(members.get(name))}
    said |= {"channel"} if not dict(channel or []).keys() - {"type"} else set()
    return {
        "interaction_id": members["interactionId"],
        "type": members.get("type"),
        "start_time": start,
        "end_time": end,
        "channel": kind,
        "rest": Pairs((name, value) for name, value in pairs if name not in said) or None,
    }


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    if len(text) < 16:
        raise ValueError
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _says_no_more(text: str | None) -> bool:
    return text is None or text.endswith(("Z", "+00:00"))


cells = texts | times | st.sampled_from(["", 'say "hi"', "a,b", "two\nlines", "c\r\nd"])


@settings(deadline=None, max_examples=120)
@given(
    st.permutations([*FIELDS, "x", 'y"']),
    st.lists(st.tuples(texts, st.just(""), times | st.just(""), times | st.just(""), cells, cells, cells), max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 90) | st.just(1 << 20),
    st.sampled_from([1, 1, 300]),
)
def test_any_csv_is_read_as_the_csv_module_reads_it(
    order: list[str], cells: list[tuple[str, ...]], ending: str, block_size: int, times: int
) -> None:
    cells = cells * times  # Many records are read another way than few.
    written = io.StringIO()
    # The module's writer leaves a lone carriage return unquoted, which nobody can read again.
    quoting = csv.QUOTE_ALL if any("\r" in cell for row in cells for cell in row) else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(written, order, lineterminator=ending, quoting=quoting)
    writer.writeheader()
    names = (*FIELDS, "x", 'y"')
    writer.writerows(dict(zip(names, row, strict=True)) for row in cells)
    data = written.getvalue().encode()
    found = _done(data, SourceFormat.CSV, block_size)
    plain = [(row, _plain_csv(dict(zip(names, row, strict=True)))) for row in cells]
    assert [row | {"rest": json.loads(row["rest"])} for row in found.rows] == [row for _, row in plain if row]
    kept = [next(csv.reader([raw(entry, data).decode()])) for entry in found.quarantined]
    assert kept == [[dict(zip(names, row, strict=True))[name] for name in order] for row, made in plain if not made]
    assert found.result.records == found.result.normalised + found.result.quarantined == len(cells)


def _plain_csv(fields: dict[str, str]) -> dict[str, Any] | None:
    if not fields["interactionId"]:
        return None
    try:
        start, end = (_moment(fields[name] or None) for name in OURS[2:4])
    except ValueError:
        return None
    others = ["x", 'y"'] + [name for name in OURS[2:4] if not _says_no_more(fields[name] or None)]
    return {
        "interaction_id": fields["interactionId"],
        "type": fields["type"] or None,
        "start_time": start,
        "end_time": end,
        "channel": fields["channelType"] or None,
        "rest": {name: fields[name] for name in others},
    }


csv_bytes = st.lists(st.sampled_from([b",", b'"', b"\n", b"\r", b"a", b"\xff", b",,,,", b"i,,,,\n"]), max_size=30)


@settings(deadline=None, max_examples=120)
@given(csv_bytes, st.integers(1, 40), st.integers(58, 90) | st.just(5000), st.sampled_from([1, 300]))
def test_in_any_bytes_as_csv_nothing_is_lost_and_blocks_make_no_difference(
    pieces: list[bytes], block_size: int, largest: int, times: int
) -> None:
    body = b"".join(pieces) * times
    data = ",".join(FIELDS).encode() + b"\n" + body
    with tempfile.TemporaryDirectory() as folder:
        small, large = (
            done(Path(folder), data, SourceFormat.CSV, block_size=size, largest_record=largest)
            for size in (block_size, 1 << 20)
        )
    assert (small.rows, small.quarantined) == (large.rows, large.quarantined)
    assert small.result.records == small.result.normalised + small.result.quarantined
    seen = sum(entry["length"] + 1 for entry in small.quarantined) + small.result.blank_lines
    assert seen <= len(data)
