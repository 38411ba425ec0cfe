"""What the service is handed: where its facts come from. It opens no ledger and lists no folder by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.ports import AuditEntry
from reconciler.model.request import Requested
from reconciler.model.values import Json
from reconciler.model.window import Window


@dataclass(frozen=True, slots=True)
class ReportFile:
    """The report in one export's folder, as it was found: `content` is None where it cannot be read.

    `key` is the key of the request that the folder is for, empty where its name says none.
    """

    folder: str
    key: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Ports:
    """Every function is called from several threads, and often: it is up to each to remember what has not changed.

    `requests` and `submissions` are the ledger's, oldest first; they raise ReconcilerError where it cannot be read.
    `window` is what a body of a kind asks for. `table` is the folder of the normalised table, None where it is in a
    bucket. `legible` makes any text fit to be shown. `now` is seconds since the epoch.
    """

    requests: Callable[[], Sequence[Requested]]
    submissions: Callable[[], Sequence[AuditEntry]]
    reports: Callable[[], Sequence[ReportFile]]
    window: Callable[[str, Mapping[str, Json]], Window | None]
    table: Path | None
    legible: Callable[[str], str]
    now: Callable[[], float]
