"""Fetching a whole export: the list, the folder, as many workers as wanted, and one who waits for them and tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random

from reconciler.exports.fetching.download import Download
from reconciler.exports.fetching.failures import Failure, FetchFailed
from reconciler.exports.fetching.folder import Folder, open_folder
from reconciler.exports.fetching.host import THREADS, Host
from reconciler.exports.fetching.manner import Manner
from reconciler.exports.fetching.meter import Event, Meter, Retrying
from reconciler.exports.fetching.names import partial_of
from reconciler.exports.fetching.run import Run
from reconciler.exports.fetching.sources import Listing, Sources
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.ports import Clock

TICK = 0.2
"""Seconds between two reports of progress, and until a wish to stop is seen."""

HOPELESS = 8
"""So many files in a row that could not be had: the rest is not even tried."""

Deliver = Callable[[LocalFile, Callable[[], None]], None]

_Outcome = LocalFile | Failure | Retrying | BaseException | None  # None: a worker has nothing more to do


def fetch(
    listing: Listing,
    folder: Path,
    *,
    export: str,
    how: Manner,
    clock: Clock,
    emit: Callable[[Event], None],
    stop: threading.Event,
    known: Sequence[LocalFile] = (),
    deliver: Deliver | None = None,
    random: Random | None = None,
) -> tuple[LocalFile, ...]:
    """Every file that `listing` names, complete and proven, in `folder`; by partition. What is there is not fetched.

    `listing` asks the organisation; it is called again from a worker when a URI has expired, never twice at a time.
    `export` names it in messages. `known` is what an earlier fetch returned: it tells what is there where no checksum
    is stated. `emit` is called in this thread. `deliver` takes each file elsewhere as soon as it is complete, so that
    the folder needs room only for what is under way; it is called in a worker, with the function that raises when it
    shall stop. Raises FetchFailed when files could not be had, FolderTrouble, FolderBusy, OutOfTime, Interrupted, and
    what `listing`, `deliver` and `emit` raise; the next fetch goes on from there.
    """
    run = Run(clock, stop, how.deadline)
    run.check()
    sources = Sources(listing, run, how.checksum, export)
    with open_folder(folder, export) as room:
        _make_room(room, sources.files, at_once=how.parallel if deliver else None)
        told: SimpleQueue[_Outcome] = SimpleQueue()
        download = Download(
            manner=how,
            run=run,
            host=Host(how, run),
            folder=room,
            sources=sources,
            meter=Meter(sources.files, clock.monotonic()),
            random=random or Random(),  # noqa: S311 - it spreads waits
            known={file.name: file for file in known},
            notify=told.put,
        )
        crew = _crew(download, told, min(how.parallel, len(sources.files)), deliver)
        try:
            complete, failures = _wait(crew, told, download, emit)
        finally:
            run.end(crew)
            with room.trouble():
                room.keep_only(_resumable(sources.files))
    untried = len(sources.files) - len(complete) - len(failures)
    if failures:
        raise FetchFailed(failures, untried=untried, export=export)
    return tuple(sorted(complete, key=lambda file: (file.partition, file.format)))


def _make_room(room: Folder, files: Sequence[RemoteFile], *, at_once: int | None) -> None:
    """Raises FolderTrouble unless what is missing will fit: all of it, or so many of the largest files."""
    with room.trouble():
        room.keep_only(_resumable(files))
        room.require(sum(sorted((_missing(room, file) for file in files), reverse=True)[:at_once]))


def _missing(room: Folder, file: RemoteFile) -> int:
    if file.size is None or room.size(file.name) == file.size:
        return 0
    return max(file.size - room.size(partial_of(file)), 0)


def _resumable(files: Sequence[RemoteFile]) -> set[str]:
    """Without a stated checksum nothing would prove tomorrow that the rest belongs to what is here today."""
    return {partial_of(file) for file in files if file.sha256}


def _crew(
    download: Download, told: SimpleQueue[_Outcome], size: int, deliver: Deliver | None
) -> list[threading.Thread]:
    """Daemons, since one that waits for a silent host must not keep the program from ending."""
    queue = iter(download.sources.files)
    guard = threading.Lock()

    def work() -> None:
        try:
            for remote in _each(queue, guard):
                outcome = download.provide(remote)
                if deliver is not None and isinstance(outcome, LocalFile):
                    deliver(outcome, download.run.check)
                told.put(outcome)
        except BaseException as error:
            told.put(error)
        finally:
            download.host.close()
        told.put(None)

    crew = [threading.Thread(target=work, name=f"{THREADS}{number}", daemon=True) for number in range(size)]
    for worker in crew:
        worker.start()
    return crew


def _each(queue: Iterator[RemoteFile], guard: threading.Lock) -> Iterator[RemoteFile]:
    while True:
        with guard:
            remote = next(queue, None)
        if remote is None:
            return
        yield remote


def _wait(
    crew: Sequence[threading.Thread], told: SimpleQueue[_Outcome], download: Download, emit: Callable[[Event], None]
) -> tuple[list[LocalFile], list[Failure]]:
    """Until all have finished, it is hopeless, or one of them raises what concerns everybody."""
    complete: list[LocalFile] = []
    failures: list[Failure] = []
    working, in_a_row = len(crew), 0
    while working and in_a_row < HOPELESS:
        download.run.check()
        match _next(told):
            case LocalFile() as file:
                complete.append(file)
                download.meter.complete()
                in_a_row = 0
            case Failure() as failure:
                failures.append(failure)
                in_a_row += 1
            case Retrying() as retrying:
                emit(retrying)
            case BaseException() as error:
                raise error
            case None:
                working -= 1
            case _:
                pass
        emit(download.meter.progress(download.run.clock.monotonic()))
    return complete, failures


def _next(told: SimpleQueue[_Outcome]) -> _Outcome | str:
    try:
        return told.get(timeout=TICK)
    except Empty:
        return "nothing yet"
