"""The parts of a table, made on this machine, put into a bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ReconcilerError
from reconciler.exports.places.place import TABLE
from reconciler.exports.places.store import Store

if TYPE_CHECKING:
    from reconciler.exports.normalising import Normalised


def publish(store: Store, table: Path, results: Sequence[Normalised]) -> None:
    """Every part under its key, each whole or not at all. `table` is the folder that they were made in.

    Raises ReconcilerError where the export's folder holds parts that are none of these.
    """
    _refuse_other_parts(store, table, results)
    for result in results:
        _publish(store, table, result)


def _refuse_other_parts(store: Store, table: Path, results: Sequence[Normalised]) -> None:
    """A reader takes every object of the export's folder for a part of the table."""
    part = results[0].target
    where = _key(table, part).rpartition("/")[0]
    ours = {result.target.name for result in results}
    _, names = store.names(where)
    if others := [name for name in names if name.endswith(part.suffix) and name not in ours]:
        raise ReconcilerError(
            "The export's folder holds files that are not of this export",
            detail=f"{len(others):,} in all. Whoever reads the table would read them, too.",
            hint="Move them away.",
            where=f"{store.shown}/{where}/{others[0]}",
        )


def _publish(store: Store, table: Path, result: Normalised) -> None:
    """The quarantine first: what is not in the table must never be nowhere."""
    if result.quarantine is not None:
        with result.quarantine.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        _upload(store, table, result.quarantine, sha256)
    _upload(store, table, result.target, result.sha256)
    if result.quarantine is None:  # that of an earlier run would count what is in the table now
        store.remove(_key(table, result.target.with_name(f"_{result.target.stem}.quarantine")))


def _upload(store: Store, table: Path, file: Path, sha256: str) -> None:
    with file.open("rb") as stream:
        store.put_file(_key(table, file), stream.fileno(), sha256, lambda: None)


def _key(table: Path, file: Path) -> str:
    return f"{TABLE}/{file.relative_to(table).as_posix()}"
