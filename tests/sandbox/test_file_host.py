"""The host that has the files (contract §6: "belongs to another host: never send the bearer token there")."""

from __future__ import annotations

import gzip
import hashlib
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from reconciler.sandbox import Control, Sandbox

from .caller import Caller
from .exporting import EXPORTS, MINE, PRIVACY, completed, fetch, first_uri, listed, submitted


@pytest.fixture
def export(call: Caller, control: Control) -> str:
    return completed(call, control, [{"partition": 0, "text": "0123456789"}])


@pytest.fixture
def uri(call: Caller, export: str) -> str:
    return first_uri(call, export)


def test_a_file_is_there_for_whoever_has_its_uri(uri: str) -> None:
    """The URI is presigned."""
    got = fetch(uri)
    assert (got.status, got.content) == (200, b"0123456789")
    assert (got.headers["Content-Length"], got.headers["Accept-Ranges"]) == ("10", "bytes")
    assert got.headers["Content-Type"] == "application/x-ndjson"
    assert got.headers["ETag"].startswith('"')
    assert got.headers["Last-Modified"] == "Sun, 01 Nov 2026 12:00:00 GMT"
    assert "Content-Encoding" not in got.headers


@pytest.mark.parametrize("authorization", ["Bearer t0ken", "Basic c2FuZGJveDpzYW5kYm94", ""])
def test_whoever_brings_a_token_is_refused_and_remembered(control: Control, uri: str, authorization: str) -> None:
    """Never send the bearer token there."""
    assert control.leaks() == []
    got = fetch(uri, Authorization=authorization)
    assert got.status == 400
    assert b"<Code>InvalidArgument</Code>" in got.content
    assert [leak.path for leak in control.leaks()] == [urlsplit(uri).path]
    assert "t0ken" not in str(control.leaks())
    assert fetch(uri).status == 200
    assert len(control.leaks()) == 1


def test_a_leak_is_remembered_whatever_was_to_go_wrong(control: Control, uri: str) -> None:
    control.fault("GET /exports/**", "cut")
    assert fetch(uri, Authorization="Bearer x").status == 400
    assert control.faults()[0]["remaining"] == 1


def test_requests_are_recorded_without_their_signature(control: Control, uri: str) -> None:
    fetch(uri, Range="bytes=1-2")
    recorded = control.file_requests()[0]
    assert (recorded.method, recorded.status, recorded.headers["range"]) == ("GET", 206, "bytes=1-2")
    assert recorded.query["X-Amz-Signature"] == "***"
    assert control.file_requests(recorded.path) == [recorded]
    assert control.file_requests("/none") == []
    assert control.requests(path=recorded.path) == []
    control.forget()
    assert control.file_requests() == []


