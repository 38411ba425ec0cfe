"""What a stranger's review of fetching found."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reconciler.exports.fetching import Event, FetchFailed, Progress, Retrying
from reconciler.exports.fetching.meter import Meter
from reconciler.exports.report import files_of, report_of
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.secret import Secret

from .filehost import CONTENT, Act, FileHost, Request, file_host, run, run_unstated, say, seen, serve

NAME = "partition_0.jsonl"
OTHER = CONTENT[::-1]
PAGE = b"<!DOCTYPE html><title>Sign in</title>"


def reasons(told: list[Event]) -> list[str]:
    return [event.why for event in told if isinstance(event, Retrying)]


def dripping(first: bytes, drop: bytes, enough: threading.Event) -> Act:
    """One more drop in good time, again and again."""

    def act(connection: socket.socket, request: Request, content: bytes) -> None:
        connection.sendall(first)
        while not enough.is_set():
            if not enough.wait(0.05):
                connection.sendall(drop)

    return act


@pytest.mark.parametrize(
    ("first", "drop"),
    [(b"HTTP/1.1 200 OK\r\nX: ", b"x"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (b"HTTP/1.1 2", b"0")],
)
def test_a_host_whose_headers_never_end_is_not_waited_for(tmp_path: Path, first: bytes, drop: bytes) -> None:
    told: list[Event] = []
    enough = threading.Event()
    with file_host(dripping(first, drop, enough)) as host:
        run(host, tmp_path, emit=told.append, connect=0.3, read=0.3)
        enough.set()
    assert reasons(told)[0] == "The file host does not answer in time."  # the next may well be slow: it has as little
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_partitions_are_under_way_at_the_same_time(tmp_path: Path) -> None:
    """Each is answered when all of them have been asked for."""
    together = threading.Barrier(4, timeout=60)

    def wait(connection: socket.socket, request: Request, content: bytes) -> None:
        together.wait()
        serve()(connection, request, content)

    files = {f"/p{number}": b"%d" % number for number in range(4)}
    with file_host(*[wait] * 4, files=files) as host:
        run(host, tmp_path, parallel=4)
        assert len(host.requests) == 4


@pytest.mark.parametrize("kind", ["text/html", "Text/HTML; charset=utf-8"])
def test_a_web_page_is_no_export_where_nothing_would_tell(tmp_path: Path, kind: str) -> None:
    """A gateway's login page comes with 200 and its right length."""
    told: list[Event] = []
    with file_host(say("200 OK", PAGE, Content_Type=kind)) as host:
        run_unstated(host, tmp_path, emit=told.append)
    assert reasons(told) == ["The file host answers with a web page instead of the file."]
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_web_page_for_ever_fails_and_leaves_nothing(tmp_path: Path) -> None:
    pages = [say("200 OK", PAGE, Content_Type="text/html")] * 9
    with file_host(*pages) as host, pytest.raises(FetchFailed, match="a web page instead of the file"):
        run_unstated(host, tmp_path)
    assert seen(tmp_path) == []


