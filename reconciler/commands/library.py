"""What the catalogue service reads, remembered for as long as the files stay as they are. Nothing is written."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.errors import ReconcilerError
from reconciler.exports.places import Place, reports
from reconciler.exports.report import FILE_NAME, Report, written
from reconciler.kinds import KINDS
from reconciler.model.performance import Summary, summarised
from reconciler.model.ports import AuditEntry, Clock
from reconciler.model.request import Requested
from reconciler.model.values import Json
from reconciler.model.window import Window
from reconciler.service.ports import ReportFile
from reconciler.state import open_ledger

if TYPE_CHECKING:
    from reconciler.state import Place as LedgerPlace
    from reconciler.state import SqlLedger

SUBMISSION: Final = "EXPORT_SUBMISSION"
LARGEST_REPORT: Final = 64 * 1024 * 1024
_SETTLED: Final = 2.0
"""Seconds after which a file's stamp is trusted: the clocks of file systems are coarse, and two changes within one
tick may look like one."""
_UNSEEN: Final = 5.0
"""Seconds for which a picture of a database is taken for what it holds."""
_AGE: Final = 30.0
"""Seconds for which what a bucket says is taken for true: each report is a request."""
_KEY: Final = 36
"""Characters of a request's key, at the end of its folder's name."""

Stamp: TypeAlias = tuple[int, int, int]


class LedgerSeen:
    """The ledger, read again when it has changed, or where that cannot be seen after a while. Safe to share between
    threads."""

    def __init__(self, place: LedgerPlace, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._turn = threading.Lock()
        self._stamps: list[Stamp | None] = []
        self._picture: SqlLedger | None = None
        self._requests: Sequence[Requested] | None = None
        self._submissions: Sequence[AuditEntry] | None = None
        self._summary: Summary | None = None

    def requests(self) -> Sequence[Requested]:
        """The very same value as long as nothing has changed. Raises LedgerError."""
        with self._turn:
            picture = self._current()
            if self._requests is None:
                self._requests = tuple(picture.requests().values())
            return self._requests

    def submissions(self) -> Sequence[AuditEntry]:
        """Raises LedgerError."""
        with self._turn:
            picture = self._current()
            if self._submissions is None:
                self._submissions = tuple(entry for entry in picture.audit() if entry.action == SUBMISSION)
            return self._submissions

    def summary(self) -> Summary:
        """Of the whole audit. Raises LedgerError."""
        with self._turn:
            picture = self._current()
            if self._summary is None:
                self._summary = summarised(picture.audit())
            return self._summary

    def _current(self) -> SqlLedger:
        """A picture of what the ledger holds now."""
        stamps = self._stamped()
        if self._picture is None or stamps != self._stamps:
            self._forget()
            self._picture = open_ledger(self._place, writable=False)
            self._stamps = stamps if self._have_settled(stamps) else []
        return self._picture

    def _stamped(self) -> list[Stamp | None]:
        """Of a file what the file system says: in WAL mode a change stands beside it first. Of a database, which says
        nothing for free, the time in steps."""
        if isinstance(self._place, Path):
            return [_stamp(self._place), _stamp(Path(f"{self._place}-wal"))]
        return [(int(self._clock.monotonic() / _UNSEEN), 0, 0)]

    def _have_settled(self, stamps: Sequence[Stamp | None]) -> bool:
        return all(stamp is None or stamp[2] / 1e9 + _SETTLED < self._clock.now() for stamp in stamps)

    def _forget(self) -> None:
        if self._picture is not None:
            self._picture.close()
        self._picture = self._requests = self._submissions = self._summary = None


class ReportFolder:
    """The reports below a folder with a folder for each export, each read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._known: dict[str, tuple[Stamp, ReportFile]] = {}

    def __call__(self) -> Sequence[ReportFile]:
        """Of a folder that is not there, none."""
        with self._turn:
            self._known = {name: (stamp, self._file(name, stamp)) for name, stamp in self._present()}
            return tuple(file for _, file in self._known.values())

    def _present(self) -> list[tuple[str, Stamp]]:
        try:
            names = sorted(each.name for each in self._folder.iterdir())
        except OSError:
            return []
        stamps = [(name, _stamp(self._folder / name / FILE_NAME)) for name in names]
        return [(name, stamp) for name, stamp in stamps if stamp is not None]

    def _file(self, name: str, stamp: Stamp) -> ReportFile:
        known = self._known.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        return ReportFile(name, key_in(name), _content(self._folder / name / FILE_NAME, stamp))


class ReportBucket:
    """The reports in a bucket, asked for again after a while. Raises ReconcilerError where it cannot be read."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._turn = threading.Lock()
        self._known: tuple[ReportFile, ...] = ()
        self._due = -math.inf

    def __call__(self) -> Sequence[ReportFile]:
        with self._turn:
            if self._clock.monotonic() >= self._due:
                self._known = tuple(_as_file(folder, found) for folder, found in reports(self._place))
                self._due = self._clock.monotonic() + _AGE
            return self._known


def _as_file(folder: str, found: Report | ReconcilerError) -> ReportFile:
    return ReportFile(folder, key_in(folder), None if isinstance(found, ReconcilerError) else written(found))


def window_of(kind: str, body: Mapping[str, Json]) -> Window | None:
    """The window that a body of this kind asks for; None for a kind that this version does not know."""
    known = KINDS.get(kind)
    return known.asking.window_in(body) if known is not None and known.asking is not None else None


def key_in(folder: str) -> str:
    """The key in the name of an export's folder, as `export_files.folder_of` makes it; empty where there is none."""
    name, key = folder[: -_KEY - 1], folder[-_KEY:]
    return key if folder == f"{name}-{key}" and key.count("-") == 4 else ""


def _content(path: Path, stamp: Stamp) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() and stamp[1] <= LARGEST_REPORT else None
    except OSError:
        return None


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
