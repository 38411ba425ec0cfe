"""A bucket as the place of exports: whole and proven objects or none, whatever happens on the way."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from reconciler.errors import AccessError, Interrupted, ReconcilerError, UsageError
from reconciler.exports.fetching import Checksum, FetchFailed, FolderTrouble, Manner, Verdict
from reconciler.exports.places import Place, open_place, reports
from reconciler.exports.places.store import IN_FLIGHT, PART, Changed
from reconciler.exports.report import report_of
from reconciler.model.export import LocalFile

from .buckets import FOLDER, KEY, SECRET, Bucket, environment, fetching, line_to, only_known_keys, place_at
from .filehost import CONTENT, EXPORT, file_host, serve, silence

pytestmark = pytest.mark.long

LARGE = random.Random(11).randbytes(20_000_000)
FILES = {"/p0": CONTENT, "/p1": b"one", "/p2": b""}
NAMES = [f"{FOLDER}/partition_{number}.jsonl" for number in range(3)]


@pytest.fixture
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    made = Bucket(f"b{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def place(bucket: Bucket, tmp_path: Path) -> Place:
    return place_at(bucket, tmp_path / "staging")


@pytest.fixture
def fetched(place: Place) -> tuple[LocalFile, ...]:
    with file_host(files=FILES) as host:
        return place.fetch(FOLDER, fetching(host))


def staged(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "staging").rglob("*") if path.is_file())


def check(place: Place, files: tuple[LocalFile, ...]) -> Verdict:
    return place.verify(FOLDER, files, export=EXPORT, stop=threading.Event())


# Fetching.


def test_what_is_fetched_is_under_its_key_with_its_hash(bucket: Bucket, fetched: tuple[LocalFile, ...]) -> None:
    assert bucket.listed() == NAMES
    for key, content, file in zip(NAMES, FILES.values(), fetched, strict=True):
        assert bucket.get(key) == content
        assert bucket.head(key)["Metadata"]["sha256"] == hashlib.sha256(content).hexdigest() == file.sha256


def test_nothing_of_it_stays_in_staging(tmp_path: Path, fetched: tuple[LocalFile, ...]) -> None:
    assert staged(tmp_path) == [".fetch.lock"]
    assert (tmp_path / "staging").stat().st_mode & 0o777 == 0o700


def test_fetching_again_downloads_and_uploads_nothing(
    bucket: Bucket, place: Place, fetched: tuple[LocalFile, ...]
) -> None:
    with file_host(files=FILES) as host:
        assert place.fetch(FOLDER, fetching(host)) == fetched
        assert host.requests == []
    assert bucket.uploads() == NAMES


@pytest.mark.parametrize("harm", ["missing", "other bytes", "other size"])
def test_only_what_is_no_longer_right_is_fetched_again(
    bucket: Bucket, place: Place, fetched: tuple[LocalFile, ...], harm: str
) -> None:
    if harm == "missing":
        bucket.delete(NAMES[1])
    else:
        bucket.put(NAMES[1], b"eno" if harm == "other bytes" else b"longer")
    with file_host(files=FILES) as host:
        assert place.fetch(FOLDER, fetching(host)) == fetched
        assert [each.path.partition("?")[0] for each in host.requests] == ["/p1"]
    assert bucket.get(NAMES[1]) == b"one"


def test_a_download_without_a_checksum_is_known_by_its_report(bucket: Bucket, place: Place) -> None:
    with file_host() as host:
        how: dict[str, Any] = {"listing": host.unstated, "checksum": Checksum.OURS}
        files = place.fetch(FOLDER, fetching(host, **how))
        assert place.fetch(FOLDER, fetching(host, **how, known=files)) == files
        assert len(host.requests) == 1
        place.fetch(FOLDER, fetching(host, **how))
        assert len(host.requests) == 2


def test_a_large_file_is_sent_in_parts(bucket: Bucket, place: Place) -> None:
    with file_host(files={"/p0": LARGE}) as host:
        place.fetch(FOLDER, fetching(host))
    assert bucket.head(NAMES[0])["ETag"].endswith('-3"')
    assert bucket.get(NAMES[0]) == LARGE


def test_a_file_that_could_not_be_had_is_not_there_and_the_others_are(bucket: Bucket, place: Place) -> None:
    with file_host(*[silence] * 5, files=FILES) as host, pytest.raises(FetchFailed):
        place.fetch(FOLDER, fetching(host, how=Manner(parallel=1)))
    assert bucket.listed() == NAMES[1:]


def test_staging_needs_room_only_for_what_is_under_way(place: Place) -> None:
    with file_host(files=FILES) as host:

        def listing() -> Any:
            return [host.remote(partition, size=2**48) for partition in range(3)]

        how = Manner(parallel=2)
        with pytest.raises(FolderTrouble, match=f"{2 * 2**48:,} bytes are missing"):
            place.fetch(FOLDER, fetching(host, listing=listing, how=how))


# On the way.


def test_an_upload_that_is_cut_once_is_tried_again(bucket: Bucket, tmp_path: Path, monkeypatch: Any) -> None:
    with line_to(bucket) as line, file_host(files={"/p0": LARGE}) as host:
        line.cut, line.times = b"partNumber=2", 1
        through(line.endpoint, bucket, tmp_path, monkeypatch).fetch(FOLDER, fetching(host))
    assert bucket.get(NAMES[0]) == LARGE


def test_an_upload_that_is_always_cut_leaves_nothing_under_the_name(
    bucket: Bucket, tmp_path: Path, monkeypatch: Any
) -> None:
    with line_to(bucket) as line, file_host(files={"/p0": LARGE}) as host:
        line.cut = b"partNumber=2"
        place = through(line.endpoint, bucket, tmp_path, monkeypatch)
        with pytest.raises(ReconcilerError, match="cannot be reached"):
            place.fetch(FOLDER, fetching(host))
        assert (bucket.listed(), bucket.pending()) == ([], [])
        line.times = 0
        place.fetch(FOLDER, fetching(host))
        assert len(host.requests) == 1, "it was in staging"
    assert bucket.get(NAMES[0]) == LARGE


def test_bytes_that_changed_in_staging_are_not_uploaded(bucket: Bucket, place: Any) -> None:
    for size in (100, 20_000_000):
        with open(os.memfd_create("changed"), "w+b") as file:  # noqa: PTH123
            file.write(bytes(size))
            file.flush()
            with pytest.raises(ReconcilerError, match="changed before it was uploaded"):
                place.store.put_file("x/y", file.fileno(), "0" * 64, lambda: None)
    assert (bucket.listed(), bucket.pending()) == ([], [])


def test_who_stops_stops_the_upload(bucket: Bucket, place: Place) -> None:
    stop = threading.Event()

    def emit(_: object) -> None:
        stop.set()

    with file_host(files={"/p0": LARGE}) as host, pytest.raises(Interrupted):
        place.fetch(FOLDER, fetching(host, emit=emit, stop=stop))
    assert bucket.pending() == []


FETCH = """
import os, sys
from pathlib import Path
from reconciler.exports.places import open_place
from tests.exports.buckets import FOLDER, fetching
from tests.exports.filehost import FileHost, CONTENT
host = FileHost(sys.argv[1], {"/p0": Path(sys.argv[2]).read_bytes()}, [])
open_place(sys.argv[3], staging=Path(sys.argv[4]), environment=os.environ).fetch(FOLDER, fetching(host))
"""


def test_killed_while_it_uploads_the_next_fetch_goes_on_from_staging(
    bucket: Bucket, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(LARGE)
    with line_to(bucket) as line, file_host(files={"/p0": LARGE}) as host:
        line.held = b"partNumber=2"
        words = [sys.executable, "-c", FETCH, host.url, tmp_path / "large", bucket.url, tmp_path / "staging"]
        process = subprocess.Popen(words, env=os.environ | environment(line.endpoint))
        assert line.holding.wait(120)
        process.send_signal(signal.SIGKILL)
        process.wait(120)
        assert bucket.listed() == []
        place.fetch(FOLDER, fetching(host))
        assert len(host.requests) == 1
    assert bucket.get(NAMES[0]) == LARGE
    assert staged(tmp_path) == [".fetch.lock"]


def test_killed_while_it_downloads_the_next_fetch_resumes(bucket: Bucket, place: Place, tmp_path: Path) -> None:
    with file_host(serve(cut=1000), *[silence] * 5) as host:
        with pytest.raises(FetchFailed):
            place.fetch(FOLDER, fetching(host))
        host.acts.clear()
        place.fetch(FOLDER, fetching(host))
        assert host.starts()[-1] == 1000
    assert bucket.get(NAMES[0]) == CONTENT


def test_what_a_killed_run_had_uploaded_goes_from_staging(
    place: Place, tmp_path: Path, fetched: tuple[LocalFile, ...]
) -> None:
    (tmp_path / "staging" / FOLDER / "partition_0.jsonl").write_bytes(CONTENT)
    with file_host(files=FILES) as host:
        place.fetch(FOLDER, fetching(host))
    assert staged(tmp_path) == [".fetch.lock"]


class _Forgetful(BaseHTTPRequestHandler):
    """A store that says yes to everything and keeps three bytes of it."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(0)

    def do_HEAD(self) -> None:
        self._say(3)

    def _say(self, length: int) -> None:
        self.send_response(200)
        for name, value in (("ETag", '"x"'), ("Last-Modified", "Thu, 01 Oct 2026 00:00:00 GMT")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_what_the_store_shows_after_an_upload_must_be_what_was_sent(
    bucket: Bucket, tmp_path: Path, monkeypatch: Any
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Forgetful) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = through(f"http://127.0.0.1:{server.server_port}", bucket, tmp_path, monkeypatch)
        with file_host(files=FILES) as host, pytest.raises(ReconcilerError, match="does not keep what it was given"):
            place.fetch(FOLDER, fetching(host))
        with pytest.raises(ReconcilerError, match="does not keep what it was given"):
            write(place)
        server.shutdown()
    assert "partition_1.jsonl" in staged(tmp_path)


# What cannot be.


def test_a_missing_bucket_is_said(bucket: Bucket, tmp_path: Path) -> None:
    place = place_at(bucket, tmp_path, "s3://no-such-bucket-of-ours/x")
    for act in (lambda: place.report(FOLDER), lambda: list(place.folders()), lambda: write(place)):
        with pytest.raises(ReconcilerError, match="There is no such bucket") as caught:
            act()
        assert caught.value.exit_code == 1
        assert caught.value.where == "s3://no-such-bucket-of-ours/x"


def test_refused_credentials_are_said_without_them(bucket: Bucket, place: Place) -> None:
    with only_known_keys(bucket):
        for act in (lambda: place.report(FOLDER), lambda: list(place.folders()), lambda: write(place)):
            with pytest.raises(AccessError, match="The bucket refuses these credentials") as caught:
                act()
            assert KEY not in str(caught.value)
            assert SECRET not in str(caught.value)


def test_an_endpoint_at_which_nobody_listens_is_said(bucket: Bucket, tmp_path: Path, monkeypatch: Any) -> None:
    with line_to(bucket) as line:
        endpoint = line.endpoint
    with pytest.raises(ReconcilerError, match="The bucket cannot be reached"):
        through(endpoint, bucket, tmp_path, monkeypatch).report(FOLDER)


def test_a_store_that_never_answers_is_given_up(bucket: Bucket, tmp_path: Path, monkeypatch: Any) -> None:
    with line_to(bucket) as line:
        line.held = b"report.json"
        place = through(line.endpoint, bucket, tmp_path, monkeypatch, AWS_TIMEOUT="200ms")
        with pytest.raises(ReconcilerError, match="The bucket cannot be reached"):
            place.report(FOLDER)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AWS_ENDPOINT_URL": "nonsense"}, "is no URL"),
        ({"AWS_ENDPOINT": "http://x y"}, "is no URL"),
        ({"AWS_ALLOW_HTTP": "false"}, "unencrypted"),
        ({"AWS_TIMEOUT": "soon"}, "The bucket cannot be used"),
    ],
)
def test_an_environment_that_makes_no_sense_is_said(
    bucket: Bucket, tmp_path: Path, monkeypatch: Any, changed: dict[str, str], said: str
) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ReconcilerError, match=said):
        open_place(bucket.url, staging=tmp_path, environment=bucket.environment | changed)


