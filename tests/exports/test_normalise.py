"""One file: what becomes of a record, and of what is none."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from reconciler.exports.normalising import COLUMNS, Normalised, Output, Progress, Request, SourceFormat, normalise

HEADER = b"interactionId,type,startTimestamp,endTimestamp,channelType"
START = "2023-10-01T00:00:00.123Z"
STARTED = datetime(2023, 10, 1, microsecond=123_000, tzinfo=UTC)
GOOD = b'{"interactionId":"i","type":"chat","startTimestamp":"%b","endTimestamp":null,"channel":{"type":"web"}}' % (
    START.encode()
)


@dataclass(frozen=True)
class Done:
    result: Normalised
    rows: list[dict[str, Any]]
    quarantined: list[dict[str, Any]]

    @property
    def row(self) -> dict[str, Any]:
        (row,) = self.rows
        return row

    @property
    def reason(self) -> str:
        (entry,) = self.quarantined
        return str(entry["reason"])


def request(folder: Path, data: bytes, source_format: SourceFormat = SourceFormat.JSONL, **others: Any) -> Request:
    folder.mkdir(exist_ok=True)
    source = folder / f"source.{source_format}"
    source.write_bytes(data)
    output = others.get("output", Output.PARQUET)
    return Request(source, source_format, folder / "out" / f"rows.{output}", folder / "out" / "_rejects", **others)


def done(folder: Path, data: bytes, source_format: SourceFormat = SourceFormat.JSONL, **others: Any) -> Done:
    result = normalise(request(folder, data, source_format, **others), emit=lambda _: None)
    kept = result.quarantine.read_bytes().splitlines() if result.quarantine else []
    rows = pq.read_table(result.target).to_pylist() if result.output is Output.PARQUET else []
    return Done(result, rows, [json.loads(line) for line in kept])


def record(**members: Any) -> bytes:
    return json.dumps({"interactionId": "i", **members}).encode() + b"\n"


def raw(entry: Mapping[str, Any], source: bytes) -> bytes:
    """The quarantined record's bytes, from the entry if it has them, and always the ones at its place."""
    held = entry["text"].encode() if "text" in entry else base64.b64decode(entry.get("base64", ""))
    there = source[entry["offset"] : entry["offset"] + entry["length"]]
    assert held == there or not {"text", "base64"} & entry.keys()
    return there


def test_a_record_becomes_typed_columns(tmp_path: Path) -> None:
    found = done(tmp_path, GOOD + b"\n")
    assert found.row == {
        "interaction_id": "i",
        "type": "chat",
        "start_time": STARTED,
        "end_time": None,
        "channel": "web",
        "rest": None,
    }


