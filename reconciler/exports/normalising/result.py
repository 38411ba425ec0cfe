"""What normalising is asked for, tells on its way, and answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

LARGEST_RECORD: Final = 16 * 1024 * 1024
"""Bytes. A longer record is quarantined by its place in the source, so that none can fill the memory."""

COLUMNS: Final = ("interaction_id", "type", "start_time", "end_time", "channel", "rest")
"""Contract §6, and the members that none of its columns says in full, as the text of one JSON object."""


class SourceFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


BLOCK_SIZE: Final = {SourceFormat.JSONL: 256 * 1024, SourceFormat.CSV: 1024 * 1024}
"""Bytes read at a time. What is made of JSON Lines stays in the processor's cache that way; CSV is read as columns,
whose making costs something for each block."""


class Output(StrEnum):
    """The format written; its value is the file name's extension."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file has come. `bytes_read` never shrinks, and ends at the source's size."""

    source: Path
    bytes_read: int
    records: int


@dataclass(frozen=True, slots=True)
class Normalised:
    """One file's outcome: `records` = `normalised` + `quarantined`; blank lines are no records and counted apart.

    `sha256` and `size` are the target's, `source_sha256` and `bytes_read` the source's. `quarantine` is None where
    nothing was quarantined, and then there is no such file.
    """

    source: Path
    target: Path
    quarantine: Path | None
    output: Output
    records: int
    normalised: int
    quarantined: int
    blank_lines: int
    bytes_read: int
    source_sha256: str
    size: int
    sha256: str
    columns: tuple[str, ...] = COLUMNS
