"""What has arrived of one file, hashed in the same pass, under a hidden name until it is whole and proven."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from reconciler.exports.fetching.folder import Folder
from reconciler.exports.fetching.names import partial_of
from reconciler.exports.fetching.reading import Held
from reconciler.model.export import RemoteFile

_BLOCK = 1024 * 1024
_WRITE_BEHIND = 8 * 1024 * 1024
"""Bytes. The disk begins to write so many at a time, while more arrive: else they would all wait for the `fsync`."""


class Digest(Protocol):
    def update(self, content: bytes | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


class Partial:
    """Bound to one version of its file: `etag` and `size` are those that this run's answers said, until `restart`."""

    def __init__(self, remote: RemoteFile, folder: Folder, descriptor: int) -> None:
        self._remote = remote
        self._folder = folder
        self._descriptor = descriptor
        self._hash: Digest = hashlib.sha256()
        self._behind = 0
        self._size: int | None = None
        self.length = 0
        self.etag = ""

    @property
    def held(self) -> Held:
        return Held(self.length, self.size, self.etag, proven=bool(self._remote.sha256))

    @property
    def size(self) -> int | None:
        """The whole file's: as the organisation states it, else as the host said."""
        return self._remote.size if self._remote.size is not None else self._size

    @property
    def is_resumable(self) -> bool:
        """Whether something will prove that what comes next continues what is here: the checksum, or a strong ETag."""
        return bool(self.length == 0 or self._remote.sha256 or self.etag)

    def learn(self, size: int | None, etag: str) -> None:
        self._size = size if size is not None else self._size
        self.etag = etag

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def take_up(self, check: Callable[[], None]) -> None:
        """Go on from what an earlier run left, if a stated checksum will prove it; its hash is made again."""
        with self._folder.trouble():
            length = os.fstat(self._descriptor).st_size
        if length and self._remote.sha256 and (self._remote.size is None or length <= self._remote.size):
            with self._folder.trouble():
                self._hash, self.length = rehash(self._descriptor, check)
        elif length:
            self.restart()

    def append(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        rest = memoryview(chunk)
        with self._folder.trouble():
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        self.length += len(chunk)
        if sys.platform == "linux" and self.length - self._behind >= _WRITE_BEHIND:
            # Of dirty pages, all that this advice does is to have them written.
            os.posix_fadvise(self._descriptor, self._behind, self.length - self._behind, os.POSIX_FADV_DONTNEED)
            self._behind = self.length

    def restart(self) -> None:
        with self._folder.trouble():
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._hash, self._size, self._behind = hashlib.sha256(), None, 0
        self.length, self.etag = 0, ""

    def publish(self) -> None:
        """Only what is proven: durable first, then visible."""
        with self._folder.trouble():
            os.fsync(self._descriptor)
            self._folder.publish(partial_of(self._remote), self._remote.name)


@contextmanager
def open_partial(remote: RemoteFile, folder: Folder, check: Callable[[], None]) -> Iterator[Partial]:
    with folder.trouble():
        descriptor = folder.partial(partial_of(remote))
    try:
        partial = Partial(remote, folder, descriptor)
        partial.take_up(check)
        yield partial
    finally:
        os.close(descriptor)


def rehash(descriptor: int, check: Callable[[], None]) -> tuple[Digest, int]:
    """The hash of a whole file and its length; the position is its end. `check` is called often, and may raise."""
    digest, length = hashlib.sha256(), 0
    block = memoryview(bytearray(_BLOCK))
    os.lseek(descriptor, 0, os.SEEK_SET)
    while count := os.readv(descriptor, [block]):
        check()
        digest.update(block[:count])
        length += count
    return digest, length
