"""Whether the files in a folder still are the ones that were fetched: every byte is read again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Interrupted
from reconciler.exports.fetching.folder import Folder, open_to_read
from reconciler.exports.fetching.names import is_file
from reconciler.exports.fetching.presence import has
from reconciler.model.export import LocalFile


@dataclass(frozen=True, slots=True)
class Verdict:
    """Names. A link or a folder in a file's place counts as changed; hidden names are ours and not extra."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Nothing is missing and nothing changed; what is extra harms nobody."""
        return not self.missing and not self.changed


def verify(folder: Path, files: Sequence[LocalFile], *, export: str, stop: threading.Event) -> Verdict:
    """Raises FolderTrouble where the folder cannot be read, Interrupted."""

    def check() -> None:
        if stop.is_set():
            raise Interrupted("Interrupted", detail="Not every file was read again.")

    with open_to_read(folder, export) as room:
        with room.trouble():
            names = room.names()
        expected = {file.name for file in files}
        there = [file for file in files if file.name in names]
        return Verdict(
            missing=tuple(sorted(expected.difference(names))),
            changed=tuple(sorted(file.name for file in there if not _is_unchanged(room, file, check))),
            extra=tuple(name for name in names if name not in expected and not name.startswith(".")),
        )


def _is_unchanged(room: Folder, file: LocalFile, check: Callable[[], None]) -> bool:
    return is_file(file.name) and has(room, file.name, file.sha256, file.size, check)
