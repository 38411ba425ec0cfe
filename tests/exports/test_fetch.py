"""What a fetch does, over real sockets: whole files, cuts, odd answers."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
from email.utils import formatdate
from pathlib import Path

import pytest
from reconciler.errors import OutOfTime, ReconcilerError
from reconciler.exports.fetching import FetchFailed, FolderTrouble, Progress, Retrying
from reconciler.model.export import LocalFile

from .filehost import (
    CONTENT,
    ETAG,
    EXPORT,
    NOON,
    Act,
    FileHost,
    Request,
    TestClock,
    chunked,
    file_host,
    partials,
    run,
    run_unstated,
    say,
    seen,
    serve,
    silence,
)

NAME = "partition_0.jsonl"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
WHOLE = LocalFile(NAME, 0, "jsonl", len(CONTENT), SHA256)
CUT = 1_200_000


def is_whole(folder: Path) -> bool:
    return (folder / NAME).read_bytes() == CONTENT and seen(folder) == [NAME] and not partials(folder)


def failure(host: FileHost, folder: Path, **how: object) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        run(host, folder, **how)
    assert seen(folder) == []
    return caught.value


def test_a_file_is_fetched_hashed_and_given_its_name(tmp_path: Path) -> None:
    with file_host() as host:
        assert run(host, tmp_path / "export") == (WHOLE,)
    assert is_whole(tmp_path / "export")


def test_partitions_are_fetched_side_by_side_and_told_in_order(tmp_path: Path) -> None:
    files = {f"/p{number}": os.urandom(50_000 + number) for number in range(12)}
    with file_host(files=files) as host:
        fetched = run(host, tmp_path, parallel=4)
    assert [file.name for file in fetched] == [f"partition_{number}.jsonl" for number in range(12)]
    assert all((tmp_path / f"partition_{number}.jsonl").read_bytes() == files[f"/p{number}"] for number in range(12))


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    with file_host(files={"/p0": b""}) as host:
        (file,) = run(host, tmp_path)
    assert (file.size, (tmp_path / NAME).read_bytes()) == (0, b"")


def test_files_are_their_owners_alone_and_so_is_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "export"
    with file_host() as host:
        run(host, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_fetching_again_downloads_nothing(tmp_path: Path) -> None:
    with file_host() as host:
        run(host, tmp_path)
        assert run(host, tmp_path) == (WHOLE,)
        assert len(host.requests) == 1


@pytest.mark.parametrize("change", [b"", b"x" * len(CONTENT), CONTENT + b"x"])
def test_a_file_that_is_there_but_wrong_is_fetched_again(tmp_path: Path, change: bytes) -> None:
    (tmp_path / NAME).write_bytes(change)
    with file_host() as host:
        run(host, tmp_path)
    assert is_whole(tmp_path)


def test_a_cut_is_resumed_where_it_happened(tmp_path: Path) -> None:
    with file_host(serve(cut=CUT)) as host:
        run(host, tmp_path)
        assert host.starts() == [0, CUT]
        assert host.requests[1].headers["if-range"] == ETAG
    assert is_whole(tmp_path)


def test_every_byte_is_asked_for_once_however_often_it_is_cut(tmp_path: Path) -> None:
    with file_host(*[serve(cut=100_000)] * 4) as host:
        run(host, tmp_path)
        assert host.starts() == [0, 100_000, 200_000, 300_000, 400_000]


def test_attempts_that_bring_something_are_not_counted_together(tmp_path: Path) -> None:
    with file_host(*[serve(cut=1_100_000), silence, silence] * 2) as host:
        run(host, tmp_path, attempts=4)
    assert is_whole(tmp_path)


@pytest.mark.parametrize(
    "second",
    [
        serve(ranges=False),
        serve(etag='"version-2"'),
        say("416 Range Not Satisfiable"),
        serve(Content_Range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"),
        serve(Content_Range=f"bytes {CUT}-{len(CONTENT)}/{len(CONTENT) + 1}"),
        serve(Content_Range=f"bytes {CUT}-{len(CONTENT) - 1}/{len(CONTENT) - 5}"),
        serve(Content_Range=None),
        serve(Content_Range="bytes nonsense"),
        serve(Content_Type="multipart/byteranges; boundary=x", Content_Range=None),
        serve(ETag='"version-2"'),
    ],
)
def test_what_does_not_continue_the_beginning_starts_over(tmp_path: Path, second: Act) -> None:
    with file_host(serve(cut=CUT), second) as host:
        run(host, tmp_path)
        assert host.starts()[:2] == [0, CUT]
        assert set(host.starts()[2:]) <= {0}
    assert is_whole(tmp_path)


def test_a_shorter_part_than_asked_for_is_taken_and_the_rest_asked_for(tmp_path: Path) -> None:
    part = CONTENT[CUT : CUT + 10]
    some = say("206 Partial Content", part, Content_Range=f"bytes {CUT}-{CUT + 9}/{len(CONTENT)}", ETag=ETAG)
    with file_host(serve(cut=CUT), some) as host:
        run(host, tmp_path)
        assert host.starts() == [0, CUT, CUT + 10]
    assert is_whole(tmp_path)


def test_a_part_that_nobody_asked_for_is_refused(tmp_path: Path) -> None:
    whole = f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"
    with file_host(say("206 Partial Content", CONTENT, Content_Range=whole)) as host:
        run(host, tmp_path)
        assert host.starts() == [0, 0]
    assert is_whole(tmp_path)


def test_a_host_that_has_no_etag_is_resumed_since_the_checksum_will_tell(tmp_path: Path) -> None:
    with file_host(serve(cut=CUT, etag=None), serve(etag=None)) as host:
        run(host, tmp_path)
        assert host.starts() == [0, CUT]
        assert "if-range" not in host.requests[1].headers


def test_a_weak_etag_is_no_if_range(tmp_path: Path) -> None:
    with file_host(serve(cut=CUT, ETag='W/"1"'), serve()) as host:
        run(host, tmp_path)
        assert "if-range" not in host.requests[1].headers


def test_a_checksum_that_does_not_match_is_tried_whole_again(tmp_path: Path) -> None:
    with file_host(say("200 OK", b"x" * len(CONTENT))) as host:
        run(host, tmp_path)
        assert host.starts() == [0, 0]
    assert is_whole(tmp_path)


def test_a_checksum_that_never_matches_fails_and_leaves_nothing(tmp_path: Path) -> None:
    with file_host(*[say("200 OK", b"x" * len(CONTENT))] * 9) as host:
        error = failure(host, tmp_path)
        assert len(host.requests) == 3
    assert "checksum" in error.detail
    assert [path.stat().st_size for path in tmp_path.glob(".*.partial")] in ([], [0])


@pytest.mark.parametrize("act", [chunked(more=b"x"), serve(Content_Length=len(CONTENT) + 1), chunked(more=CONTENT)])
def test_more_bytes_than_stated_are_not_taken(tmp_path: Path, act: Act) -> None:
    with file_host(*[act] * 9) as host:
        error = failure(host, tmp_path)
        assert len(host.requests) == 5
    assert "3,000,000" in error.detail


def test_fewer_bytes_than_stated_fail(tmp_path: Path) -> None:
    with file_host(*[say("200 OK", CONTENT[:-1])] * 9) as host:
        error = failure(host, tmp_path)
    assert "has a file of 2,999,999 bytes where there should be 3,000,000" in error.detail


def test_an_answer_without_a_length_is_complete_when_its_bytes_are(tmp_path: Path) -> None:
    with file_host(chunked(terminated=False)) as host:
        run(host, tmp_path)
        assert len(host.requests) == 1
    assert is_whole(tmp_path)


@pytest.mark.parametrize("status", ["500 No", "503 Busy", "408 Slow", "429 Slower"])
def test_what_passes_is_waited_for(tmp_path: Path, status: str) -> None:
    clock = TestClock()
    with file_host(say(status), say(status)) as host:
        run(host, tmp_path, clock=clock)
    assert 3 <= sum(clock.slept) <= 4.5  # 1 + 2, and at most half as much again
    assert is_whole(tmp_path)


@pytest.mark.parametrize("after", ["40", formatdate(NOON + 40, usegmt=True)])
def test_the_host_says_how_long_to_wait(tmp_path: Path, after: str) -> None:
    clock = TestClock()
    with file_host(say("429 Slow", Retry_After=after)) as host:
        run(host, tmp_path, clock=clock)
    assert 39 <= sum(clock.slept) <= 40


def test_a_wait_beyond_patience_is_not_waited(tmp_path: Path) -> None:
    clock = TestClock()
    with file_host(*[say("503 Later", Retry_After="4000")] * 2) as host:
        error = failure(host, tmp_path, clock=clock)
    assert "wants us to come back in 4,000 s" in error.detail
    assert clock.slept == []


@pytest.mark.parametrize("after", ["soon", "-5", "1e9", "９", "Sun, 99 Nov 2026 12:00:00 GMT"])
def test_a_retry_after_that_makes_no_sense_is_none(tmp_path: Path, after: str) -> None:
    clock = TestClock()
    with file_host(say("429 Slow", Retry_After=after.encode().decode("latin-1"))) as host:
        run(host, tmp_path, clock=clock)
    assert 1 <= sum(clock.slept) <= 1.5


@pytest.mark.parametrize(
    ("act", "said", "requests"),
    [
        (say("500 No"), "answers 500; given up after 5 tries", 5),
        (silence, "closed the connection without an answer; given up after 5 tries", 5),
        (say("429 Slow"), "answers 429: too many requests; given up after 12 tries", 12),
        (say("404 None"), "answers 404: the file is gone", 1),
        (say("410 Gone"), "answers 410: the file is gone", 1),
        (say("418 Teapot"), "answers 418, which is no file", 1),
        (say("204 Nothing"), "answers 204, which is no file", 1),
        (say("302 Found", Location="https://elsewhere.example/"), "answers 302: it sends us elsewhere", 1),
        (serve(Content_Encoding="gzip"), "encodes the file, although that was not asked for", 1),
        (serve(Transfer_Encoding="gzip, chunked"), "in a way that nobody asked for", 1),
        (serve(Content_Length="-5"), "a length that is no count; given up", 5),
        (say("403 Expired"), "with 3 URIs of new lists it was the same", 4),
    ],
)
def test_what_does_not_pass_fails_loudly(tmp_path: Path, act: Act, said: str, requests: int) -> None:
    with file_host(*[act] * 20) as host:
        error = failure(host, tmp_path)
        assert len(host.requests) == requests
    assert f"{NAME}: The file host (127.0.0.1)" in error.detail
    assert said in error.detail
    assert (error.exit_code, error.where, bool(error.hint)) == (1, EXPORT, True)


def test_one_file_that_fails_does_not_keep_the_others(tmp_path: Path) -> None:
    with file_host(say("404 None"), files={f"/p{number}": b"%d" % number for number in range(5)}) as host:
        with pytest.raises(FetchFailed) as caught:
            run(host, tmp_path)
        assert len(caught.value.failures) == 1
        assert len(seen(tmp_path)) == 4
        assert len(run(host, tmp_path)) == 5
        assert len(host.requests) == 6


def test_when_everything_fails_the_rest_is_not_tried(tmp_path: Path) -> None:
    with file_host(*[say("404 None")] * 99, files={f"/p{number}": b"x" for number in range(50)}) as host:
        error = failure(host, tmp_path)
        assert len(host.requests) < 20
    assert "42 more were not tried or not finished" in error.detail


@pytest.mark.parametrize("status", ["403 Forbidden", "400 ExpiredToken", "401 Unauthorized"])
def test_an_expired_uri_is_had_anew_and_the_file_goes_on(tmp_path: Path, status: str) -> None:
    with file_host(serve(cut=CUT), say(status)) as host:
        run(host, tmp_path)
        assert host.listed == 2
        assert host.starts() == [0, CUT, CUT]
        assert [request.path[-3:] for request in host.requests] == ["n=1", "n=1", "n=2"]
    assert is_whole(tmp_path)


def test_one_new_list_serves_all_whose_uri_expired(tmp_path: Path) -> None:
    def expired(*about: object) -> None:
        old = str(getattr(about[1], "path", "")).endswith("n=1")
        (say("403 Expired") if old else serve())(*about)  # type: ignore[arg-type]

    with file_host(*[expired] * 20, files={f"/p{number}": b"%d" % number for number in range(8)}) as host:
        run(host, tmp_path, parallel=4)
        assert host.listed == 2


def test_a_list_that_now_has_another_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    with file_host(say("403 Expired")) as host:

        def listing() -> tuple[object, ...]:
            return (host.remote(sha256=("0" * 64) if host.requests else SHA256),)

        error = failure(host, tmp_path, listing=listing)
    assert "does not list it any more as it was" in error.detail


def test_an_organisation_that_refuses_the_new_list_says_so_itself(tmp_path: Path) -> None:
    with file_host(say("403 Expired")) as host:

        def listing() -> tuple[object, ...]:
            if host.requests:
                raise ReconcilerError("Permission denied")
            return host.listing()

        with pytest.raises(ReconcilerError, match="Permission denied"):
            run(host, tmp_path, listing=listing)


def test_nothing_is_waited_for_beyond_the_deadline(tmp_path: Path) -> None:
    clock = TestClock()
    with file_host(*[serve(cut=10), *[say("503 Busy")] * 9]) as host:
        with pytest.raises(OutOfTime, match="time is up"):
            run(host, tmp_path, clock=clock, deadline=4.0)
        assert sum(clock.slept) <= 4
        assert partials(tmp_path)
        run(host, tmp_path, attempts=20)
        assert host.starts()[-1] == 10


def test_a_host_that_trickles_is_taken_for_silent(tmp_path: Path) -> None:
    clock, begun = TestClock(), threading.Event()
    told: list[object] = []

    def trickle(connection: socket.socket, request: Request, content: bytes) -> None:
        serve(cut=1000)(connection, request, content)
        begun.wait(60)
        for each in range(1000, 1200):
            clock.sleep(1)
            connection.sendall(content[each : each + 1])

    def emit(event: object) -> None:
        told.append(event)
        if isinstance(event, Progress) and event.bytes >= 1000:
            begun.set()

    with file_host(trickle) as host:
        run(host, tmp_path, clock=clock, emit=emit)
    assert any(isinstance(event, Retrying) and "next to nothing" in event.why for event in told)
    assert is_whole(tmp_path)


def test_progress_ends_with_everything_in_place(tmp_path: Path) -> None:
    told: list[object] = []
    with file_host(serve(cut=CUT), files={"/p0": CONTENT, "/p1": b"abc"}) as host:
        run(host, tmp_path, emit=told.append, parallel=1)
        run(host, tmp_path, emit=told.append)
    last = told[-1]
    assert isinstance(last, Progress)
    assert (last.files, last.of_files, last.bytes, last.total) == (2, 2, len(CONTENT) + 3, len(CONTENT) + 3)
    assert last.remaining == 0
    assert [event.name for event in told if isinstance(event, Retrying)] == [NAME]


class TestWithoutAStatedChecksum:
    def test_our_own_is_recorded(self, tmp_path: Path) -> None:
        with file_host() as host:
            assert run_unstated(host, tmp_path) == (WHOLE,)

    def test_what_we_know_to_be_there_is_not_fetched(self, tmp_path: Path) -> None:
        with file_host() as host:
            first = run_unstated(host, tmp_path)
            assert run_unstated(host, tmp_path, known=first) == first
            assert len(host.requests) == 1
            (tmp_path / NAME).write_bytes(b"x" * len(CONTENT))
            assert run_unstated(host, tmp_path, known=first) == first
        assert is_whole(tmp_path)

    def test_a_cut_is_resumed_under_a_strong_etag(self, tmp_path: Path) -> None:
        with file_host(serve(cut=CUT)) as host:
            run_unstated(host, tmp_path)
            assert host.starts() == [0, CUT]
        assert is_whole(tmp_path)

    @pytest.mark.parametrize("etag", [None, 'W/"1"'])
    def test_a_cut_without_one_starts_over(self, tmp_path: Path, etag: str | None) -> None:
        with file_host(serve(cut=CUT, etag=etag), serve(etag=etag)) as host:
            run_unstated(host, tmp_path)
            assert host.starts() == [0, 0]
        assert is_whole(tmp_path)

    def test_starting_over_for_ever_is_no_progress(self, tmp_path: Path) -> None:
        with file_host(*[serve(cut=2_000_000, etag=None)] * 20) as host:
            with pytest.raises(FetchFailed):
                run_unstated(host, tmp_path)
            assert len(host.requests) <= 6

    def test_another_version_meanwhile_is_never_mixed_in(self, tmp_path: Path) -> None:
        other = bytes(reversed(CONTENT))
        with file_host(serve(cut=CUT)) as host:
            host.acts.append(serve(ETag=None, Content_Range=f"bytes {CUT}-{len(CONTENT) - 1}/{len(CONTENT)}"))
            host.acts.append(say("200 OK", other))
            run_unstated(host, tmp_path)
        assert (tmp_path / NAME).read_bytes() == other

    @pytest.mark.parametrize("act", [serve(Content_Length=None), serve(Content_Length=None, cut=1_000_000)])
    def test_a_file_whose_end_nobody_can_tell_is_refused(self, tmp_path: Path, act: Act) -> None:
        with file_host(act) as host, pytest.raises(FetchFailed, match="does not say how long the file is"):
            run_unstated(host, tmp_path)
        assert seen(tmp_path) == []

    def test_a_chunked_file_ends_with_its_last_chunk(self, tmp_path: Path) -> None:
        with file_host(chunked(terminated=False), chunked()) as host:
            run_unstated(host, tmp_path)
            assert len(host.requests) == 2
        assert is_whole(tmp_path)

    def test_what_is_left_of_it_is_not_kept(self, tmp_path: Path) -> None:
        with file_host(serve(cut=CUT), *[silence] * 9) as host, pytest.raises(FetchFailed):
            run_unstated(host, tmp_path)
        assert partials(tmp_path) == []


def test_a_folder_without_room_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with file_host() as host:
        with pytest.raises(FolderTrouble, match="not enough room") as caught:
            run(host, tmp_path, listing=lambda: (host.remote(size=2**49),))
        assert host.requests == []
    assert "562,949,953,421,312 bytes are missing" in caught.value.detail


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tests.exports.filehost import file_host, run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
with file_host() as host:
    try:
        run(host, Path(sys.argv[1]))
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_a_disk_that_takes_no_more_is_one_clear_error(tmp_path: Path) -> None:
    """The operating system's own limit stands for the full disk: the write fails half-way."""
    done = subprocess.run([sys.executable, "-c", LIMITED, tmp_path], capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("FolderTrouble The export's folder cannot be used"), done.stderr
    assert "File too large" in done.stdout
    assert seen(tmp_path) == []
    with file_host() as host:
        run(host, tmp_path)
        assert host.starts() == [1_000_000]
    assert is_whole(tmp_path)
