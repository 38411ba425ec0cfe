"""What can go wrong with a download (contract §6, "Download"), scripted as all faults are."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from reconciler.sandbox import Control, SandboxError

from .caller import Caller
from .exporting import EXPORTS, completed, fetch, first_uri, listed

ROUTE = "GET /exports/**"
DIGITS = b"0123456789"


@pytest.fixture
def export(call: Caller, control: Control) -> str:
    return completed(call, control, [{"partition": 0, "text": DIGITS.decode()}, {"partition": 1, "text": "other"}])


@pytest.fixture
def uri(call: Caller, export: str) -> str:
    return first_uri(call, export)


def stump(uri: str, **headers: str) -> bytes:
    """What comes before the connection ends too early."""
    got: list[bytes] = []
    with requests.get(uri, headers=headers, stream=True, timeout=60) as answer:
        assert answer.status_code in (200, 206)
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
            got.extend(answer.iter_content(1))
    return b"".join(got)


@pytest.mark.parametrize(
    ("parameters", "after"),
    [({"status": 429, "retry_after": 7}, "7"), ({"status": 503}, None), ({"status": 500}, None)],
)
def test_a_status_comes_as_xml(control: Control, uri: str, parameters: dict[str, Any], after: str | None) -> None:
    """429 Retry-After; 5xx backoff."""
    control.fault(ROUTE, "status", **parameters)
    got = fetch(uri)
    assert (got.status, got.headers.get("Retry-After")) == (parameters["status"], after)
    assert b"<Code>SlowDown</Code>" in got.content
    assert fetch(uri).content == DIGITS


def test_a_fault_may_be_for_one_file(call: Caller, control: Control, export: str) -> None:
    control.fault(f"GET /exports/{export}/1.jsonl", "status", status=503, times=None)
    assert [fetch(file["uri"]).status for file in listed(call, export)] == [200, 503]


def test_the_hosts_do_not_share_their_faults(call: Caller, control: Control, export: str, uri: str) -> None:
    control.fault("* /**", "status", status=503, times=None)
    assert fetch(uri).status == 200
    assert call("GET", f"{EXPORTS}/{export}").status_code == 503
    control.clear_faults()
    control.fault("* /exports/**", "status", status=503, times=None)
    assert call("GET", f"{EXPORTS}/{export}").status_code == 200
    assert fetch(uri).status == 503


def test_faults_of_downloads_are_recorded_and_counted(control: Control, uri: str) -> None:
    fault = control.fault(ROUTE, "delay", seconds=0, skip=1)
    for _ in range(3):
        fetch(uri)
    assert [recorded.faults for recorded in control.file_requests()] == [(), (fault,), ()]
    assert control.faults()[0]["remaining"] == 0


def test_a_delay_is_a_delay(control: Control, uri: str) -> None:
    control.fault(ROUTE, "delay", seconds=0.05)
    started = time.monotonic()
    assert fetch(uri).content == DIGITS
    assert time.monotonic() - started >= 0.05


def test_html_may_come_where_a_file_is_expected(control: Control, uri: str) -> None:
    control.fault(ROUTE, "html")
    got = fetch(uri)
    assert (got.status, got.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert got.content.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_leads_elsewhere(control: Control, uri: str, status: int) -> None:
    control.fault(ROUTE, "redirect", location="http://192.0.2.1/x", status=status)
    got = fetch(uri)
    assert (got.status, got.headers["Location"], got.content) == (status, "http://192.0.2.1/x", b"")


@pytest.mark.parametrize("after", [0, 4, 9])
def test_a_download_is_cut_after_some_bytes(control: Control, uri: str, after: int) -> None:
    """POST... a cut: discard the partial file, retry."""
    control.fault(ROUTE, "cut", after=after)
    assert stump(uri) == DIGITS[:after]
    assert fetch(uri).content == DIGITS


def test_a_resumed_download_may_be_cut_too(control: Control, uri: str) -> None:
    control.fault(ROUTE, "cut", after=2)
    assert stump(uri, Range="bytes=4-") == b"45"


def test_a_download_of_many_pieces_is_cut_where_it_should_be(call: Caller, control: Control) -> None:
    uri = first_uri(call, completed(call, control, [{"partition": 0, "size": 8 << 20}]))
    control.fault(ROUTE, "cut", after=(5 << 20) + 1)
    got: list[int] = []
    with requests.get(uri, stream=True, timeout=60) as answer, pytest.raises(requests.exceptions.ChunkedEncodingError):
        got.extend(len(piece) for piece in answer.iter_content(1 << 16))
    assert (5 << 20) - (1 << 16) < sum(got) <= (5 << 20) + 1


def test_a_connection_is_reset(control: Control, uri: str) -> None:
    control.fault(ROUTE, "cut", after=4, how="reset")
    assert len(stump(uri)) <= 4
    assert fetch(uri).content == DIGITS


def test_a_connection_is_cut_without_an_answer(control: Control, uri: str) -> None:
    control.fault(ROUTE, "cut")
    with pytest.raises(requests.ConnectionError):
        fetch(uri)
    assert control.file_requests()[0].status is None


def test_a_download_stalls(control: Control, uri: str) -> None:
    control.fault(ROUTE, "stall", after=4)
    place = urlsplit(uri)
    with closing(HTTPConnection(place.netloc, timeout=30)) as line:
        line.request("GET", f"{place.path}?{place.query}")
        answer = line.getresponse()
        assert answer.read(4) == b"0123"
        line.sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            answer.read(1)


def test_a_stall_ends_with_the_rest(control: Control, uri: str) -> None:
    control.fault(ROUTE, "stall", after=4, seconds=0.05)
    started = time.monotonic()
    assert fetch(uri).content == DIGITS
    assert time.monotonic() - started >= 0.05


def test_stopping_waits_for_no_stall(control: Control, uri: str, stops_at_once: Callable[[], bool]) -> None:
    control.fault(ROUTE, "stall", after=4)
    with requests.get(uri, stream=True, timeout=30) as answer:
        assert answer.raw.read(4) == b"0123"
        assert stops_at_once()


def test_a_uri_expires_during_the_download(call: Caller, control: Control, export: str, uri: str) -> None:
    """403 = the URI has expired: fetch the list again."""
    control.fault(ROUTE, "expire", after=3)
    assert stump(uri) == b"012"
    assert fetch(uri, Range="bytes=3-").status == 403
    assert fetch(first_uri(call, export), Range="bytes=3-").content == DIGITS[3:]


def test_a_stump_may_be_framed_properly(control: Control, uri: str) -> None:
    control.fault(ROUTE, "truncate", keep=4)
    got = fetch(uri)
    assert (got.headers["Content-Length"], got.content) == ("4", b"0123")


def test_more_may_come_than_there_is(control: Control, uri: str) -> None:
    control.fault(ROUTE, "oversize", bytes=3_000_000)
    got = fetch(uri)
    assert (len(got.content), got.content[:11]) == (3_000_010, b"0123456789x")
    assert "Content-Length" not in got.headers


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(None, b"012\xcc\xcb56789"), ("bytes=4-", b"\xcb56789"), ("bytes=5-", b"56789")],
)
def test_bytes_may_be_corrupted(control: Control, uri: str, asked: str | None, expected: bytes) -> None:
    """Checksum mismatch: discard the partial file, retry, then fail."""
    control.fault(ROUTE, "corrupt", at=3, bytes=2)
    got = fetch(uri, **({"Range": asked} if asked else {}))
    assert got.content == expected
    assert got.headers["Content-Length"] == str(len(expected))


@pytest.mark.parametrize(
    ("answer", "status", "content", "says"),
    [
        ("ignored", 200, DIGITS, None),
        ("refused", 416, None, "bytes */10"),
        ("shifted", 206, b"345678", "bytes 3-8/10"),
        ("mislabelled", 206, b"012345", "bytes 4-9/10"),
        ("regardless", 206, b"456789", "bytes 4-9/10"),
    ],
)
def test_a_range_may_be_misunderstood(
    control: Control, uri: str, answer: str, status: int, content: bytes | None, says: str | None
) -> None:
    control.fault(ROUTE, "range", answer=answer)
    got = fetch(uri, Range="bytes=4-", If_Range='"other"' if answer == "regardless" else fetch_tag(uri, control))
    assert (got.status, got.headers.get("Content-Range")) == (status, says)
    assert content is None or got.content == content
    assert ("Accept-Ranges" in got.headers) is (answer not in ("ignored", "refused"))


def fetch_tag(uri: str, control: Control) -> str:
    """The ETag, without using up the fault that waits."""
    written = [{k: v for k, v in each.items() if k not in ("id", "seen", "remaining")} for each in control.faults()]
    control.clear_faults()
    tag = fetch(uri).headers["ETag"]
    control.add_faults(written)
    return tag


def test_a_whole_download_knows_nothing_of_ranges(control: Control, uri: str) -> None:
    control.fault(ROUTE, "range", answer="refused")
    assert fetch(uri).content == DIGITS


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_may_become_another_between_two_attempts(
    call: Caller, control: Control, export: str, uri: str, when: str
) -> None:
    first = fetch(uri)
    checksum = listed(call, export)[0]["checksum"]
    control.fault(ROUTE, "change", when=when)
    second, third = fetch(uri), fetch(uri)
    assert (second.headers["ETag"] == first.headers["ETag"]) is (when == "after")
    assert third.headers["ETag"] != first.headers["ETag"]
    assert (second.content, third.content) == (DIGITS + (b"\n" if when == "before" else b""), DIGITS + b"\n")
    assert listed(call, export)[0]["checksum"] != checksum
    assert fetch(listed(call, export)[1]["uri"]).content == b"other"


def test_made_up_content_changes_too(call: Caller, control: Control) -> None:
    export = completed(call, control)
    uri = first_uri(call, export)
    first = fetch(uri)
    control.fault(ROUTE, "change")
    second = fetch(uri)
    assert len(first.content) == len(second.content)
    assert (first.content == second.content, first.headers["ETag"] == second.headers["ETag"]) == (False, False)


@pytest.mark.parametrize(("condition", "status"), [(True, 200), (False, 206)])
def test_what_is_left_of_a_changed_file_is_told_apart(control: Control, uri: str, condition: bool, status: int) -> None:
    """`Content-Length` and `ETag`, where sent, are checked."""
    control.fault(ROUTE, "change", skip=1)
    tag = fetch(uri).headers["ETag"]
    got = fetch(uri, Range="bytes=4-", **({"If_Range": tag} if condition else {}))
    assert (got.status, got.content) == (status, DIGITS + b"\n" if condition else b"456789\n")


def test_a_fault_may_encode_regardless(control: Control, uri: str) -> None:
    control.fault(ROUTE, "gzip")
    got = fetch(uri, Accept_Encoding="identity")
    assert (got.headers["Content-Encoding"], gzip.decompress(got.content)) == ("gzip", DIGITS)


def test_headers_may_be_set_and_missing(control: Control, uri: str) -> None:
    control.fault(ROUTE, "headers", set={"etag": 'W/"weak"', "X-Odd": "1"}, remove=["content-length", "Last-Modified"])
    got = fetch(uri)
    assert (got.headers["ETag"], got.headers["X-Odd"], got.content) == ('W/"weak"', "1", DIGITS)
    assert not {"Content-Length", "Last-Modified"} & set(got.headers)
    assert got.headers["Accept-Ranges"] == "bytes"


def test_a_length_may_promise_more_than_comes(control: Control, uri: str, caplog: pytest.LogCaptureFixture) -> None:
    control.fault(ROUTE, "headers", set={"Content-Length": "20"})
    assert stump(uri) == DIGITS
    assert fetch(uri).content == DIGITS
    assert caplog.records == []


def test_a_length_may_promise_less(control: Control, uri: str) -> None:
    control.fault(ROUTE, "headers", set={"Content-Length": "4"})
    assert fetch(uri).content == b"0123"


def test_faults_strike_together(control: Control, uri: str) -> None:
    """Corrupted and cut, and afterwards another."""
    control.fault(ROUTE, "corrupt", at=0)
    control.fault(ROUTE, "cut", after=2)
    control.fault(ROUTE, "change", when="after")
    assert stump(uri) == b"\xcf1"
    assert fetch(uri).content == DIGITS + b"\n"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ({"action": "late", "seconds": 1}, "'late' is none of status, delay"),
        ({"action": "edit", "edits": []}, "'edit' is none of"),
        ({"action": "stall", "after": "4"}, "a whole number"),
        ({"action": "range", "answer": "never"}, "'ignored'"),
        ({"action": "cut", "when": "after"}, "when; the keys are"),
    ],
)
def test_what_no_download_can_suffer_is_refused(control: Control, script: dict[str, Any], says: str) -> None:
    with pytest.raises(SandboxError, match=says):
        control.add_faults([{"route": ROUTE, **script}])


def test_what_only_downloads_suffer_is_refused_elsewhere(control: Control) -> None:
    with pytest.raises(SandboxError, match="'stall' is none of"):
        control.fault(f"GET {EXPORTS}", "stall")


def test_the_path_of_a_file_says_which_it_is(export: str, uri: str) -> None:
    assert urlsplit(uri).path == f"/exports/{export}/0.jsonl"
