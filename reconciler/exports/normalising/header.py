"""The first record of a CSV export: which field becomes which column. A file without it is refused as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.errors import ReconcilerError

FIELDS: Final = ("interactionId", "type", "startTimestamp", "endTimestamp", "channelType")
"""In the order of the columns they become (contract §6)."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where our fields are, in the columns' order, and where the others are."""

    names: tuple[str, ...]
    ours: tuple[int, ...]
    others: tuple[int, ...]


def read_header(names: Sequence[str], where: str) -> Header:
    """Raises ReconcilerError where a field of the contract is missing or a name is there twice. The message tells only
    names of ours: a first line that is no header is somebody's data."""
    missing = [name for name in FIELDS if name not in names]
    if missing:
        raise _no_header(f"Its first record does not name {', '.join(missing)}.", where)
    if len(set(names)) < len(names):
        raise _no_header("Its first record has a name twice, so that a value could mean either.", where)
    ours = tuple(names.index(name) for name in FIELDS)
    return Header(tuple(names), ours, tuple(index for index in range(len(names)) if index not in ours))


def without_header(where: str) -> ReconcilerError:
    return _no_header("It has no readable first record.", where)


def _no_header(why: str, where: str) -> ReconcilerError:
    return ReconcilerError(
        "The CSV file has no usable header",
        where=where,
        detail=f"{why} Without a header no value has a meaning, so nothing was written.",
        hint="Fetch the file again, or ask for the export as jsonl.",
    )
