"""What happens to the folder: links, locks, leftovers, and whether the files in it still are right."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from reconciler.errors import Interrupted
from reconciler.exports.fetching import FetchFailed, FolderBusy, FolderTrouble, Verdict, verify
from reconciler.model.export import LocalFile

from .filehost import CONTENT, EXPORT, FileHost, file_host, partials, run, run_unstated, say, seen, serve, silence

NAME = "partition_0.jsonl"


def leave_a_partial(host: FileHost, folder: Path, cut: int = 1000) -> Path:
    host.acts += [serve(cut=cut), *[silence] * 5]
    with pytest.raises(FetchFailed):
        run(host, folder)
    host.acts.clear()
    host.requests.clear()
    (name,) = partials(folder)
    return folder / name


def test_what_an_earlier_run_left_is_resumed(tmp_path: Path) -> None:
    with file_host() as host:
        leave_a_partial(host, tmp_path)
        run(host, tmp_path)
        assert host.starts() == [1000]
        assert "if-range" not in host.requests[0].headers
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_leftover_that_is_complete_is_not_asked_for_again(tmp_path: Path) -> None:
    with file_host() as host:
        leave_a_partial(host, tmp_path).write_bytes(CONTENT)
        run(host, tmp_path)
        assert host.requests == []
    assert (tmp_path / NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("spoil", [b"x" * 1000, b"x" * len(CONTENT), CONTENT + b"x", b"\0" * 1000])
def test_a_leftover_that_is_wrong_costs_time_and_nothing_else(tmp_path: Path, spoil: bytes) -> None:
    with file_host() as host:
        leave_a_partial(host, tmp_path).write_bytes(spoil)
        run(host, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert partials(tmp_path) == []


def test_a_leftover_of_another_version_is_not_resumed(tmp_path: Path) -> None:
    with file_host() as host:
        leave_a_partial(host, tmp_path)
        host.files["/p0"] = CONTENT[::-1]
        run(host, tmp_path)
        assert host.starts() == [0]
    assert (tmp_path / NAME).read_bytes() == CONTENT[::-1]
    assert partials(tmp_path) == []


def test_a_leftover_that_nothing_would_prove_is_not_resumed(tmp_path: Path) -> None:
    tmp_path.joinpath(".partition_0.jsonl.partial").write_bytes(CONTENT[:1000])
    with file_host() as host:
        run_unstated(host, tmp_path)
        assert host.starts() == [0]


def test_other_hidden_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".keep", ".partition_x.partial", ".partition_0.jsonl.partial.txt"):
        tmp_path.joinpath(name).touch()
    with file_host() as host:
        run(host, tmp_path)
    assert len([path for path in tmp_path.iterdir() if path.name != ".fetch.lock"]) == 4


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    path.write_bytes(b"precious")
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("kind", ["symlink", "hardlink", "fifo", "dangling"])
def test_a_planted_partial_leads_nowhere(tmp_path: Path, outside: Path, kind: str) -> None:
    folder = tmp_path / "export"
    with file_host() as host:
        partial = leave_a_partial(host, folder)
        partial.unlink()
        _plant(partial, outside, kind)
        run(host, folder)
    assert (outside.read_bytes(), outside.stat().st_mode & 0o777) == (b"precious", 0o644)
    assert (folder / NAME).read_bytes() == CONTENT
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("kind", ["symlink", "hardlink", "fifo", "dangling"])
def test_a_planted_file_is_replaced_and_not_followed(tmp_path: Path, outside: Path, kind: str) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    _plant(folder / NAME, outside, kind)
    with file_host() as host:
        run(host, folder)
    assert outside.read_bytes() == b"precious"
    assert not (folder / NAME).is_symlink()
    assert (folder / NAME).read_bytes() == CONTENT


def test_a_link_to_the_right_bytes_is_not_the_file(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(CONTENT)
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / NAME).symlink_to(elsewhere)
    with file_host() as host:
        run(host, folder)
        assert len(host.requests) == 1
    assert not (folder / NAME).is_symlink()


def _plant(path: Path, target: Path, kind: str) -> None:
    match kind:
        case "symlink":
            path.symlink_to(target)
        case "hardlink":
            path.hardlink_to(target)
        case "fifo":
            os.mkfifo(path)
        case _:
            path.symlink_to(target.parent / "nothing")


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with file_host() as host, pytest.raises(FolderTrouble):
        run(host, tmp_path / "link")
    assert list((tmp_path / "real").iterdir()) == []


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / ".fetch.lock").symlink_to(outside)
    with file_host() as host, pytest.raises(FolderTrouble):
        run(host, tmp_path / "export")


@pytest.mark.parametrize("what", ["a file in its place", "a file above it", "a folder under the file's name"])
def test_a_folder_that_cannot_be_one_is_one_clear_error(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "export"
    match what:
        case "a file in its place":
            folder.touch()
        case "a file above it":
            folder.touch()
            folder = folder / "deeper"
        case _:
            (folder / NAME / "x").mkdir(parents=True)
    with file_host() as host, pytest.raises(FolderTrouble) as caught:
        run(host, folder)
    assert (caught.value.where, str(folder) in caught.value.detail) == (EXPORT, True)


def test_two_fetches_do_not_share_a_folder(tmp_path: Path) -> None:
    at_work, done = threading.Event(), threading.Event()

    def wait(*about: object) -> None:
        at_work.set()
        done.wait(60)
        serve()(*about)  # type: ignore[arg-type]

    with file_host(wait) as host:
        first = threading.Thread(target=run, args=(host, tmp_path))
        first.start()
        at_work.wait(60)
        with pytest.raises(FolderBusy, match="in use"):
            run(host, tmp_path)
        done.set()
        first.join()
        run(host, tmp_path)
        assert len(host.requests) == 1


RIVAL = """
import sys
from pathlib import Path
from tests.exports.filehost import FileHost, run
from reconciler.errors import ReconcilerError
files = {f"/p{number}": bytes([number]) * 300_000 for number in range(6)}
host = FileHost(sys.argv[1], files, [])
while True:
    try:
        print(len(run(host, Path(sys.argv[2]))))
        break
    except ReconcilerError as error:
        assert type(error).__name__ == "FolderBusy", error
