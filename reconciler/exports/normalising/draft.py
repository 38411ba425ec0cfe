"""A file in the making: hidden, for the owner's eyes only, and under its name only when it is complete and on disk."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reconciler.errors import ReconcilerError


@dataclass(frozen=True, slots=True)
class Finished:
    """A file that is complete and on disk, under its hidden name. May be handed to another process."""

    target: Path
    path: Path

    def discard(self) -> None:
        """As if it had never been. Raises nothing: something else went wrong already."""
        with contextlib.suppress(OSError):
            self.path.unlink()


@dataclass(frozen=True, slots=True)
class Draft:
    """Hidden names (`.`) are none of a table's files to Spark, Trino and DuckDB's `*.parquet`."""

    target: Path
    path: Path
    file: BinaryIO

    @classmethod
    def begin(cls, target: Path, *, owner: int) -> Draft:
        """Makes the folder, and sweeps away what a run that was killed has left of this target. `owner` is the process
        whose run this is. Raises ReconcilerError."""
        with writing(target):
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "there is a folder of that name")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sweep(target, owner)
            path = target.with_name(f".{target.name}.{owner}.partial")
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            return cls(target, path, os.fdopen(descriptor, "w+b"))

    def finish(self) -> Finished:
        with writing(self.target):
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
        return Finished(self.target, self.path)

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
        Finished(self.target, self.path).discard()


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Say of a failing write what it means. Whoever writes discards the draft."""
    try:
        yield
    except OSError as reason:
        raise ReconcilerError(
            "A normalised file could not be written",
            where=str(target),
            detail=f"{_said(reason)}. Nothing was left under that name, and the source is untouched.",
            hint="Make room or choose another folder, then run the same command again.",
        ) from reason


@contextlib.contextmanager
def reading(source: Path) -> Iterator[None]:
    """Say of a failing read what it means."""
    try:
        yield
    except OSError as reason:
        raise ReconcilerError(
            "An export file could not be read",
            where=str(source),
            detail=f"{_said(reason)}. Nothing was written.",
            hint="Check that the file is there and that you may read it, or fetch the export again.",
        ) from reason


def sync_folder(folder: Path) -> None:
    """A name is on disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _said(reason: OSError) -> str:
    return reason.strerror or type(reason).__name__


def _sweep(target: Path, owner: int) -> None:
    prefix, suffix = f".{target.name}.", ".partial"
    for left in target.parent.iterdir():
        process = left.name.removeprefix(prefix).removesuffix(suffix)
        if left.name != f"{prefix}{process}{suffix}" or not process.isdecimal():
            continue
        if int(process) == owner or not _is_running(int(process)):
            left.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
