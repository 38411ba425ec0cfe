"""Somebody asks to stop, or the process is killed: nothing half is under a final name, and the next run goes on."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reconciler.errors import Interrupted
from reconciler.exports.fetching import FetchFailed

from .filehost import CONTENT, Request, TestClock, file_host, head, partials, run, say, seen, serve

pytestmark = pytest.mark.long

NAME = "partition_0.jsonl"
SILENCE = 120.0
"""Seconds for which a host says nothing and would be waited for: far more than anything takes on a busy machine."""


class Hanging:
    """Serves `first` bytes and then nothing, until the test is over."""

    def __init__(self, *, headers: bool = True, first: int = 1000) -> None:
        self.headers, self.first = headers, first
        self.reached, self.over = threading.Event(), threading.Event()

    def __call__(self, connection: socket.socket, request: Request, content: bytes) -> None:
        if self.headers:
            connection.sendall(head("200 OK", Content_Length=len(content)) + content[: self.first])
        self.reached.set()
        self.over.wait(SILENCE)


@pytest.fixture(params=["within the file", "before the answer"])
def hanging(request: pytest.FixtureRequest) -> Iterator[Hanging]:
    hanging = Hanging(headers=request.param == "within the file")
    yield hanging
    hanging.over.set()


def test_a_wish_to_stop_ends_it_promptly_however_silent_the_host(tmp_path: Path, hanging: Hanging) -> None:
    stop = threading.Event()

    def when_reached() -> None:
        hanging.reached.wait(60)
        stop.set()

    with file_host(hanging) as host:
        threading.Thread(target=when_reached).start()
        begun = time.monotonic()
        with pytest.raises(Interrupted):
            run(host, tmp_path, stop=stop, read=SILENCE)
        assert time.monotonic() - begun < SILENCE / 2
        assert seen(tmp_path) == []
        hanging.over.set()
        run(host, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_what_arrived_before_the_stop_is_resumed(tmp_path: Path) -> None:
    hanging, stop = Hanging(first=500_000), threading.Event()

    def when_it_arrived(event: Any) -> None:
        if getattr(event, "bytes", 0) == 500_000:
            stop.set()

    with file_host(hanging) as host:
        with pytest.raises(Interrupted):
            run(host, tmp_path, stop=stop, read=SILENCE, emit=when_it_arrived)
        hanging.over.set()
        run(host, tmp_path)
        assert host.starts() == [0, 500_000]


def test_one_who_asked_before_it_began_asks_nobody(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with file_host() as host, pytest.raises(Interrupted):
        run(host, tmp_path, stop=stop)
    assert host.requests == []


def test_a_clock_that_is_interrupted_interrupts_the_fetch(tmp_path: Path) -> None:
    class Stopped(TestClock):
        def sleep(self, seconds: float) -> None:
            raise Interrupted("Interrupted")

    with file_host(serve(cut=1000), say("503 Busy")) as host:
        with pytest.raises(Interrupted):
            run(host, tmp_path, clock=Stopped())
        assert (len(partials(tmp_path)), seen(tmp_path)) == (1, [])


def test_a_reader_of_progress_that_fails_ends_the_fetch(tmp_path: Path) -> None:
    def fail(event: object) -> None:
        raise BrokenPipeError

    hanging = Hanging()
    with file_host(hanging) as host, pytest.raises(BrokenPipeError):
        run(host, tmp_path, emit=fail, read=SILENCE)
    hanging.over.set()
    assert seen(tmp_path) == []


def test_a_file_is_on_the_disk_before_it_has_its_name_and_the_name_before_it_is_told(tmp_path: Path) -> None:
    calls: list[str] = []

    def watch(frame: object, event: str, function: object) -> None:
        if event == "c_call" and (name := getattr(function, "__name__", "")) in ("write", "fsync", "rename"):
            calls.append(name)

    with file_host(files={"/p0": b"abc"}) as host:
        threading.setprofile(watch)
        try:
            run(host, tmp_path)
        finally:
            threading.setprofile(None)
    assert calls[-4:] == ["write", "fsync", "rename", "fsync"]


def test_a_full_house_of_waiting_workers_is_left_at_once(tmp_path: Path) -> None:
    """The deadline passes while all wait for hosts that say nothing."""
    hanging, clock = Hanging(headers=False), TestClock()

    def when_reached() -> None:
        hanging.reached.wait(60)
        clock.sleep(100)

    with file_host(*[hanging] * 4, files={f"/p{number}": b"x" for number in range(4)}) as host:
        threading.Thread(target=when_reached).start()
        begun = time.monotonic()
        with pytest.raises(Exception, match="time is up"):
            run(host, tmp_path, clock=clock, deadline=50.0, read=SILENCE)
        assert time.monotonic() - begun < SILENCE / 2
        hanging.over.set()


DOOMED = """
import json, os, signal, sys, threading
from pathlib import Path
from tests.exports.filehost import FileHost, run, run_unstated

