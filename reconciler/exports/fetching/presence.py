"""Whether a file is there already, and right: then nothing of it is fetched."""

from __future__ import annotations

import os
from collections.abc import Callable

from reconciler.exports.fetching.folder import Folder
from reconciler.exports.fetching.partial import rehash
from reconciler.model.export import LocalFile, RemoteFile


def present(folder: Folder, remote: RemoteFile, known: LocalFile | None, check: Callable[[], None]) -> LocalFile | None:
    """The file, if its bytes have the stated checksum; where none is stated, the one that we `known` to have made."""
    sha256 = remote.sha256 or (known.sha256 if known else "")
    size = remote.size if remote.size is not None else known.size if known else None
    if not sha256 or not has(folder, remote.name, sha256, size, check):
        return None
    return LocalFile(remote.name, remote.partition, remote.format, folder.size(remote.name), sha256)


def has(folder: Folder, name: str, sha256: str, size: int | None, check: Callable[[], None]) -> bool:
    """Whether the folder has such a file. It is hashed only where its size is right."""
    with folder.trouble():
        descriptor = folder.existing(name)
        if descriptor is None:
            return False
        try:
            if size is not None and os.fstat(descriptor).st_size != size:
                return False
            digest, _ = rehash(descriptor, check)
            return digest.hexdigest() == sha256
        finally:
            os.close(descriptor)