@pytest.mark.parametrize(
    "url",
    [
        "s3://KEY:s3cr3t@bucket/x", "s3://bucket/x?token=s3cr3t", "s3://bucket/x#s3cr3t", "https://bucket/s3cr3t",
        "file:///tmp/s3cr3t", "S3://s3cr3t", "s3:bucket/s3cr3t", "s3:/bucket/s3cr3t", "s3://", "s3:///s3cr3t",
        "s3://bucket/../s3cr3t", "s3://bucket/./s3cr3t", "s3://bucket//s3cr3t", "s3://bucket/%2e%2e/s3cr3t",
        "s3://bucket/s3cr3t\n", "s3://bucket/s3cr3t\\..", "s3://bucket/s3cr3t\x00", "s3://Bucket_S3CR3T", "s3://b",
        "s3://bucket/" + "s3cr3t/" * 200, "gs://..", "az://bucket:80/s3cr3t",
    ],
)  # fmt: skip
def test_what_names_no_place_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="The place for exports is none") as caught:
        open_place(url, staging=tmp_path, environment={})
    assert "s3cr3t" not in str(caught.value).lower()


@pytest.mark.parametrize("text", ["exports", "/srv/exports", "./s3", "a:b", "C:\\exports"])
def test_any_other_text_is_a_folder(tmp_path: Path, text: str) -> None:
    assert open_place(text, staging=tmp_path, environment={}).shown("x") == f"{text.removeprefix('./')}/x"