def test_the_result_says_what_was_read_and_written(tmp_path: Path) -> None:
    data = GOOD + b"\n\n[]\n" + GOOD
    result = done(tmp_path, data).result
    assert (result.records, result.normalised, result.quarantined, result.blank_lines) == (3, 2, 1, 1)
    assert (result.bytes_read, result.source_sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (result.size, result.sha256) == (
        result.target.stat().st_size,
        hashlib.sha256(result.target.read_bytes()).hexdigest(),
    )
    assert result.columns == COLUMNS


@pytest.mark.parametrize(
    "rest",
    [
        '{"n":123456789012345678901234567890}',
        '{"n":0.1000000000000000055511151231257827,"m":1.0,"e":1E2}',
        '{"a":1,"a":2}',
        '{"z":[{"]":"}"}],"a":"\\"}"}',
        '{"interactionid":"I","nested":{"type":"x","interactionId":"y"}}',
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_rest_keeps_its_text(tmp_path: Path, rest: str, is_first: bool) -> None:
    ours, others = '"interactionId":"i","type":"chat"', rest[1:-1]
    line = "{" + (f"{ours},{others}" if is_first else f"{others},{ours}") + "}"
    row = done(tmp_path, line.encode()).row
    assert (row["interaction_id"], row["type"], row["rest"]) == ("i", "chat", rest)


@pytest.mark.parametrize(
    ("channel", "kind", "rest"),
    [
        ({"type": "web"}, "web", None),
        ({}, None, None),
        ({"type": None}, None, None),
        (None, None, None),
        ({"type": "web", "id": 1}, "web", {"channel": {"type": "web", "id": 1}}),
        ({"type": "Ü\n"}, "Ü\n", None),
    ],
)
def test_a_channel_leaves_the_rest_if_its_type_is_all_of_it(
    tmp_path: Path, channel: Any, kind: str | None, rest: Any
) -> None:
    row = done(tmp_path, record(channel=channel)).row
    assert (row["channel"], row["rest"] and json.loads(row["rest"])) == (kind, rest)


@pytest.mark.parametrize(
    ("text", "expected", "is_kept"),
    [
        ("2023-10-01T00:00:00Z", datetime(2023, 10, 1, tzinfo=UTC), False),
        ("2023-10-01T00:00:00.1+0000", datetime(2023, 10, 1, 0, 0, 0, 100_000, UTC), False),
        ("2023-10-01T00:00:00.123456-00:00", datetime(2023, 10, 1, 0, 0, 0, 123_456, UTC), False),
        ("2023-10-01t00:00z", datetime(2023, 10, 1, tzinfo=UTC), False),
        ("20231001T000000Z", datetime(2023, 10, 1, tzinfo=UTC), False),
        ("2023-10-01T00:00:00.123000000Z", STARTED, False),
        ("2023-10-01T00:00:00.123000001Z", STARTED, True),
        ("2023-10-01T02:00:00.123+02:00", STARTED, True),
        ("2023-09-30 18:30:00,123-0530", STARTED, True),
        ("2023-10-01T00:00:00.123", STARTED, True),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC), False),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC), False),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC), False),
    ],
)
def test_a_time_is_an_instant_and_its_text_is_kept_if_it_said_more(
    tmp_path: Path, text: str, expected: datetime, is_kept: bool
) -> None:
    row = done(tmp_path, record(startTimestamp=text)).row
    assert row["start_time"] == expected
    assert row["rest"] == (json.dumps({"startTimestamp": text}) if is_kept else None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2023-02-29T00:00:00Z", "2023-10-01", "2023-10-01T24:00:00Z", "2023-10-01T23:59:60Z"),
        *("2023-13-01T00:00:00Z", "2023-04-31T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00"),
        *("2023-10-01T00:00:00+01:60", "2023-10-01T00:00:00+24:00", "２023-10-01T00:00:00Z", "2023-10-01T00:00:00Z\n"),
    ],
)
def test_a_time_that_is_none_is_quarantined(tmp_path: Path, text: str) -> None:
    assert done(tmp_path, record(endTimestamp=text)).reason == "endTimestamp is not an ISO 8601 date and time"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not valid JSON"),
        (GOOD[:-1] + b",}", "not valid JSON"),
        (GOOD + GOOD, "not valid JSON"),
        (GOOD[:-1] + b',"x":NaN}', "not valid JSON"),
        (GOOD[:-1] + b',"x":1e999}', "not valid JSON"),
        (GOOD[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not valid JSON"),
        (b'{"interactionId":"a\0"}', "contains a NUL byte"),
        (b'{"interactionId":"\xff"}', "not valid UTF-8"),
        (GOOD[:-1] + b',"x":"\xed\xa0\x80"}', "not valid UTF-8"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b'{"type":"chat"}', "interactionId is missing or empty"),
        (b'{"interactionId":""}', "interactionId is missing or empty"),
        (b'{"interactionId":7}', "interactionId is not text"),
        (GOOD[:-1] + b',"interactionId":"i"}', "interactionId appears twice"),
        (b'{"interactionId":"a","\\u0069nteractionId":"b"}', "interactionId appears twice"),
        (b'{"interactionId":"a","type":5}', "type is not text"),
        (b'{"interactionId":"a","startTimestamp":1696118400}', "startTimestamp is not text"),
        (b'{"interactionId":"a","channel":"web"}', "channel is not an object"),
        (b'{"interactionId":"a","channel":{"type":[]}}', "channel.type is not text"),
    ],
)
def test_a_malformed_line_is_quarantined_whole_with_its_number_and_reason(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    data = GOOD + b"\n\n" + line + b"\n" + GOOD + b"\n"
    found = done(tmp_path, data)
    assert len(found.rows) == 2
    assert found.reason.startswith(reason)
    assert found.quarantined[0]["line"] == 3
    assert raw(found.quarantined[0], data) == line


def test_nesting_that_the_parser_accepts_is_kept(tmp_path: Path) -> None:
    deep = b"[" * 1000 + b"]" * 1000
    data = b'{"x":' + deep + b',"interactionId":"i"}\n' + b'{"interactionId":"i","x":' + deep + b"}"
    assert [row["rest"] for row in done(tmp_path, data).rows] == ['{"x":' + deep.decode() + "}"] * 2


def test_a_byte_order_mark_line_endings_and_blanks_change_nothing(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + GOOD + b"\r\n \t\r\n  " + GOOD + b" \r\n\r\n"
    found = done(tmp_path, data)
    assert (len(found.rows), found.result.blank_lines, found.result.quarantined) == (2, 2, 0)
    assert found.rows[0] == found.rows[1]


def test_a_last_line_without_line_break_is_a_record_if_it_is_whole(tmp_path: Path) -> None:
    assert len(done(tmp_path, GOOD + b"\n" + GOOD).rows) == 2


def test_a_last_line_that_breaks_off_is_truncated(tmp_path: Path) -> None:
    data = GOOD + b"\n" + '{"interactionId":"ü'.encode()[:-1]
    found = done(tmp_path, data)
    assert found.reason == "the file ends inside this record"
    assert raw(found.quarantined[0], data) == b'{"interactionId":"\xc3'


@pytest.mark.parametrize("block_size", [7, 100, 1 << 20])
@pytest.mark.parametrize("ending", [b"\n" + GOOD, b"\n", b""])
def test_a_line_that_is_too_long_is_quarantined_by_its_place(tmp_path: Path, block_size: int, ending: bytes) -> None:
    long = GOOD[:-1] + b',"x":"' + b"." * 1000 + b'"}'
    data = GOOD + b"\n" + long + ending
    found = done(tmp_path, data, block_size=block_size, largest_record=200)
    (entry,) = found.quarantined
    assert entry.keys() == {"line", "reason", "offset", "length"}
    assert (entry["line"], entry["reason"][:21]) == (2, "longer than 200 bytes")
    assert raw(entry, data) == long


def test_no_bytes_are_no_records(tmp_path: Path) -> None:
    found = done(tmp_path, b"")
    assert (found.rows, found.result.records, found.result.quarantine) == ([], 0, None)
    assert done(tmp_path / "b", b"\xef\xbb\xbf\n\n").result.blank_lines == 2


def test_csv_and_jsonl_say_the_same_as_parquet(tmp_path: Path) -> None:
    data = GOOD[:-1] + b',"x":{"n":12345678901234567890123,"q":"a\\"b"}}\n' + record(type="")
    wide, lines = (done(tmp_path, data, output=output).result for output in (Output.CSV, Output.JSONL))
    times = "2023-10-01T00:00:00.123000Z"
    with wide.target.open(newline="") as written:
        assert list(csv.reader(written)) == [
            list(COLUMNS),
            ["i", "chat", times, "", "web", '{"x":{"n":12345678901234567890123,"q":"a\\"b"}}'],
            ["i", "", "", "", "", ""],
        ]
    first, second = lines.target.read_text().splitlines()
    assert first == (
        f'{{"interaction_id":"i","type":"chat","start_time":"{times}","end_time":null,"channel":"web",'
        '"rest":{"x":{"n":12345678901234567890123,"q":"a\\"b"}}}'
    )
    assert json.loads(second) == dict.fromkeys(COLUMNS) | {"interaction_id": "i", "type": ""}
    assert [result.normalised for result in (wide, lines)] == [2, 2]


def test_progress_ends_with_everything_read(tmp_path: Path) -> None:
    seen: list[Progress] = []
    data = (GOOD + b"\n") * 20
    normalise(request(tmp_path, data, block_size=300), emit=seen.append)
    assert [(one.bytes_read, one.records) for one in seen[-1:]] == [(len(data), 20)]
    assert [one.bytes_read for one in seen] == sorted(one.bytes_read for one in seen)
    assert len(seen) > 3
