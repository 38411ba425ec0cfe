"""`/catalog/{export_id}/records`: pages of the normalised table, and nothing but that table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from reconciler.exports.normalising import Output
from reconciler.exports.normalising.outputs import SCHEMA
from reconciler.service import records
from reconciler.service.cursors import cursor_of

from .builders import Estate, Json, Service, interaction, lines

DAY = "2026-09-{:02}T00:00:00Z"


def ids(page: Json) -> list[str]:
    return [record["interaction_id"] for record in page["records"]]


def every_page(service: Service, path: str, **query: Any) -> Iterator[list[str]]:
    page = service.json(path, **query)
    yield ids(page)
    while page["next"]:
        page = service.json(path, **query, cursor=page["next"])
        yield ids(page)


def test_a_record_has_its_columns_and_its_rest_untouched(estate: Estate, service: Service) -> None:
    line = (
        b'{"interactionId":"i-1","type":"conversation","startTimestamp":"2026-09-01T00:00:00.000001Z",'
        b'"endTimestamp":null,"channel":{"type":"voice"},'
        b'"big":123456789012345678901234567890,"exact":1.10,"text":"\\u00fc","nested":{"b":1,"a":[null]}}\n'
    )
    estate.normalised(estate.request("e-1"), line)
    [record] = service.json("/catalog/e-1/records")["records"]
    rest = record.pop("rest")
    assert record == {
        "interaction_id": "i-1",
        "type": "conversation",
        "start_time": "2026-09-01T00:00:00.000001Z",
        "end_time": None,
        "channel": "voice",
    }
    assert rest["big"] == 123456789012345678901234567890
    text = service.get("/catalog/e-1/records").text
    assert '"rest":{"big":123456789012345678901234567890,"exact":1.10,' in text
    assert '"nested":{"b":1,"a":[null]}' in text


def test_a_time_is_half_open_and_leaves_out_what_has_none(estate: Estate, service: Service) -> None:
    days = [interaction(f"i-{day}", DAY.format(day)) for day in (3, 1, 2)]
    estate.normalised(estate.request("e-1"), lines(*days, interaction("never", None)))
    assert ids(service.json("/catalog/e-1/records")) == ["i-1", "i-2", "i-3", "never"]
    bounds = {"from": DAY.format(1), "to": DAY.format(3)}
    assert ids(service.json("/catalog/e-1/records", **bounds)) == ["i-1", "i-2"]
    assert ids(service.json("/catalog/e-1/records", to="2026-09-02T02:00:00+02:00")) == ["i-1"]
    assert ids(service.json("/catalog/e-1/records", **{"from": "2026-09-02T00:00:00.000001Z"})) == ["i-3"]
    assert ids(service.json("/catalog/e-1/records", **{"from": DAY.format(2), "to": DAY.format(2)})) == []


def test_a_channel_is_text_and_no_sql(estate: Estate, service: Service) -> None:
    odd = "' OR true --"
    estate.normalised(estate.request("e-1"), lines(interaction("voice"), interaction("odd", channel={"type": odd})))
    for channel, expected in (("voice", ["voice"]), (odd, ["odd"]), ("' OR ''='", []), ("%", []), ("\0", []), ("", [])):
        assert ids(service.json("/catalog/e-1/records", channel=channel)) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_lose_nothing_where_times_are_equal_or_missing(estate: Estate, service: Service, limit: int) -> None:
    same = [interaction(f"same-{number}", DAY.format(2)) for number in range(5)]
    never = [interaction(f"never-{number}", None) for number in range(4)]
    first = interaction("first", DAY.format(1))
    estate.normalised(estate.request("e-1"), lines(*never[:2], *same[:3]), lines(*same[3:], first, *never[2:]))
    pages = list(every_page(service, "/catalog/e-1/records", limit=limit))
    assert [each for page in pages for each in page] == [record["interactionId"] for record in (first, *same, *never)]
    assert {len(page) for page in pages[:-1]} <= {limit}


def test_a_page_of_large_records_ends_early_and_loses_nothing(
    estate: Estate, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "PAGE_BYTES", 1000)
    estate.normalised(estate.request("e-1"), lines(*(interaction(f"i-{n}", text="x" * 600) for n in range(5))))
    pages = list(every_page(service, "/catalog/e-1/records"))
    assert [len(page) for page in pages] == [2, 2, 1]


def test_only_the_export_s_own_files_are_read_whatever_its_id_looks_like(estate: Estate, service: Service) -> None:
    for number, live_id in enumerate(("e1", "e2", "e*", "e?", "e[12]", "../e1", "e1/part-00000.parquet", "e'1", "")):
        if live_id:
            estate.normalised(estate.request(live_id, f"n{number}"), lines(interaction(f"of {live_id}")))
    for live_id in ("e1", "e*", "e?", "e[12]", "../e1", "e1/part-00000.parquet", "e'1"):
        assert ids(service.json(f"/catalog/{quote(live_id, safe='')}/records")) == [f"of {live_id}"]


def test_a_table_whose_path_looks_like_a_pattern_is_read(estate: Estate) -> None:
    table = estate.root / "ta[b]le*"
    for folder, live_id in (("table1", "other"), ("ta[b]le*", "ours")):
        place = estate.root / folder / "export_id=e-1"
        place.mkdir(parents=True)
        pq.write_table(_rows(live_id), place / "part-00000.parquet")
    answer = records.read_records(table, "e-1", ["part-00000.parquet"], records.Question())
    assert [record["interaction_id"] for record in answer.records] == ["ours"]


def test_the_database_reaches_nothing_but_the_files_it_was_given(estate: Estate) -> None:
    estate.normalised(estate.request("e-1"), lines(interaction()))
    [ours] = [str(file) for file in estate.table.rglob("*.parquet")]
    attempts = (
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        f"COPY (SELECT 1) TO '{estate.root}/x.csv'",
        "SET enable_external_access = true",
        "SET memory_limit = '64GB'",
        "INSTALL httpfs",
        "ATTACH '/tmp/x.db'",
    )
    with records._locked_down([ours]) as connection:
        assert connection.execute("SELECT count(*) FROM read_parquet(?)", [[ours]]).fetchone() == (1,)
        for attempt in attempts:
            with pytest.raises(duckdb.Error):
                connection.execute(attempt)


def test_an_export_without_a_table_is_409_and_says_what_to_do(estate: Estate, service: Service) -> None:
    assert service.get("/catalog/none/records").status_code == 404
    request = estate.request("e-1")
    assert "normalised" in _refused(service, 409)["detail"]
    estate.fetched(request, lines(interaction()))
    assert _refused(service, 409)["hint"].endswith("reconciler exports normalise DataExport/september")
    for output in (Output.CSV, Output.JSONL):
        estate.normalised(request, lines(interaction()), output=output)
        assert "only Parquet is queried" in _refused(service, 409)["detail"]
        shutil.rmtree(estate.table)  # one folder holds one format
    estate.normalised(request, lines(interaction()))
    assert len(service.json("/catalog/e-1/records")["records"]) == 1
    next(estate.table.rglob("*.parquet")).unlink()
    assert "not in the folder" in _refused(service, 409)["detail"]


def test_a_damaged_table_is_said_and_not_read(estate: Estate, service: Service) -> None:
    estate.normalised(estate.request("e-1"), lines(interaction()))
    place = next(estate.table.rglob("*.parquet"))
    for table in (None, _rows("i-1", rest="{not JSON"), pa.table({"x": [1]})):
        place.write_bytes(b"PAR1") if table is None else pq.write_table(table, place)
        assert _refused(service, 500)["title"] == "The table is damaged"
    assert service.told == []


def test_an_export_of_no_records_has_an_empty_page(estate: Estate, service: Service) -> None:
    estate.normalised(estate.request("e-1"))
    estate.normalised(estate.request("e-2", "other"), b"")
    for live_id in ("e-1", "e-2"):
        assert service.json(f"/catalog/{live_id}/records") == {"export_id": live_id, "records": [], "next": None}


WRONG = (
    {"limit": "0"},
    {"limit": "1001"},
    {"limit": "many"},
    {"from": "2026-09-01T00:00:00"},
    {"from": "2026-09-01"},
    {"from": "1790000000"},
    {"from": "now"},
    {"from": "2026-02-30T00:00:00Z"},
    {"to": "0001-01-01T00:00:00+14:00"},
    {"from": DAY.format(2), "to": DAY.format(1)},
    {"cursor": "x"},
    {"cursor": "bm9uZQ"},
    {"cursor": "x" * 5000},
    {"channel": "x" * 201},
)


def test_a_query_that_cannot_be_is_422(estate: Estate, service: Service) -> None:
    estate.normalised(estate.request("e-1"), lines(interaction(), interaction("i-2")))
    for query in WRONG:
        answer = service.get("/catalog/e-1/records", params=query)
        assert answer.status_code == 422, query
        assert answer.json()["title"]
    cursor = service.json("/catalog/e-1/records", limit=1)["next"]
    answer = service.get("/catalog/e-1/records", params={"limit": 1, "channel": "chat", "cursor": cursor})
    assert answer.json()["detail"] == "It belongs to another query."


def test_a_cursor_made_by_hand_is_422(estate: Estate, service: Service) -> None:
    estate.normalised(estate.request("e-1"), lines(interaction()))
    query = ["e-1", None, None, None]
    for place in (["x", "p", 0], [None, "p", -1], [None, "p", 2**63], [None, 1, 1], [1, "p", 1], [None, "p"], []):
        answer = service.get("/catalog/e-1/records", params={"cursor": cursor_of(query, place)})
        assert answer.status_code == 422, place


def test_a_query_that_takes_too_long_is_stopped(
    estate: Estate, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.normalised(estate.request("e-1"), lines(interaction()))
    endless = (
        "SELECT $files, $channel, $start, $end, {after} FROM range(1000000) a, range(1000000) b "
        "ORDER BY hash(a.range, b.range) LIMIT $limit"
    )
    monkeypatch.setattr(records, "_SELECT", endless)
    monkeypatch.setattr(records, "SECONDS", 0.05)
    assert _refused(service, 503)["title"] == "The query is too large"


def _refused(service: Service, status: int) -> Json:
    answer = service.get("/catalog/e-1/records")
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def _rows(identity: str, rest: str | None = None) -> Any:
    row: Json = dict.fromkeys(SCHEMA.names) | {"interaction_id": identity, "rest": rest}
    return pa.Table.from_pylist([row], schema=SCHEMA)
