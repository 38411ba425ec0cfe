"""Whatever a server plays: exactly the bytes, or an error and nothing under the final name."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reconciler.errors import ReconcilerError

from .filehost import Act, Request, chunked, file_host, partials, run, run_unstated, say, seen, serve, silence

pytestmark = pytest.mark.long

SMALL = random.Random(3).randbytes(5000)
OTHER = random.Random(4).randbytes(5000)
NAME = "partition_0.jsonl"


def lying(cut: int | None, flip: int) -> Act:
    """As `serve`, with one byte changed."""

    def act(connection: object, request: Request, content: bytes) -> None:
        changed = content[:flip] + bytes([content[flip] ^ 1]) + content[flip + 1 :]
        serve(cut=cut)(connection, request, changed)  # type: ignore[arg-type]

    return act


def of_another_version(cut: int | None, *, admits: bool) -> Act:
    def act(connection: object, request: Request, content: bytes) -> None:
        etag = '"version-2"' if admits else '"version-1"'
        serve(cut=cut, etag=etag)(connection, request, OTHER)  # type: ignore[arg-type]

    return act


def misplaced(by: int) -> Act:
    """A part from another place than asked for, and says so."""

    def act(connection: object, request: Request, content: bytes) -> None:
        start = max(0, request.start + by)
        stated = f"bytes {start}-{len(content) - 1}/{len(content)}"
        say("206 Part", content[start:], Content_Range=stated)(connection, request, content)  # type: ignore[arg-type]

    return act


cuts = st.none() | st.integers(0, 5000)
bytes_of = st.integers(0, 4999)
honest = st.one_of(
    st.builds(serve, cut=cuts, etag=st.sampled_from(['"version-1"', None, 'W/"version-1"']), ranges=st.booleans()),
    st.builds(chunked, terminated=st.booleans(), etag=st.just('"version-1"')),
    st.builds(of_another_version, cuts, admits=st.just(True)),
    st.builds(misplaced, st.integers(-50, 50)),
    st.sampled_from(["400 A", "403 A", "408 A", "416 A", "429 A", "500 A", "503 A", "504 A"]).map(say),
    st.just(silence),
)
dishonest = st.one_of(
    st.builds(lying, cuts, bytes_of),
    st.builds(of_another_version, cuts, admits=st.just(False)),
    st.builds(chunked, more=st.binary(min_size=1, max_size=5)),
    st.builds(say, st.just("200 OK"), st.binary(max_size=50)),
    st.builds(say, st.just("206 Part"), st.binary(max_size=50), Content_Range=st.just("bytes 0-4999/5000")),
    st.builds(serve, Content_Range=st.just("bytes 0-4999/5000")),
    st.builds(serve, cut=cuts, Content_Length=st.integers(0, 6000)),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(honest | dishonest, max_size=10), leftover=st.none() | st.binary(max_size=40) | cuts)
def test_a_stated_checksum_admits_no_other_bytes(acts: list[Act], leftover: bytes | int | None) -> None:
    with tempfile.TemporaryDirectory() as directory, file_host(*acts, files={"/p0": SMALL}) as host:
        folder = Path(directory)
        if leftover is not None:
            left = leftover if isinstance(leftover, bytes) else SMALL[:leftover]
            (folder / f".{NAME}.{hashlib.sha256(SMALL).hexdigest()[:16]}.partial").write_bytes(left)
        try:
            (file,) = run(host, folder, parallel=1)
        except ReconcilerError:
            assert seen(folder) == []
        else:
            assert (folder / NAME).read_bytes() == SMALL
            assert (file.size, file.sha256) == (5000, hashlib.sha256(SMALL).hexdigest())
            assert partials(folder) == []
        assert len(host.requests) < 40


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(honest, max_size=10))
def test_without_a_checksum_no_two_versions_are_mixed(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as directory, file_host(*acts, files={"/p0": SMALL}) as host:
        folder = Path(directory)
        try:
            (file,) = run_unstated(host, folder)
        except ReconcilerError:
            assert seen(folder) == []
        else:
            assert (folder / NAME).read_bytes() in (SMALL, OTHER)
            assert file.sha256 == hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
        assert partials(folder) == []
