"""Files of a bucket brought to this machine to be worked on: the proven bytes, for one run alone, gone afterwards."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.exports.fetching.folder import Folder, open_folder
from reconciler.exports.fetching.presence import has
from reconciler.exports.places.place import TABLE
from reconciler.exports.places.store import Changed, Store
from reconciler.model.export import LocalFile


@contextmanager
def workbench(store: Store, folder: str, files: Sequence[LocalFile], *, staging: Path) -> Iterator[Path]:
    """The export's files in a folder, in which a folder for its table may be made.

    Only a run that is killed leaves them, and the next one need not bring those again. Raises ReconcilerError where an
    object is not what was uploaded, FolderTrouble, FolderBusy.
    """
    bench = staging / folder
    with open_folder(bench, f"{store.shown}/{folder}") as room:
        shutil.rmtree(bench / TABLE, ignore_errors=True)
        try:
            for file in files:
                if not has(room, file.name, file.sha256, file.size, _on):
                    _bring(store, f"{folder}/{file.name}", file, room)
            yield bench
        finally:
            shutil.rmtree(bench / TABLE, ignore_errors=True)
            with room.trouble():
                for file in files:
                    room.remove(file.name)


def _on() -> None:
    """Nobody but Ctrl-C stops it."""


def _bring(store: Store, key: str, file: LocalFile, room: Folder) -> None:
    hidden = f".{file.name}.partial"
    room.require(file.size)
    with room.trouble():
        descriptor = room.partial(hidden)
        os.ftruncate(descriptor, 0)
    if _copied(store, key, descriptor, room) != (file.size, file.sha256):
        room.remove(hidden)
        raise ReconcilerError(
            "An export file is not the one that was fetched",
            detail="It is missing, or its size or its SHA-256 has changed since.",
            hint="Fetch the export again:\nreconciler exports fetch",
            where=f"{store.shown}/{key}",
        )
    with room.trouble():
        room.publish(hidden, file.name)


def _copied(store: Store, key: str, descriptor: int, room: Folder) -> tuple[int, str] | None:
    """Size and SHA-256 of what is in the file now; None where the object went away meanwhile."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb") as file:
        found = store.head(key)
        if found is None:
            return None
        try:
            for block in store.blocks(key, found):
                digest.update(block)
                size += len(block)
                with room.trouble():
                    file.write(block)
        except Changed:
            return None
        with room.trouble():
            file.flush()
    return size, digest.hexdigest()