"""


def test_rivals_in_processes_of_their_own_end_with_the_same_right_files(tmp_path: Path) -> None:
    files = {f"/p{number}": bytes([number]) * 300_000 for number in range(6)}
    with file_host(files=files) as host:
        command = [sys.executable, "-c", RIVAL, host.url, str(tmp_path)]
        rivals = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        assert [rival.communicate(timeout=120)[0] for rival in rivals] == ["6\n"] * 3
        assert len(host.requests) == 6
    assert all((tmp_path / f"partition_{n}.jsonl").read_bytes() == files[f"/p{n}"] for n in range(6))


def check(folder: Path, files: tuple[LocalFile, ...]) -> Verdict:
    return verify(folder, files, export=EXPORT, stop=threading.Event())


@pytest.fixture
def fetched(tmp_path: Path) -> tuple[LocalFile, ...]:
    with file_host(files={"/p0": CONTENT, "/p1": b"one", "/p2": b"two"}) as host:
        return run(host, tmp_path)


def test_what_was_fetched_is_right(tmp_path: Path, fetched: tuple[LocalFile, ...]) -> None:
    assert check(tmp_path, fetched) == Verdict((), (), ())
    assert check(tmp_path, fetched).is_right


def test_what_is_missing_changed_and_extra_is_told(tmp_path: Path, fetched: tuple[LocalFile, ...]) -> None:
    (tmp_path / NAME).unlink()
    (tmp_path / "partition_1.jsonl").write_bytes(b"eno")
    (tmp_path / "partition_9.jsonl").touch()
    verdict = check(tmp_path, fetched)
    assert verdict == Verdict((NAME,), ("partition_1.jsonl",), ("partition_9.jsonl",))
    assert not verdict.is_right


def test_a_link_to_the_right_bytes_is_a_change(tmp_path: Path, fetched: tuple[LocalFile, ...]) -> None:
    (tmp_path / NAME).rename(tmp_path / "moved")
    (tmp_path / NAME).symlink_to("moved")
    assert check(tmp_path, fetched).changed == (NAME,)


def test_a_name_that_leads_out_of_the_folder_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    verdict = check(tmp_path / "folder", (LocalFile("../secret", 0, "x", 1, "0" * 64),))
    assert verdict.missing == ("../secret",)


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FolderTrouble, match="No such file"):
        check(tmp_path / "gone", ())


def test_verifying_can_be_interrupted(tmp_path: Path, fetched: tuple[LocalFile, ...]) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        verify(tmp_path, fetched, export=EXPORT, stop=stop)


def test_nothing_is_under_a_final_name_until_all_of_it_is(tmp_path: Path) -> None:
    acts = (serve(cut=1000), say("200 OK", b"x" * len(CONTENT)), serve(cut=5), *[silence] * 9)
    with file_host(*acts) as host, pytest.raises(FetchFailed):
        run(host, tmp_path)
    assert seen(tmp_path) == []
