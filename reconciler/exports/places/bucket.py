"""A bucket as the place where exports lie.

Everything passes through a staging folder on this machine, where it is proven; under its key it is whole or not there.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import Interrupted, ReconcilerError, UsageError
from reconciler.exports import report as reports
from reconciler.exports.fetching import Verdict, fetch
from reconciler.exports.fetching.failures import FolderBusy, folder_trouble
from reconciler.exports.fetching.folder import open_folder, open_to_read
from reconciler.exports.places.place import TABLE, Fetching, Normalising
from reconciler.exports.places.publishing import publish
from reconciler.exports.places.store import Changed, Store
from reconciler.exports.places.workbench import workbench
from reconciler.exports.report import FILE_NAME, Report
from reconciler.model.export import LocalFile, RemoteFile

if TYPE_CHECKING:
    from reconciler.exports.normalising import Normalised

LARGEST_REPORT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Fills `place.Place`. `staging` need not exist; what a killed run leaves there, the next one goes on with."""

    store: Store
    staging: Path

    def shown(self, folder: str) -> str:
        return f"{self.store.shown}/{folder}"

    def folders(self) -> Iterator[str]:
        inner, _ = self.store.names("")
        yield from (folder for folder in inner if folder != TABLE)

    def report(self, folder: str) -> Report | None:
        content = self.store.read(f"{folder}/{FILE_NAME}", LARGEST_REPORT)
        try:
            return None if content is None else reports.read(content)
        except ValueError as error:
            raise ReconcilerError(
                "The report cannot be read", detail=f"{error}.", hint="Delete it and fetch again.",
                where=f"{self.shown(folder)}/{FILE_NAME}",
            ) from None  # fmt: skip

    def write_report(self, folder: str, report: Report) -> None:
        self.store.put(f"{folder}/{FILE_NAME}", reports.written(report))

    def fetch(self, folder: str, fetching: Fetching) -> tuple[LocalFile, ...]:
        listed = tuple(fetching.listing())
        there = self._present(folder, listed, fetching)
        left = {file.name for file in listed}.difference(file.name for file in there)
        first = [listed]

        def missing() -> Sequence[RemoteFile]:
            return [file for file in (first.pop() if first else fetching.listing()) if file.name in left]

        self._tidy(folder, there, fetching.export)
        if left:
            self._prepare()
            there += fetch(
                missing, self.staging / folder, export=fetching.export, how=fetching.how, clock=fetching.clock,
                emit=fetching.emit, stop=fetching.stop, deliver=partial(self._deliver, folder, fetching.export),
            )  # fmt: skip
        return tuple(sorted(there, key=lambda file: (file.partition, file.format)))

    def verify(self, folder: str, files: Sequence[LocalFile], *, export: str, stop: threading.Event) -> Verdict:
        def check() -> None:
            if stop.is_set():
                raise Interrupted("Interrupted", detail="Not every file was read again.")

        names = self.store.names(folder)[1]
        found, expected = set(names), {file.name for file in files}
        there = [file for file in files if file.name in found]
        return Verdict(
            missing=tuple(sorted(expected - found)),
            changed=tuple(sorted(file.name for file in there if not self._is_unchanged(folder, file, check))),
            extra=tuple(name for name in names if name not in expected and name != FILE_NAME),
        )

    def normalise(self, folder: str, files: Sequence[LocalFile], normalising: Normalising) -> tuple[Normalised, ...]:
        from reconciler.exports.normalising import normalise_all

        if normalising.table is not None:
            raise UsageError(
                "The table of a bucket is in the bucket",
                detail="--table goes with a folder.",
                hint="Leave it out: the table is put beside the exports.",
            )
        self._prepare()
        with workbench(self.store, folder, files, staging=self.staging) as bench:
            results = normalise_all(
                files, export_id=normalising.export_id, source=bench, target=bench / TABLE, output=normalising.output,
                emit=normalising.emit,
            )  # fmt: skip
            publish(self.store, bench / TABLE, results)
            return results

    # Fetching.

    def _present(self, folder: str, listed: Sequence[RemoteFile], fetching: Fetching) -> list[LocalFile]:
        known = {file.name: file for file in fetching.known}

        def look(remote: RemoteFile) -> LocalFile | None:
            return self._object(folder, remote, known.get(remote.name))

        with ThreadPoolExecutor(fetching.how.parallel) as crew:
            return [file for file in crew.map(look, listed) if file is not None]

    def _object(self, folder: str, remote: RemoteFile, known: LocalFile | None) -> LocalFile | None:
        """The file, if the object has its checksum: the stated one, else that of the file which is `known`."""
        sha256 = remote.sha256 or (known.sha256 if known else "")
        size = remote.size if remote.size is not None else known.size if known else None
        found = self.store.head(f"{folder}/{remote.name}") if sha256 else None
        if found is None or found.sha256 != sha256 or size not in (None, found.size):
            return None
        return LocalFile(remote.name, remote.partition, remote.format, found.size, sha256)

    def _deliver(self, folder: str, export: str, file: LocalFile, check: Callable[[], None]) -> None:
        """From staging into the bucket; only then is it gone from staging."""
        with open_to_read(self.staging / folder, export) as room:
            with room.trouble():
                descriptor = room.existing(file.name)
            if descriptor is None:
                raise ReconcilerError("A fetched file vanished from staging", where=export, detail=file.name)
            try:
                self.store.put_file(f"{folder}/{file.name}", descriptor, file.sha256, check)
            finally:
                os.close(descriptor)
            with room.trouble():
                room.remove(file.name)

    def _tidy(self, folder: str, there: Sequence[LocalFile], export: str) -> None:
        """What a killed run had uploaded already goes from staging; where another run is at work, that will do it."""
        if (self.staging / folder).is_dir():
            with suppress(FolderBusy), open_folder(self.staging / folder, export) as room, room.trouble():
                for file in there:
                    room.remove(file.name)

    def _prepare(self) -> None:
        with folder_trouble(self.staging, self.store.shown):
            self.staging.mkdir(mode=0o700, parents=True, exist_ok=True)

    # Verifying.

    def _is_unchanged(self, folder: str, file: LocalFile, check: Callable[[], None]) -> bool:
        key = f"{folder}/{file.name}"
        found = self.store.head(key)
        if found is None or found.size != file.size:
            return False
        digest = hashlib.sha256()
        try:
            for block in self.store.blocks(key, found):
                check()
                digest.update(block)
        except Changed:
            return False
        return digest.hexdigest() == file.sha256
