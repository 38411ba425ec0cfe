"""`/catalog`: what is asked for, what came of it, and nothing that would give it away (contract §6)."""

from __future__ import annotations

import os
import shutil
from urllib.parse import quote

from reconciler.state import open_ledger

from .builders import Estate, Service, interaction, lines, requested


def test_without_a_ledger_the_catalogue_is_empty(service: Service) -> None:
    assert service.json("/catalog") == {"total": 0, "exports": [], "next": None}
    assert service.json("/catalog/routes") == {"available_exports": []}


def test_a_request_is_in_the_catalogue_as_soon_as_the_ledger_has_it(estate: Estate, service: Service) -> None:
    assert service.json("/catalog")["total"] == 0
    estate.request("e-1", status="RUNNING")
    [entry] = service.json("/catalog")["exports"]
    assert (entry["export_id"], entry["address"], entry["kind"]) == ("e-1", "DataExport/september", "DataExport")
    assert (entry["stage"], entry["state"], entry["status"]) == ("under way", "under way", "RUNNING")
    assert entry["window"] == {"start": "2026-09-01T00:00:00Z", "end": "2026-10-01T00:00:00Z"}
    assert (entry["file_count"], entry["bytes"], entry["total_records"]) == (0, None, None)


def test_a_change_within_one_tick_of_the_clock_is_seen(estate: Estate, service: Service) -> None:
    for status in ("QUEUED", "RUNNING", "COMPLETED"):
        estate.keep(requested(status=status))
        assert service.json("/catalog/e-1")["status"] == status


def test_a_change_that_stands_beside_the_ledger_is_seen(estate: Estate, service: Service) -> None:
    """Another process has the ledger open: SQLite writes to `-wal` until it closes."""
    estate.keep(requested(status="QUEUED"))
    for file in estate.ledger.parent.iterdir():
        os.utime(file, (1, 1))
    assert service.json("/catalog/e-1")["status"] == "QUEUED"
    with open_ledger(estate.ledger, writable=True) as ledger:
        ledger.keep(requested(status="RUNNING"))
        assert service.json("/catalog/e-1")["status"] == "RUNNING"


def test_a_known_export_that_is_not_fetched_has_no_files(estate: Estate, service: Service) -> None:
    estate.request("e-1", status="FAILED", reason="no consent on file", ended=1_793_534_400.0)
    report = service.json("/catalog/e-1")
    assert report["file_locations"] == report["files"] == []
    assert (report["state"], report["reason"]) == ("failed", "no consent on file")
    assert report["ended"] == "2026-11-01T12:00:00Z"
    assert report["governance_hash"] is report["content_hash"] is report["total_records"] is None


def test_a_fetched_export_has_its_report(estate: Estate, service: Service) -> None:
    request = estate.request("e-1")
    [first, second] = estate.fetched(request, b"abc", b"defg")
    report = service.json("/catalog/e-1")
    folder = f"september-{request.key}"
    assert report["file_locations"] == [f"{folder}/partition_0.jsonl", f"{folder}/partition_1.jsonl"]
    assert [file["sha256"] for file in report["files"]] == [first.sha256, second.sha256]
    assert (report["state"], report["bytes"], report["file_count"]) == ("fetched", 7, 2)
    assert report["catalog_version"] == "1.0.0"
    assert len(report["governance_hash"]) == len(report["content_hash"]) == 64
    assert report["request"]["type"] == "conversation"


def test_a_normalised_export_says_how_many_records_it_has(estate: Estate, service: Service) -> None:
    estate.normalised(estate.request("e-1"), lines(interaction(), interaction("i-2")))
    assert service.json("/catalog/e-1")["total_records"] == 2
    assert service.json("/catalog")["exports"][0]["state"] == "normalised"


def test_the_routes_are_the_exports_that_have_files(estate: Estate, service: Service) -> None:
    estate.request("waiting", "waiting")
    estate.fetched(estate.request("empty", "empty"))
    estate.fetched(estate.request("full", "full"), b"abc")
    assert service.json("/catalog/routes") == {"available_exports": ["full"]}


def test_an_export_that_nobody_knows_is_404(estate: Estate, service: Service) -> None:
    estate.request("e-1")
    for export_id in ("none", "", "e-1/x", "..%2f..%2fledger.db", "e-*", "%00", "ü", "x" * 2000):
        answer = service.get(f"/catalog/{export_id}")
        assert (answer.status_code, answer.json()["title"]) == (404, "Nobody knows such an export")


def test_a_report_without_a_request_is_an_export_too(estate: Estate, service: Service) -> None:
    estate.fetched(requested("lost", "lost"), b"abc")
    report = service.json("/catalog/lost")
    assert (report["address"], report["state"], report["asked"]) == ("DataExport/lost", "fetched", None)
    assert report["window"]["start"] == "2026-09-01T00:00:00Z"


def test_a_report_in_a_folder_of_another_name_belongs_to_its_export(estate: Estate, service: Service) -> None:
    request = estate.request("e-1")
    estate.fetched(request, b"abc")
    shutil.move(estate.report(request).parent, estate.exports / "by hand")
    assert service.json("/catalog")["total"] == 1
    assert service.json("/catalog/e-1")["bytes"] == 3