CALLS = {"open", "write", "fsync", "rename", "ftruncate", "unlink", "readv", "flock", "posix_fadvise"}

def doom(at):
    passed = 0
    def watch(frame, event, function):
        nonlocal passed
        if event in ("c_call", "c_return") and getattr(function, "__name__", "") in CALLS:
            passed += 1
            if passed == at:
                os.kill(os.getpid(), signal.SIGKILL)
    return watch

for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        watch = doom(order["at"])
        threading.setprofile(watch)
        sys.setprofile(watch)
        host = FileHost(order["url"], {"/p0": Path(order["content"]).read_bytes()}, [])
        (run if order["stated"] else run_unstated)(host, Path(order["folder"]), parallel=1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(json.dumps(status), flush=True)
"""
"""Kills itself at its n-th call of the operating system that matters, before it or after it."""


class Doomed:
    """A process that forks one for every order: so that each need not import everything again."""

    def __init__(self, content: Path) -> None:
        self.content = content
        command = [sys.executable, "-W", "error", "-c", DOOMED]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def killed(self, url: str, folder: Path, at: int, *, stated: bool) -> bool:
        """Whether it came to its `at`-th call: if not, it ended by itself, and well."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"url": url, "folder": str(folder), "at": at, "content": str(self.content), "stated": stated}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        status = json.loads(self.process.stdout.readline())
        assert status in (0, 9)
        return bool(status == 9)


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doomed]:
    content = tmp_path_factory.mktemp("content") / "content"
    content.write_bytes(CONTENT)
    doomed = Doomed(content)
    yield doomed
    doomed.process.communicate(timeout=120)


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("before", ["nothing", "a beginning", "another file"])
def test_a_killed_process_leaves_nothing_wrong_and_the_next_one_mends_it(
    tmp_path: Path, doomed: Doomed, before: str, stated: bool
) -> None:
    at, wanted, deaths = 1, True, 0
    with file_host() as host:
        while wanted:
            folder = tmp_path / str(at)
            prepare(folder, before)
            wanted = doomed.killed(host.url, folder, at, stated=stated)
            deaths += wanted
            final = folder / NAME
            assert not final.exists() or final.read_bytes() in (CONTENT, b"another")
            if wanted:
                doomed.killed(host.url, folder, 10**9, stated=stated)
            assert final.read_bytes() == CONTENT
            assert (seen(folder), partials(folder)) == ([NAME], [])
            at += 1 if at < 12 else 3
    assert deaths > 10


def prepare(folder: Path, before: str) -> None:
    folder.mkdir()
    if before == "another file":
        (folder / NAME).write_bytes(b"another")
    if before == "a beginning":
        with file_host(serve(cut=700_000), say("404 Gone")) as host, pytest.raises(FetchFailed):
            run(host, folder)


def test_a_process_killed_again_and_again_still_gets_there(tmp_path: Path, doomed: Doomed) -> None:
    with file_host() as host:
        kills = 0
        while doomed.killed(host.url, tmp_path, 20 + kills, stated=True):
            kills += 1
            assert seen(tmp_path) in ([], [NAME])
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert kills > 0