def test_what_a_checksum_proves_may_be_called_anything(tmp_path: Path) -> None:
    with file_host(serve(Content_Type="text/html")) as host:
        run(host, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def changed(host: FileHost, **first: Any) -> Callable[[], tuple[RemoteFile, ...]]:
    """A listing that says something else at first."""

    def listing() -> tuple[RemoteFile, ...]:
        host.listed += 1
        return (host.remote(**(first if host.listed == 1 else {})),)

    return listing


@pytest.mark.parametrize("first", [{"sha256": "0" * 64}, {"size": len(CONTENT) + 1}])
def test_bytes_that_do_not_match_are_held_against_a_new_list(tmp_path: Path, first: dict[str, Any]) -> None:
    """The export may have been made anew between the list and the download: that is no reason to ask for it again."""
    with file_host() as host:
        with pytest.raises(FetchFailed, match="does not list it any more as it was") as caught:
            run(host, tmp_path, listing=changed(host, **first))
        assert len(host.requests) == 1
        assert caught.value.hint.startswith("Fetch again")
        run(host, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_list_that_has_grown_meanwhile_is_another_export(tmp_path: Path) -> None:
    """Else the files of the first list would pass for the whole."""
    with file_host(say("403 Expired"), files={"/p0": CONTENT, "/p1": b"more"}) as host:

        def listing() -> tuple[RemoteFile, ...]:
            host.listed += 1
            return tuple(host.remote(partition) for partition in range(host.listed))

        with pytest.raises(FetchFailed, match="it has other files by now"):
            run(host, tmp_path, listing=listing)


def test_thousands_of_failures_are_not_thousands_of_lines(tmp_path: Path) -> None:
    files = {f"/p{number}": b"%d" % number for number in range(60)}

    with file_host(files=files) as host:

        def listing() -> tuple[RemoteFile, ...]:
            odd = {"sha256": "0" * 64}
            return tuple(host.remote(number, **(odd if number % 2 else {})) for number in range(60))

        with pytest.raises(FetchFailed) as caught:
            run(host, tmp_path, listing=listing, parallel=1)
    assert len(caught.value.failures) == 30
    assert caught.value.detail.count("\n") == 10
    assert "... and 20 more files." in caught.value.detail


def sized(partition: int, size: int | None) -> RemoteFile:
    return RemoteFile(Secret("https://files.example/x"), partition, "jsonl", size)


def test_progress_tells_the_rate_over_the_wire_and_the_time_that_remains() -> None:
    """What an earlier run left is in place, but did not arrive just now."""
    meter = Meter([sized(0, 1000), sized(1, 1000)], 0.0)
    meter.move(600)
    meter.move(400, arrived=400)
    assert meter.progress(4.0) == Progress(0, 2, bytes=1000, total=2000, rate=100.0, remaining=10.0)


def test_a_rate_is_that_of_late() -> None:
    meter = Meter([sized(0, 100_000)], 0.0)
    for second in range(1, 31):
        meter.move(1000 if second <= 15 else 10, arrived=1000 if second <= 15 else 10)
        last = meter.progress(float(second))
    assert last.rate == 10.0


def test_nobody_can_tell_what_remains_of_an_unknown_size() -> None:
    meter = Meter([sized(0, None)], 0.0)
    meter.move(400, arrived=400)
    assert meter.progress(4.0) == Progress(0, 1, bytes=400, total=None, rate=100.0, remaining=None)


FILE = LocalFile(NAME, 0, "jsonl", 3, "0" * 64)


def report(**members: Any) -> dict[str, Any]:
    """A report of one file, of which these members are different."""
    made = report_of(export_id="1", status="COMPLETED", address="A/b", request={}, folder="f", files=[FILE])
    made["files"][0] |= members
    return made


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_report_has_the_seeds_members_and_a_hash_of_the_content() -> None:
    """`governance_hash` is over the comma-joined locations, ours over the sorted hashes (contract §6)."""
    files = [FILE, replace(FILE, name="partition_1.jsonl", partition=1, sha256="f" * 64)]
    given: dict[str, Any] = {"export_id": "1", "status": "COMPLETED", "address": "A/b", "request": {}, "folder": "f"}
    made = report_of(**given, files=files, total_records=7)
    assert made["file_locations"] == ["f/partition_0.jsonl", "f/partition_1.jsonl"]
    assert made["governance_hash"] == sha256("f/partition_0.jsonl,f/partition_1.jsonl")
    assert made["content_hash"] == sha256(f"{'0' * 64}\n{'f' * 64}")
    assert (made["total_records"], made["catalog_version"], made["export_id"]) == (7, "1.0.0", "1")
    assert report_of(**given, files=files[::-1])["content_hash"] == made["content_hash"]


def test_a_report_tells_its_files() -> None:
    assert files_of(report()) == (FILE,)


@pytest.mark.parametrize(
    "members",
    [
        {"name": "../../etc/passwd"},
        {"name": "partition_1.jsonl"},
        {"name": ["partition_0.jsonl"]},
        {"name": "partition_0./x", "format": "/x"},
        {"partition": "../0"},
        {"partition": True},
        {"size": "3"},
        {"size": -1},
        {"sha256": None},
        {"sha256": "0" * 63},
        {"more": 1},
    ],
)
def test_a_report_that_leads_elsewhere_or_makes_no_sense_is_none(members: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^it is no report of an export$"):
        files_of(report(**members))


@pytest.mark.parametrize("files", [None, 1, ["partition_0.jsonl"], [None], {"a": 1}])
def test_a_report_without_a_list_of_files_is_none(files: Any) -> None:
    with pytest.raises(ValueError, match=r"^it is no report of an export$"):
        files_of(report() | {"files": files})