def test_a_uri_lives_about_an_hour(call: Caller, control: Control, export: str, uri: str) -> None:
    """Lives about an hour; 403 = the URI has expired *or* access is denied: fetch the list again."""
    control.advance(3599)
    fresh = first_uri(call, export)
    assert fetch(uri).status == 200
    control.advance(1)
    got = fetch(uri)
    assert (got.status, got.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in got.content
    assert fetch(fresh).status == 200


def test_a_uris_life_is_a_setting(call: Caller, control: Control, export: str) -> None:
    control.settings(uri_lifetime=5)
    uri = first_uri(call, export)
    assert "X-Amz-Expires=5" in uri
    control.advance(5)
    assert fetch(uri).status == 403


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("0.jsonl", "1.jsonl"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=36000"),
        ("X-Amz-Expires=3600", ""),
        ("X-Amz-Date=", "X-Amz-Date=9"),
        ("X-Amz-Security-Token=", "X-Amz-Security-Token=9"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-Signature=", "X-Amz-Signature=x&X-Amz-Signature="),
        ("X-Amz-Signature=", "X-Amz-Signature=%C3%A9"),
        ("X-Amz-Signature", "X-Amz-Mark"),
    ],
)
def test_a_forged_uri_is_403(uri: str, was: str, becomes: str) -> None:
    got = fetch(uri.replace(was, becomes, 1))
    assert got.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in got.content


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE"])
def test_a_signature_is_for_get_alone(uri: str, method: str) -> None:
    assert fetch(uri, method).status == 403
    assert fetch(uri).status == 200


def test_a_path_without_a_signature_is_403(uri: str) -> None:
    base = uri.partition("/exports/")[0]
    assert {fetch(base + path).status for path in ("/", "/exports/", EXPORTS, urlsplit(uri).path)} == {403}


def test_the_organisation_has_no_files_and_the_file_host_no_organisation(
    sandbox: Sandbox, call: Caller, uri: str
) -> None:
    assert call("GET", uri[uri.index("/exports/") :]).status_code == 404
    base = uri.partition("/exports/")[0]
    assert fetch(f"{base}/__sandbox/state").status == 403
    assert fetch(f"{base}/oauth/token", "POST").status == 403


def test_a_file_that_is_gone_is_404(control: Control, export: str, uri: str) -> None:
    control.plan_export_files(export, [])
    got = fetch(uri)
    assert got.status == 404
    assert b"<Code>NoSuchKey</Code>" in got.content


def test_the_files_of_a_job_under_way_are_not_there_yet(call: Caller, control: Control) -> None:
    submitted(call)
    early = control.export_files(MINE)[0]["uri"]
    assert fetch(early).status == 404
    control.complete_export(MINE)
    assert fetch(early).status == 200


@pytest.mark.parametrize(
    ("asked", "status", "content", "says"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=9-", 206, b"9", "bytes 9-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-3", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("lines=0-3", 200, b"0123456789", None),
    ],
)
def test_a_range_is_served(uri: str, asked: str, status: int, content: bytes, says: str | None) -> None:
    """RFC 9110 §14, one range; S3 answers a list of them with the whole."""
    got = fetch(uri, Range=asked)
    assert (got.status, got.content, got.headers.get("Content-Range")) == (status, content, says)
    assert got.headers["Content-Length"] == str(len(content))
    assert got.headers["ETag"] == fetch(uri).headers["ETag"]


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_behind_the_end_is_416(uri: str, asked: str) -> None:
    got = fetch(uri, Range=asked)
    assert (got.status, got.headers["Content-Range"]) == (416, "bytes */10")
    assert b"<Code>InvalidRange</Code>" in got.content


def test_an_empty_file_has_no_range(call: Caller, control: Control, export: str) -> None:
    control.put_export_file(export, 0, "")
    uri = first_uri(call, export)
    assert (fetch(uri).status, fetch(uri).headers["Content-Length"]) == (200, "0")
    assert fetch(uri, Range="bytes=0-").status == 416


@pytest.mark.parametrize(
    ("condition", "status"),
    [("etag", 206), ("date", 206), ('"other"', 200), ("weak", 200), ("Sat, 31 Oct 2026 12:00:00 GMT", 200)],
)
def test_if_range_serves_the_whole_where_the_file_is_another(uri: str, condition: str, status: int) -> None:
    headers = fetch(uri).headers
    known = {"etag": headers["ETag"], "date": headers["Last-Modified"], "weak": f"W/{headers['ETag']}"}
    got = fetch(uri, Range="bytes=5-", If_Range=known.get(condition, condition))
    assert (got.status, len(got.content)) == (status, 5 if status == 206 else 10)


@pytest.mark.parametrize(
    ("setting", "accepted", "encoded"),
    [
        ("identity", "gzip", False),
        ("gzip", "gzip, deflate", True),
        ("gzip", "identity", False),
        ("gzip", "gzip;q=0", False),
        ("gzip", "gzip; q=0.5", True),
        ("gzip", "deflate, *", True),
        ("gzip", "*;q=0", False),
        ("gzip", "x-gzip", False),
        ("gzip_always", "identity", True),
    ],
)
def test_an_encoding_is_used_where_the_client_takes_it(
    control: Control, uri: str, setting: str, accepted: str, encoded: bool
) -> None:
    """Hash the raw bytes (ask for identity encoding: transparent decoding would hash something else)."""
    plain = fetch(uri)
    control.settings(file_encoding=setting)
    got = fetch(uri, Accept_Encoding=accepted, Range="bytes=0-3")
    assert ("Content-Encoding" in got.headers) is encoded
    if encoded:
        assert (got.status, gzip.decompress(got.content)) == (200, b"0123456789")
        assert "Content-Length" not in got.headers
        assert "Accept-Ranges" not in got.headers
        assert got.headers["ETag"] != plain.headers["ETag"]
    else:
        assert (got.status, got.content) == (206, b"0123")


def test_a_download_url_is_renewed_or_is_not(call: Caller, control: Control) -> None:
    """With no checksum, size or lifetime given."""
    submitted(call)
    control.complete_export(MINE)

    def url() -> str:
        return str(call("GET", f"{PRIVACY}/{MINE}").json()["downloadUrl"])

    first = url()
    control.advance(1800)
    assert url() != first
    control.settings(download_url="fixed", token_lifetime=10**6)
    fixed = url()
    assert url() == fixed
    assert fetch(fixed).status == 200
    control.advance(1799)
    assert fetch(fixed).status == 200
    control.advance(1)
    assert fetch(fixed).status == 403
    control.settings(uri_lifetime=7200)


def test_a_download_may_be_claimed_elsewhere(call: Caller, control: Control) -> None:
    submitted(call)
    control.complete_export(MINE)
    control.change_export_file(MINE, 0, listed={"uri": "ftp://example.invalid/x"})
    assert call("GET", f"{PRIVACY}/{MINE}").json()["downloadUrl"] == "ftp://example.invalid/x"
    control.plan_export_files(MINE, [])
    assert "downloadUrl" not in call("GET", f"{PRIVACY}/{MINE}").json()


def test_a_large_file_comes_whole_while_others_are_served(call: Caller, control: Control) -> None:
    """Large interaction exports can exceed gigabytes [2]."""
    export = completed(call, control, [{"partition": 0, "size": 64 << 20}, {"partition": 1, "size": 8 << 20}])
    files = listed(call, export)

    def digest(file: dict[str, str]) -> str:
        found = hashlib.sha256()
        with requests.get(file["uri"], stream=True, timeout=30) as answer:
            for piece in answer.iter_content(1 << 20):
                found.update(piece)
        return f"sha256:{found.hexdigest()}"

    with ThreadPoolExecutor(3) as pool:
        both = list(pool.map(digest, files))
    assert both == [file["checksum"] for file in files]


def test_a_reader_may_hang_up(sandbox: Sandbox, call: Caller, caplog: pytest.LogCaptureFixture) -> None:
    uri = first_uri(call, completed(call, sandbox.control, [{"partition": 0, "size": 64 << 20}]))
    with requests.get(uri, stream=True, timeout=60) as answer:
        assert len(answer.raw.read(1000)) == 1000
    assert fetch(uri, Range="bytes=0-9").status == 206
    assert caplog.records == []


def test_stopping_waits_for_no_download(call: Caller, control: Control, stops_at_once: Callable[[], bool]) -> None:
    uri = first_uri(call, completed(call, control, [{"partition": 0, "size": 64 << 20}]))
    with requests.get(uri, stream=True, timeout=30) as answer:
        answer.raw.read(10)
        assert stops_at_once()
    host, port = urlsplit(uri).netloc.split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=2).close()


def test_it_listens_on_loopback_only(uri: str) -> None:
    assert urlsplit(uri).hostname == "127.0.0.1"


def test_an_export_of_thousands_of_files_is_listed_and_served(call: Caller, control: Control) -> None:
    """Each of them used to cost the reading of all."""
    export = completed(call, control, [{"partition": number, "records": 2} for number in range(4000)])
    files = listed(call, export)
    assert len({file["checksum"] for file in files}) == 4000
    for file in files[::100]:
        assert fetch(file["uri"]).content.count(b"\n") == 2


def test_files_that_nobody_described_are_found_by_their_number(call: Caller, control: Control) -> None:
    control.settings(export_partitions=3)
    export = completed(call, control)
    assert [fetch(file["uri"]).status for file in listed(call, export)] == [200, 200, 200]
