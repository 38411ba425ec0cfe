"""CSV: records are not lines, and nothing in quotes is mistaken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reconciler.errors import ReconcilerError
from reconciler.exports.normalising import SourceFormat
from tests.exports.test_normalise import HEADER, START, STARTED, Done, done, raw

GOOD = b"i,chat," + START.encode() + b",,web"
CLOSED = "a quotation mark or carriage return is where none may be"


def read(folder: Path, data: bytes, *, block_size: int = 1 << 20, largest_record: int = 1 << 20) -> Done:
    return done(folder, data, SourceFormat.CSV, block_size=block_size, largest_record=largest_record)


def test_a_record_becomes_typed_columns(tmp_path: Path) -> None:
    row = read(tmp_path, HEADER + b"\n" + GOOD).row
    assert list(row.values()) == ["i", "chat", STARTED, None, "web", None]


def test_columns_come_in_any_order_and_others_go_to_the_rest(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf"queue",channelType,endTimestamp,interactionId,startTimestamp,type,note\r\n'
    data += 'q,web,,i,,chat,"a ""b"",\r\nü"\r\n'.encode()
    row = read(tmp_path, data).row
    assert (row["interaction_id"], row["type"], row["channel"]) == ("i", "chat", "web")
    assert json.loads(row["rest"]) == {"queue": "q", "note": 'a "b",\r\nü'}


def test_a_time_that_said_more_than_its_column_is_kept(tmp_path: Path) -> None:
    row = read(tmp_path, HEADER + b"\ni,,2023-10-01T02:00:00.123+02:00,,").row
    assert (row["start_time"], row["rest"]) == (STARTED, '{"startTimestamp":"2023-10-01T02:00:00.123+02:00"}')


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    found = read(tmp_path, b"\n" + HEADER + b"\r\n\r\n\n" + GOOD + b"\r\n")
    assert (found.result.records, found.result.blank_lines) == (1, 3)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"i,chat", "2 fields where the header names 5"),
        (b"i,chat,,,web,more", "6 fields where the header names 5"),
        (b",chat,,,web", "interactionId is missing or empty"),
        (b'"",chat,,,web', "interactionId is missing or empty"),
        (b"i,chat,soon,,web", "startTimestamp is not an ISO 8601 date and time"),
        (b"i,chat,,2023-02-29T00:00:00Z,web", "endTimestamp is not an ISO 8601 date and time"),
        (b"i\xff,chat,,,web", "not valid UTF-8"),
        (b'i,5" pipe,,,web', CLOSED),
        (b'i,"chat"x,,,web', CLOSED),
        (b'i,"cha\nt"x,,,web', CLOSED),
        (b"i,ch\rat,,,web", CLOSED),
    ],
)
def test_a_malformed_record_is_quarantined_whole_and_the_next_ones_are_read(
    tmp_path: Path, bad: bytes, reason: str
) -> None:
    data = HEADER + b'\n"i\n1",,,,\n' + bad + b"\n" + GOOD + b"\n"
    found = read(tmp_path, data)
    assert found.reason == reason
    assert [row["interaction_id"] for row in found.rows] == ["i\n1", "i"]
    assert found.quarantined[0]["line"] == 4
    assert raw(found.quarantined[0], data) == bad


def test_what_follows_a_quote_that_never_closes_is_one_record_in_quarantine(tmp_path: Path) -> None:
    tail = b'i,chat,,,"web\n' + GOOD + b"\n" + GOOD + b"\n"
    found = read(tmp_path, HEADER + b"\n" + GOOD + b"\n" + tail)
    assert (len(found.rows), found.reason) == (1, "the file ends inside a quoted field")
    assert raw(found.quarantined[0], HEADER + b"\n" + GOOD + b"\n" + tail) == tail.removesuffix(b"\n")


@pytest.mark.parametrize("block_size", [5, 64, 1 << 20])
@pytest.mark.parametrize("filling", [b"x" * 500, (b"x" * 30 + b"\n") * 20, b'""\n' * 200])
def test_a_record_that_is_too_long_is_skipped_to_its_end(tmp_path: Path, block_size: int, filling: bytes) -> None:
    long = b'i,chat,,,"' + filling + b'"'
    data = HEADER + b"\n" + long + b"\n" + GOOD + b"\n"
    found = read(tmp_path, data, block_size=block_size, largest_record=100)
    (entry,) = found.quarantined
    assert entry["reason"].startswith("longer than 100 bytes")
    assert (raw(entry, data), len(found.rows)) == (long, 1)


def test_a_quoted_field_that_is_too_long_and_never_closes_is_measured_to_the_end(tmp_path: Path) -> None:
    data = HEADER + b'\ni,"' + b"xxxxxxxxx\n" * 100
    found = read(tmp_path, data, block_size=16, largest_record=80)
    (entry,) = found.quarantined
    assert raw(entry, data) == data[len(HEADER) + 1 : -1]


def test_a_last_record_that_breaks_off_is_truncated(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + b"\n" + GOOD[:-5]).reason == "the file ends inside this record"


def test_a_field_may_be_longer_than_the_csv_module_expects(tmp_path: Path) -> None:
    row = read(tmp_path, HEADER + b',note\n"i",,,,,"' + b"x" * 300_000 + b'"\n').row
    assert len(row["rest"]) == 300_000 + len('{"note":""}')


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no readable first record"),
        (b"\n\n", "no readable first record"),
        (b'"interactionId', "no readable first record"),
        (b"\xff,\n", "no readable first record"),
        (b'a"b\n' + HEADER + b"\n", "no readable first record"),
        (b"i,chat,2023-10-01T00:00:00Z,,Jane Doe\n", "does not name interactionId, type, startTimestamp"),
        (b"interactionId,type,startTimestamp,channelType\n", "does not name endTimestamp."),
        (HEADER + b",x,x\n", "a name twice"),
    ],
)
def test_a_file_without_the_expected_header_is_refused_and_its_content_is_not_told(
    tmp_path: Path, data: bytes, what: str
) -> None:
    with pytest.raises(ReconcilerError) as refused:
        read(tmp_path, data)
    assert what in refused.value.detail
    assert "Jane" not in str(refused.value)
    assert not list((tmp_path / "out").iterdir())
