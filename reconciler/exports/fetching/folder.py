"""An export's folder: one fetch at a time in it, nothing outside it.

Every name is looked up in the opened folder and never through a symlink, so neither a renamed folder nor a planted link
leads out of it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from reconciler.exports.fetching.failures import FolderBusy, folder_trouble, no_room
from reconciler.exports.fetching.names import LOCK, is_partial

_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # opening a planted FIFO must not wait for its other end
_NO_FILE = {errno.ENOENT, errno.ELOOP, errno.ENXIO}  # nothing, a symlink, a socket


class Folder:
    """Raises OSError: whoever works in it does so within `trouble`."""

    def __init__(self, path: Path, export: str, descriptor: int) -> None:
        self._path = path
        self._export = export
        self._descriptor = descriptor

    def existing(self, name: str) -> int | None:
        """A descriptor for reading, of a regular file of that name; None where there is none."""
        try:
            descriptor = os.open(name, os.O_RDONLY | _FLAGS, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in _NO_FILE:
                return None
            raise
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        return None

    def size(self, name: str) -> int:
        """Of a regular file; 0 where there is none."""
        with suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
            return found.st_size if stat.S_ISREG(found.st_mode) else 0
        return 0

    def partial(self, name: str) -> int:
        """A descriptor for reading and writing what has arrived of a file. Only one of our own making is used."""
        with suppress(OSError):
            descriptor = os.open(name, os.O_RDWR | _FLAGS, dir_fd=self._descriptor)
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == os.geteuid():
                os.fchmod(descriptor, 0o600)
                return descriptor
            os.close(descriptor)
        self.remove(name)
        return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, dir_fd=self._descriptor)

    def publish(self, partial: str, name: str) -> None:
        """Give a complete and synced file its name, durably. It replaces what has that name, a link itself too."""
        os.rename(partial, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        os.fsync(self._descriptor)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def keep_only(self, partials: Collection[str]) -> None:
        """Remove what arrived of any other file."""
        for name in self.names():
            if is_partial(name) and name not in partials:
                self.remove(name)

    def names(self) -> list[str]:
        return sorted(os.listdir(self._descriptor))  # noqa: PTH208 - a Path knows no descriptor

    def require(self, needed: int) -> None:
        """Raises FolderTrouble where there is no room for so many bytes more."""
        with self.trouble():
            found = os.fstatvfs(self._descriptor)
        free = found.f_bavail * found.f_frsize
        if needed > free:
            raise no_room(self._path, self._export, f"{needed:,} bytes are missing and {free:,} are free.")

    def trouble(self) -> AbstractContextManager[None]:
        """Turns OSError into FolderTrouble."""
        return folder_trouble(self._path, self._export)


@contextmanager
def open_folder(path: Path, export: str) -> Iterator[Folder]:
    """The folder, which need not exist, for this fetch alone. Raises FolderBusy, FolderTrouble."""
    with folder_trouble(path, export):
        _make(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with folder_trouble(path, export):
            lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600, dir_fd=descriptor)
        try:
            _take(lock, path, export)
            yield Folder(path, export, descriptor)
        finally:
            os.close(lock)
    finally:
        os.close(descriptor)


@contextmanager
def open_to_read(path: Path, export: str) -> Iterator[Folder]:
    """The folder as it is, for looking only. Raises FolderTrouble."""
    with folder_trouble(path, export):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield Folder(path, export, descriptor)
    finally:
        os.close(descriptor)


def _make(path: Path) -> None:
    """A folder that was there keeps its mode: it is its owner's, and the files in it are 0600 anyway."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)


def _take(lock: int, path: Path, export: str) -> None:
    taken = False
    with folder_trouble(path, export):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            taken = True
        except BlockingIOError:
            pass
    if not taken:
        raise FolderBusy(
            "The export's folder is in use",
            detail=f"Another fetch is at work in {path}.",
            hint="Wait for it to end. The lock never outlives its process.",
            where=export,
        )
