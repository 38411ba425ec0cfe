"""A folder on this machine as the place where exports lie."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ReconcilerError
from reconciler.exports import report as reports
from reconciler.exports.fetching import Verdict, fetch, verify
from reconciler.exports.places.place import TABLE, Fetching, Normalising
from reconciler.exports.report import FILE_NAME, Report
from reconciler.model.export import LocalFile

if TYPE_CHECKING:
    from reconciler.exports.normalising import Normalised


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """Fills `place.Place`."""

    root: Path

    def shown(self, folder: str) -> str:
        return str(self.root / folder)

    def folders(self) -> Iterator[str]:
        """A link to a folder is none of ours."""
        try:
            with os.scandir(self.root) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except FileNotFoundError:
            return
        except OSError as error:
            raise _trouble("The folder of exports cannot be read", error, self.root) from None
        yield from (name for name in names if name != TABLE and not name.startswith("."))

    def report(self, folder: str) -> Report | None:
        file = self.root / folder / FILE_NAME
        try:
            return reports.read(file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _trouble("The report cannot be read", error, file) from None
        except ValueError as error:
            raise ReconcilerError(
                "The report cannot be read", detail=f"{error}.", hint="Delete it and fetch again.", where=str(file)
            ) from None

    def write_report(self, folder: str, report: Report) -> None:
        file = self.root / folder / FILE_NAME
        hidden = file.with_name(f".{FILE_NAME}.new")
        try:
            descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(reports.written(report))
                stream.flush()
                os.fsync(stream.fileno())
            hidden.replace(file)
        except OSError as error:
            raise _trouble("The report cannot be written", error, file) from None

    def fetch(self, folder: str, fetching: Fetching) -> tuple[LocalFile, ...]:
        return fetch(
            fetching.listing, self.root / folder, export=fetching.export, how=fetching.how, clock=fetching.clock,
            emit=fetching.emit, stop=fetching.stop, known=fetching.known,
        )  # fmt: skip

    def verify(self, folder: str, files: Sequence[LocalFile], *, export: str, stop: threading.Event) -> Verdict:
        verdict = verify(self.root / folder, files, export=export, stop=stop)
        return replace(verdict, extra=tuple(name for name in verdict.extra if name != FILE_NAME))

    def normalise(self, folder: str, files: Sequence[LocalFile], normalising: Normalising) -> tuple[Normalised, ...]:
        from reconciler.exports.normalising import normalise_all

        return normalise_all(
            files, export_id=normalising.export_id, source=self.root / folder,
            target=normalising.table or self.root / TABLE, output=normalising.output, emit=normalising.emit,
        )  # fmt: skip


def _trouble(summary: str, error: OSError, where: Path) -> ReconcilerError:
    return ReconcilerError(summary, detail=f"{error.strerror or type(error).__name__}.", where=str(where))