# Verifying.


def test_what_was_fetched_is_right(place: Place, fetched: tuple[LocalFile, ...]) -> None:
    assert check(place, fetched) == Verdict((), (), ())


def test_what_is_missing_changed_and_extra_is_told(
    bucket: Bucket, place: Place, fetched: tuple[LocalFile, ...]
) -> None:
    bucket.delete(NAMES[0])
    bucket.put(NAMES[1], b"eno", sha256=fetched[1].sha256)
    bucket.put(f"{FOLDER}/other", b"")
    assert check(place, fetched) == Verdict(("partition_0.jsonl",), ("partition_1.jsonl",), ("other",))


def test_an_object_that_changes_while_it_is_read_has_changed(bucket: Bucket, place: Any) -> None:
    bucket.put("x/y", LARGE)
    found = place.store.head("x/y")
    blocks = place.store.blocks("x/y", found)
    next(blocks)
    bucket.put("x/y", LARGE[::-1])
    with pytest.raises(Changed):
        next(blocks)


def test_verifying_can_be_interrupted(place: Place, fetched: tuple[LocalFile, ...]) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        place.verify(FOLDER, fetched, export=EXPORT, stop=stop)


# Reports.


def write(place: Place, folder: str = FOLDER, files: tuple[LocalFile, ...] = ()) -> None:
    report = report_of(export_id="an-id", status="COMPLETED", address=EXPORT, request={}, folder=folder, files=files)
    place.write_report(folder, report)


