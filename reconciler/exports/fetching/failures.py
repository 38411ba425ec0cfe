"""Why fetching can fail. Inside: what happened to one attempt or one file; outside: three errors.

    Setback          an attempt failed; the next may succeed
    Failed           a file is given up
    Ended            the fetch is over, whoever still works stops
    FetchFailed      raised: some files could not be had
    FolderTrouble    raised: the folder cannot be written or read
    FolderBusy       raised: somebody else fetches into it
No message has anything of a URI but its host.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from reconciler.errors import ReconcilerError

_MOST_SHOWN = 10


class Kind(Enum):
    """What a setback asks for."""

    TRANSIENT = auto()  # a wait
    THROTTLED = auto()  # a wait; nothing is wrong but the pace
    EXPIRED = auto()  # another URI
    SPOILT = auto()  # a wait, and to start over
    MISMATCH = auto()  # to start over


class Setback(Exception):
    """`what` continues "the file host ..."; `after` is its `Retry-After`, in seconds."""

    def __init__(self, what: str, kind: Kind = Kind.TRANSIENT, *, after: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.kind = kind
        self.after = after


class Failed(Exception):
    """`what` continues "the file host ..."."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Ended(Exception):
    """Nobody waits for this work any more."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One file that could not be had, and why."""

    name: str
    detail: str
    hint: str


class FetchFailed(ReconcilerError):
    """Some files could not be had, each for its reason; `failures` has all. Those that could are in place."""

    def __init__(self, failures: Sequence[Failure], *, untried: int = 0, export: str) -> None:
        lines = [f"{failure.name}: {failure.detail}" for failure in failures[:_MOST_SHOWN]]
        if (more := len(failures) - _MOST_SHOWN) > 0:
            lines.append(f"... and {more:,} more files.")
        if untried:
            lines.append(f"After so many in a row, {untried} more were not tried or not finished.")
        super().__init__(
            "The export was not fetched whole",
            detail="\n".join(lines),
            hint="\n".join(dict.fromkeys(failure.hint for failure in failures)),
            where=export,
        )
        self.failures = tuple(failures)


class FolderTrouble(ReconcilerError):
    """The export's folder cannot be written or read."""


class FolderBusy(ReconcilerError):
    """Another fetch is at work in the same folder."""


_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def folder_trouble(folder: Path, export: str) -> Iterator[None]:
    """Says in our words what the operating system refused."""
    try:
        yield
    except OSError as error:
        code, said = error.errno, error.strerror or type(error).__name__
    else:
        return
    if code in _FULL:
        raise no_room(folder, export, f"The file system of the folder is full ({said}).")
    raise FolderTrouble(
        "The export's folder cannot be used",
        detail=f"{folder}: {said}.",
        hint="Give this user a folder of its own that it may write, or name another one.",
        where=export,
    )


def no_room(folder: Path, export: str, why: str) -> FolderTrouble:
    return FolderTrouble(
        "There is not enough room for the export",
        detail=f"{folder}: {why} What has arrived is kept where the organisation states a checksum.",
        hint="Make room, or name a folder elsewhere; then fetch again: it goes on where it stopped.",
        where=export,
    )
