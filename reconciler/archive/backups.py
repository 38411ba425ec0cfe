"""Copies of archives in files: whole or not at all, on the disk before anybody relies on them, readable by their owner
only. A folder that is relative never leads out of the project's, whatever links are in it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from reconciler.errors import BackupFailed

_AGAIN = "Mend that, then run apply again: the archive is there, and only its copy is missing."


class Backups:
    """Safe to share between threads. `root` is the project file's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def names(self, folder: str) -> frozenset[str]:
        """The files in a folder; none where there is no such folder, or none that can be read."""
        with suppress(OSError):
            return frozenset(os.listdir(self._root / folder))  # noqa: PTH208 - of thousands only the names
        return frozenset()

    def has(self, folder: str, name: str) -> bool:
        return (self._root / folder / name).is_file()

    def write(self, folder: str, name: str, content: bytes) -> None:
        """Write, and read back. Raises BackupFailed."""
        place = self._root / folder
        try:
            self._check_inside(place, folder)
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            _replace(place / name, content)
            as_written = (place / name).read_bytes() == content
        except OSError as error:
            raise _failed(place / name, f"{error.strerror or error}.") from None
        if not as_written:
            (place / name).unlink(missing_ok=True)
            raise _failed(place / name, "Read back, it is not what was written.")

    def _check_inside(self, place: Path, folder: str) -> None:
        if not Path(folder).is_absolute() and not place.resolve().is_relative_to(self._root):
            raise _failed(place, "A link leads it out of the project file's folder.")


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        _on_disk(path.parent)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _on_disk(folder: Path) -> None:
    """The name, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(place: Path, why: str) -> BackupFailed:
    return BackupFailed("The backup could not be written", detail=why, hint=_AGAIN, where=str(place))
