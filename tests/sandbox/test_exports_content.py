"""What the files hold (contract §6, records): made up, the same again, of any size, flawed where a test wants it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox
from reconciler.sandbox.exports.flaws import FLAWS, OVERLONG, flawed
from reconciler.sandbox.exports.made_up import BLOCK, Records, Style, count_for
from reconciler.sandbox.exports.parts import CHUNK, Content, Literal, Repeated

from .caller import Caller
from .exporting import MINE, PRIVACY, completed, data_export, fetch, first_uri, listed, submitted

STYLE = Style("seed", "jsonl", (0.0, 86_400.0))


def content(call: Caller, control: Control, wire: str = "jsonl", **file: Any) -> bytes:
    """What a file described like this holds; its size and its checksum agree."""
    export = completed(call, control, [{"partition": 0, **file}], format=wire)
    file = listed(call, export)[0]
    got = fetch(str(file["uri"])).content
    assert (len(got), f"sha256:{hashlib.sha256(got).hexdigest()}") == (file["size"], file["checksum"])
    return got


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_jsonl_has_the_contracts_fields(call: Caller, control: Control) -> None:
    """Records, JSONL: `interactionId`, `type`, `startTimestamp`, `endTimestamp`, `channel.type`."""
    records = [json.loads(line) for line in content(call, control, records=300).splitlines()]
    assert len(records) == len({record["interactionId"] for record in records}) == 300
    for record in records:
        assert set(record) == {"interactionId", "type", "startTimestamp", "endTimestamp", "channel"}
        assert set(record["channel"]) == {"type"}
        window = data_export()
        assert window["startDate"] <= record["startTimestamp"] <= record["endTimestamp"] <= window["endDate"]


def test_csv_has_the_same_but_the_channel(call: Caller, control: Control) -> None:
    """CSV: same but `channelType`."""
    records = rows(content(call, control, "csv", records=3))
    assert len(records) == 3
    assert list(records[0]) == ["interactionId", "type", "startTimestamp", "endTimestamp", "channelType"]


@pytest.mark.parametrize("records", [0, 1, 2, 300])
def test_a_json_document_is_an_array(call: Caller, control: Control, records: int) -> None:
    """Privacy requests: formats json, csv."""
    submitted(call)
    control.plan_export_files(MINE, [{"partition": 0, "records": records}])
    control.complete_export(MINE)
    document = json.loads(fetch(call("GET", f"{PRIVACY}/{MINE}").json()["downloadUrl"]).content)
    assert len({record["interactionId"] for record in document}) == len(document) == records


def test_a_privacy_request_for_csv_gets_csv(call: Caller, control: Control) -> None:
    control.settings(export_records=4)
    submitted(call, format="csv")
    control.complete_export(MINE)
    assert len(rows(fetch(call("GET", f"{PRIVACY}/{MINE}").json()["downloadUrl"]).content)) == 4


def test_settings_say_how_many_where_nobody_described_them(call: Caller, control: Control) -> None:
    control.settings(export_records=5, export_partitions=2)
    files = listed(call, completed(call, control))
    assert [fetch(file["uri"]).content.count(b"\n") for file in files] == [5, 5]


def test_the_same_seed_makes_the_same_files() -> None:
    def made(seed: int) -> str:
        with Sandbox.start(seed=seed) as sandbox:
            call = Caller(sandbox.url)
            return str(listed(call, completed(call, sandbox.control))[0]["checksum"])

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_partitions_and_exports_differ(call: Caller, control: Control) -> None:
    control.settings(export_partitions=2)
    checksums = [file["checksum"] for _ in range(2) for file in listed(call, completed(call, control))]
    assert len(set(checksums)) == 4


@pytest.mark.parametrize("wire", ["jsonl", "csv", "json"])
def test_a_size_is_never_undercut(wire: str) -> None:
    """Wherever the pattern of records is cut in two."""
    style = Style("seed", wire, (0.0, 1.0))
    for size in range(50_000, 150_000, 97):
        assert size <= flawed(style, count_for(style, size), ()).size < size + 200


def test_records_do_not_depend_on_where_a_file_is_divided() -> None:
    style = Style("seed", "jsonl", (0.0, 1.0))
    parts = Records(style, 0, 333), Records(style, 333, 667)
    divided = b"".join(piece for part in parts for piece in part.read(0, part.size))
    whole = Records(style, 0, 1000)
    assert divided == b"".join(whole.read(0, whole.size))


@pytest.mark.parametrize("size", [0, 1, 1000, 1_000_000])
def test_a_file_can_be_of_a_size(call: Caller, control: Control, size: int) -> None:
    got = content(call, control, size=size)
    assert size <= len(got) < size + 200
    assert all(json.loads(line) for line in got.splitlines())


@pytest.mark.parametrize("given", ["", "one\ntwo", "ünïcode \u2028 \x00", b"", b"\xff\xfe\x00"])
def test_content_can_be_given_literally(call: Caller, control: Control, given: str | bytes) -> None:
    export = completed(call, control)
    control.put_export_file(export, 0, given)
    expected = given.encode() if isinstance(given, str) else given
    assert fetch(first_uri(call, export)).content == expected
    assert listed(call, export)[0]["size"] == len(expected)


def test_a_literal_file_may_be_a_new_one(call: Caller, control: Control) -> None:
    export = completed(call, control)
    control.put_export_file(export, 7, "x", format="csv", listed={"size": 9})
    new = listed(call, export)[1]
    assert (new["partition"], new["format"], new["size"]) == (7, "csv", 9)


def test_a_description_can_be_changed_in_part(call: Caller, control: Control) -> None:
    export = completed(call, control, [{"partition": 0, "records": 2}, {"partition": 1, "records": 3}])
    control.change_export_file(export, 1, records=4)
    assert [fetch(file["uri"]).content.count(b"\n") for file in listed(call, export)] == [2, 4]


# Without a network: sizes and ranges.


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 20 * BLOCK + 3])
@pytest.mark.parametrize("wire", ["jsonl", "csv", "json"])
def test_a_size_is_known_without_the_bytes(count: int, wire: str) -> None:
    records = Records(Style("seed", wire, (0.0, 1.0)), 0, count)
    whole = b"".join(records.read(0, records.size))
    assert (len(whole), whole.count(b"\n")) == (records.size, count)


def test_any_range_is_a_piece_of_the_whole() -> None:
    parts = (Literal(b"head\n"), Records(STYLE, 0, 5000), Repeated(b"x", 3 * CHUNK), Records(STYLE, 5000, 300))
    made = Content(parts, cut=7)
    whole = b"".join(made.read())
    assert len(whole) == made.size
    assert made.sha256 == hashlib.sha256(whole).hexdigest()
    edges = (0, 1, 5, 6, 200, 50_000, 900_000, 950_000, 4_000_000, made.size - 1, made.size)
    for start in edges:
        for stop in edges:
            if start <= stop:
                assert b"".join(made.read(start, stop)) == whole[start:stop]


def test_records_are_numbered_on() -> None:
    together = Records(STYLE, 0, 2 * BLOCK)
    apart = (Records(STYLE, 0, BLOCK), Records(STYLE, BLOCK, BLOCK))
    assert b"".join(together.read(0, together.size)) == b"".join(b"".join(each.read(0, each.size)) for each in apart)


@pytest.mark.parametrize("size", [0, 1, 187, 188, 50_000, 10**6])
def test_no_more_records_than_the_size_needs(size: int) -> None:
    count = count_for(STYLE, size)
    assert Records(STYLE, 0, count).size >= size
    assert count == 0 or Records(STYLE, 0, count - 1).size < size


def test_a_gigabyte_is_never_held() -> None:
    """Download: stream; never hold a file in memory. That goes for who sends it, too."""
    made = Content((Records(STYLE, 0, count_for(STYLE, 1 << 30)),))
    tracemalloc.start()
    read = sum(len(piece) for piece, _ in zip(made.read(made.size - (8 << 20)), range(40), strict=False))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.size >= 1 << 30
    assert read == 8 << 20
    assert peak < 16 << 20


def test_other_bytes_have_another_etag() -> None:
    tags = {
        Content((Literal(b"a"),)).etag,
        Content((Literal(b"b"),)).etag,
        Content((Repeated(b"a", 2),)).etag,
        Content((Repeated(b"a", 2),), cut=1).etag,
        Content((Records(STYLE, 0, 2),)).etag,
        Content((Records(STYLE, 1, 2),)).etag,
    }
    assert len(tags) == 6


# Flaws: each with what it does to a reader.


def undecodable(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return True
    return False


def lines(text: bytes) -> list[Any]:
    """What each line is: a record, some other JSON, or None for what is none at all."""
    found: list[Any] = []
    for line in text.decode(errors="replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            found.append(None)
    return found


JSONL: dict[str, Callable[[bytes], bool]] = {
    "bom": lambda text: text.startswith(b"\xef\xbb\xbf{"),
    "crlf": lambda text: text.count(b"\r\n") == text.count(b"\n") == 10,
    "blank_lines": lambda text: text.count(b"\n\n \t\n") == 1,
    "invalid_utf8": undecodable,
    "overlong": lambda text: max(map(len, text.splitlines())) > OVERLONG and None not in lines(text),
    "malformed": lambda text: lines(text).count(None) == 1,
    "duplicate": lambda text: len(set(text.splitlines())) == 10 and text.count(b"\n") == 11,
    "truncated": lambda text: lines(text)[-1] is None and len(lines(text)) == 10,
    "unterminated": lambda text: not text.endswith(b"\n") and None not in lines(text),
    "not_an_object": lambda text: (
        [each for each in lines(text) if not isinstance(each, dict)] == [[1, 2], None, "text", 7]
    ),
    "no_channel": lambda text: [each.get("channel", "none") for each in lines(text)][5:8] == ["none", None, "voice"],
    "other_members": lambda text: "interactionId" not in lines(text)[5],
    "quoted_newlines": lambda text: len(lines(text)) == 10,
    "ragged": lambda text: len(lines(text)) == 10,
    "no_header": lambda text: len(lines(text)) == 10,
    "other_columns": lambda text: len(lines(text)) == 10,
}
CSV: dict[str, Callable[[bytes], bool]] = {
    "bom": lambda text: text.startswith(b"\xef\xbb\xbfinteractionId"),
    "crlf": lambda text: text.count(b"\r\n") == text.count(b"\n") == 11,
    "blank_lines": lambda text: text.count(b"\n\n \t\n") == 1,
    "invalid_utf8": undecodable,
    "malformed": lambda text: text.count(b'"') == 1,
    "truncated": lambda text: text.count(b"\n") == 10,
    "quoted_newlines": lambda text: (
        rows(text)[5]["interactionId"] == 'quoted\nid, "all" of it' and len(rows(text)) == 11
    ),
    "ragged": lambda text: [None in row or None in row.values() for row in rows(text)].count(True) == 2,
    "no_header": lambda text: not text.startswith(b"interactionId") and text.count(b"\n") == 10,
    "other_columns": lambda text: "kind" in rows(text)[0],
}


@pytest.mark.parametrize(
    ("wire", "flaw", "shows"),
    [("jsonl", flaw, JSONL[flaw]) for flaw in FLAWS] + [("csv", flaw, shows) for flaw, shows in CSV.items()],
)
def test_a_flaw_shows(wire: str, flaw: str, shows: Callable[[bytes], bool]) -> None:
    newline = b"\r\n" if flaw == "crlf" else b"\n"
    made = flawed(Style("seed", wire, (0.0, 1.0), newline), 10, (flaw,))
    text = b"".join(made.read())
    assert len(text) == made.size
    assert shows(text)


def test_flaws_come_together(call: Caller, control: Control) -> None:
    got = content(call, control, "csv", records=2, flaws=["bom", "crlf", "quoted_newlines", "unterminated"])
    assert got.startswith(b"\xef\xbb\xbfinteractionId")
    assert not got.endswith(b"\n")
    assert len(rows(got)) == 3


def test_a_flawed_json_document_is_none(call: Caller, control: Control) -> None:
    submitted(call)
    control.complete_export(MINE)
    control.change_export_file(MINE, 0, flaws=["malformed"])
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(fetch(call("GET", f"{PRIVACY}/{MINE}").json()["downloadUrl"]).content)