@pytest.fixture(params=["folder", "bucket"])
def either(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Place:
    (tmp_path / "exports" / FOLDER).mkdir(parents=True)
    (tmp_path / "exports" / "broken").mkdir()
    (tmp_path / "exports" / "table").mkdir()
    return (
        place if request.param == "bucket" else open_place(str(tmp_path / "exports"), staging=tmp_path, environment={})
    )


def test_a_report_is_read_as_it_was_written(either: Place) -> None:
    assert either.report(FOLDER) is None
    write(either, files=(LocalFile("partition_0.csv", 0, "csv", 3, "0" * 64),))
    report = either.report(FOLDER)
    assert report is not None
    assert report["export_id"] == "an-id"


def test_every_report_of_a_place_is_told_and_every_one_that_cannot_be_read(
    either: Place, bucket: Bucket, tmp_path: Path
) -> None:
    write(either)
    for bad in (b"{", b"[]", b"{}", b'{"files": [{"name": "../x"}]}'):
        (tmp_path / "exports" / "broken" / "report.json").write_bytes(bad)
        bucket.put("broken/report.json", bad)
        bucket.put("table/x", b"")
        bucket.put("unfinished/partition_0.csv", b"")
        found = dict(reports(either))
        assert sorted(found) == ["broken", FOLDER]
        assert isinstance(found["broken"], ReconcilerError)


@pytest.mark.parametrize("name", ["../../secret", "partition_00.csv", "report.json", "partition_0.CSV"])
def test_a_report_that_names_what_no_fetch_makes_is_no_report(either: Place, name: str) -> None:
    write(either, files=(LocalFile(name, 0, "csv", 3, "0" * 64),))
    with pytest.raises(ReconcilerError, match="The report cannot be read"):
        either.report(FOLDER)


def test_a_place_that_is_not_there_yet_has_no_reports(tmp_path: Path) -> None:
    assert list(reports(open_place(str(tmp_path / "nothing"), staging=tmp_path, environment={}))) == []


# Memory.

PEAK = """
import hashlib, os, sys, threading
from pathlib import Path
from reconciler.exports.places import open_place
from reconciler.model.export import LocalFile
size = int(sys.argv[1])
place = open_place(sys.argv[2], staging=Path(sys.argv[3]), environment=os.environ)
zeros = hashlib.sha256()
for _ in range(size // 1_000_000):
    zeros.update(bytes(1_000_000))
with open(Path(sys.argv[3]) / "sparse", "w+b") as file:
    file.truncate(size)
    place.store.put_file("x/partition_0.csv", file.fileno(), zeros.hexdigest(), lambda: None)
files = (LocalFile("partition_0.csv", 0, "csv", size, zeros.hexdigest()),)
assert place.verify("x", files, export="x", stop=threading.Event()).is_right
# Not ru_maxrss: that of a child begins with its parent's.
[peak] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(int(peak.split()[1]) // 1024)
"""


def peak(bucket: Bucket, folder: Path, size: int) -> int:
    """Megabytes, of a process that uploads and verifies."""
    words = [sys.executable, "-c", PEAK, str(size), bucket.url, folder]
    done = subprocess.run(words, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.long
def test_memory_does_not_depend_on_the_size(bucket: Bucket, tmp_path: Path) -> None:
    assert peak(bucket, tmp_path, 160_000_000) < peak(bucket, tmp_path, 40_000_000) + 50


def test_no_more_than_a_few_parts_are_on_their_way_at_once(bucket: Bucket, tmp_path: Path, monkeypatch: Any) -> None:
    with line_to(bucket) as line, (tmp_path / "sparse").open("w+b") as file:
        line.held = b"partNumber="
        place: Any = through(line.endpoint, bucket, tmp_path, monkeypatch, AWS_TIMEOUT="500ms")
        file.truncate(20 * PART)
        with pytest.raises(ReconcilerError, match="cannot be reached"):
            place.store.put_file("x/y", file.fileno(), "0" * 64, lambda: None)
        assert len(line.kept) <= IN_FLIGHT // PART == 4


@pytest.mark.long
def test_memory_does_not_depend_on_a_large_size_either(bucket: Bucket, tmp_path: Path) -> None:
    assert peak(bucket, tmp_path, 1_000_000_000) < 200


def through(endpoint: str, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **exported: str) -> Place:
    """The place, reached by another way."""
    changed = environment(endpoint) | exported
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    return open_place(bucket.url, staging=tmp_path / "staging", environment=changed)
