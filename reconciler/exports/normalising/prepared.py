"""Files that are complete and on disk, and not yet under their names: so that many can appear together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.exports.normalising.draft import Finished, sync_folder, writing
from reconciler.exports.normalising.result import Normalised


@dataclass(frozen=True, slots=True)
class Prepared:
    """One file's result. `kept` is the quarantine, if there is one. May be handed to another process."""

    result: Normalised
    table: Finished
    kept: Finished | None
    quarantine: Path

    def discard(self) -> None:
        self.table.discard()
        if self.kept is not None:
            self.kept.discard()


def publish(prepared: Sequence[Prepared]) -> None:
    """Put them under their names, the quarantines first: what is not in the table must never be nowhere. Raises
    ReconcilerError, and then nothing hidden is left."""
    try:
        _name([one.kept for one in prepared if one.kept is not None])
        _name([one.table for one in prepared])
        _remove([one.quarantine for one in prepared if one.kept is None])
    except BaseException:
        for one in prepared:
            one.discard()
        raise


def _name(files: Iterable[Finished]) -> None:
    folders = {}
    for file in files:
        with writing(file.target):
            file.path.replace(file.target)
        folders[file.target.parent] = file.target
    for folder, target in folders.items():
        with writing(target):
            sync_folder(folder)


def _remove(quarantines: Iterable[Path]) -> None:
    """Those of an earlier run, of which nothing is in quarantine any more."""
    for quarantine in quarantines:
        if quarantine.exists():
            with writing(quarantine):
                quarantine.unlink()
                sync_folder(quarantine.parent)
