"""What normalising is asked for, tells on its way, and answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

LARGEST_RECORD: Final = 16 * 1024 * 1024
"""Bytes. A longer record is quarantined by its place in the source, so that none can fill the memory."""

BLOCK_SIZE: Final = 256 * 1024
"""Bytes read at a time. What is made of a block stays in the processor's cache: 1 MiB is a tenth slower."""

COLUMNS: Final = ("interaction_id", "type", "start_time", "end_time", "channel", "rest")
"""Contract §6, and the members that none of its columns says in full, as the text of one JSON object."""


class SourceFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


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