def test_of_two_reports_of_a_moved_manifest_that_of_its_present_name_counts(estate: Estate, service: Service) -> None:
    request = requested("e-1", "former")
    estate.fetched(request, b"abc")
    moved = requested("e-1", "winter", key=request.key)
    estate.keep(moved)
    estate.fetched(moved, b"abcdef")
    assert service.json("/catalog")["total"] == 1
    assert service.json("/catalog/e-1")["bytes"] == 6


DAMAGED = {
    "not JSON": b"{",
    "empty": b"",
    "not UTF-8": b"\xff",
    "no object": b"[]",
    "nothing in it": b"{}",
    "deep": b"[" * 100_000,
    "a size that is none": b'{"size": -1}',
}


def test_a_damaged_report_makes_its_export_show_as_such(estate: Estate, service: Service) -> None:
    request = estate.request("e-1")
    estate.fetched(request, b"abc")
    for name, content in DAMAGED.items():
        estate.report(request).write_bytes(content)
        report = service.json("/catalog/e-1")
        assert (report["state"], report["file_locations"]) == ("damaged", []), name
        assert report["trouble"], name
    assert service.get("/").status_code == 200
    assert service.metric("reconciler_export_reports_damaged") == 1


def test_a_damaged_report_that_belongs_to_nobody_is_listed_under_its_folder(estate: Estate, service: Service) -> None:
    (estate.exports / "what").mkdir(parents=True)
    (estate.exports / "what" / "report.json").write_bytes(b"{")
    [entry] = service.json("/catalog")["exports"]
    assert (entry["export_id"], entry["address"], entry["state"]) == ("", "what", "damaged")


def test_what_is_no_file_is_no_report(estate: Estate, service: Service) -> None:
    folder, pipe, link = (estate.report(estate.request(name, name)) for name in ("folder", "pipe", "link"))
    for place in (folder, pipe, link):
        place.parent.mkdir(parents=True)
    folder.mkdir()
    os.mkfifo(pipe)
    link.symlink_to("report.json")
    states = {each["export_id"]: each["state"] for each in service.json("/catalog")["exports"]}
    assert states == {"folder": "damaged", "pipe": "damaged", "link": "completed"}


def test_the_report_of_another_export_is_not_believed(estate: Estate, service: Service) -> None:
    request, other = estate.request("e-1"), estate.request("e-2", "other")
    estate.fetched(other, b"abc")
    shutil.copytree(estate.report(other).parent, estate.report(request).parent)
    report = service.json("/catalog/e-1")
    assert (report["state"], report["trouble"]) == ("damaged", "it is the report of another export")
    assert service.json("/catalog/e-2")["state"] == "fetched"


def test_a_report_that_names_files_outside_the_table_is_damaged(estate: Estate, service: Service) -> None:
    request = estate.request("e-1")
    estate.normalised(request, lines(interaction()))
    place = estate.report(request)
    whole = place.read_bytes()
    for name in (b"../../../x.parquet", b"/x.parquet", b"part-00000/../../x.parquet", b"part-*.parquet", b""):
        place.write_bytes(whole.replace(b"part-00000.parquet", name))
        assert service.json("/catalog/e-1")["state"] == "damaged", name
        assert service.get("/catalog/e-1/records").status_code == 409


def test_no_address_of_a_download_is_ever_shown(estate: Estate, service: Service) -> None:
    uri = "https://files.example/e-1?signature=s3cret"
    body = {"type": "conversation", "downloadUrl": uri, "more": [{"callback": f"see {uri}"}]}
    estate.request("e-1", status="FAILED", reason=f"gone: {uri}", body=body)
    estate.fetched(requested("e-2", "other", body=body), b"abc")
    for path in ("/", "/catalog", "/catalog/e-1", "/catalog/e-2", "/metrics"):
        text = service.get(path).text
        assert "s3cret" not in text
        assert "files.example" not in text
    assert service.json("/catalog/e-1")["reason"] == "gone: ***"


def test_pages_are_newest_first_and_do_not_shift_when_something_is_added(estate: Estate, service: Service) -> None:
    for number in range(5):
        estate.request(f"e-{number}", f"n{number}")
    first = service.json("/catalog", limit=2)
    estate.request("e-9", "n9")
    second = service.json("/catalog", limit=2, cursor=first["next"])
    third = service.json("/catalog", limit=2, cursor=second["next"])
    assert (first["total"], third["total"], third["next"]) == (5, 6, None)
    pages = [[each["export_id"] for each in page["exports"]] for page in (first, second, third)]
    assert pages == [["e-4", "e-3"], ["e-2", "e-1"], ["e-0"]]


def test_a_page_that_cannot_be_is_422(service: Service) -> None:
    for query in ("limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=", "cursor=%00", "cursor=ü"):
        answer = service.get(f"/catalog?{query}")
        assert (answer.status_code, answer.json()["status"]) == (422, 422), query


def test_what_was_sent_to_us_is_not_sent_back(service: Service) -> None:
    for path in ("/catalog?limit=s3cret", "/catalog/s3cret", "/catalog?cursor=s3cret", "/s3cret"):
        assert "s3cret" not in service.get(path).text


def test_ids_with_any_characters_are_found(estate: Estate, service: Service) -> None:
    for number, live_id in enumerate(("a/b", "e*", "ü[1]?", "50%")):
        estate.request(live_id, f"n{number}")
        assert service.get(f"/catalog/{quote(live_id, safe='')}").json()["export_id"] == live_id
