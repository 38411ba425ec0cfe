"""The place where exports lie: what fetching, verifying and normalising need of it, be it a folder or a bucket.

<folder>/partition_0.jsonl, report.json    an export: one folder for each
table/export_id=<id>/...                   the table made of all of them
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reconciler.errors import ReconcilerError
from reconciler.exports.fetching import Event, Manner, Verdict
from reconciler.exports.fetching.sources import Listing
from reconciler.exports.report import Report
from reconciler.model.export import LocalFile
from reconciler.model.ports import Clock

if TYPE_CHECKING:
    from reconciler.exports.normalising import Normalised, Output, Progress

TABLE = "table"
"""The name of the table's folder."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """What fetching an export takes, wherever its files go: the arguments of `fetching.fetch`."""

    listing: Listing
    export: str
    how: Manner
    clock: Clock
    emit: Callable[[Event], None]
    stop: threading.Event
    known: Sequence[LocalFile] = ()


@dataclass(frozen=True, slots=True)
class Normalising:
    """What making a table takes. `table` is a folder for it elsewhere, None for the place's own."""

    export_id: str
    output: Output
    emit: Callable[[Progress], None]
    table: Path | None = None


class Place(Protocol):
    """`folder` is an export's, by name. Every method raises ReconcilerError where the place cannot be used."""

    def shown(self, folder: str) -> str:
        """What a person would call it."""
        ...

    def folders(self) -> Iterator[str]:
        """Those of exports that are there, in order; what a fetch has not finished may be among them."""
        ...

    def report(self, folder: str) -> Report | None:
        """None where there is none: the export has not been fetched, or not whole."""
        ...

    def write_report(self, folder: str, report: Report) -> None:
        """Whole or not at all."""
        ...

    def fetch(self, folder: str, fetching: Fetching) -> tuple[LocalFile, ...]:
        """Every file of the export, complete and proven and under its name. What is there is not fetched again."""
        ...

    def verify(self, folder: str, files: Sequence[LocalFile], *, export: str, stop: threading.Event) -> Verdict:
        """Every byte is read again."""
        ...

    def normalise(self, folder: str, files: Sequence[LocalFile], normalising: Normalising) -> tuple[Normalised, ...]:
        """The files as parts of the table."""
        ...


def reports(place: Place) -> Iterator[tuple[str, Report | ReconcilerError]]:
    """Every export that was fetched, by its folder: its report, or why that cannot be read."""
    for folder in place.folders():
        try:
            report = place.report(folder)
        except ReconcilerError as problem:
            yield folder, problem
            continue
        if report is not None:
            yield folder, report
