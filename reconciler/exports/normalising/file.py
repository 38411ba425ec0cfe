"""One export file, normalised: read once, written aside, counted again, and only then put under its name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, assert_never

from reconciler.errors import ReconcilerError, UsageError
from reconciler.exports.normalising.batch import Batch
from reconciler.exports.normalising.delimited import csv_records
from reconciler.exports.normalising.draft import Draft, reading, writing
from reconciler.exports.normalising.jsonl import jsonl_batches
from reconciler.exports.normalising.lines import Tally, blocks
from reconciler.exports.normalising.prepared import Prepared, publish
from reconciler.exports.normalising.quarantine import Quarantine
from reconciler.exports.normalising.result import (
    BLOCK_SIZE,
    LARGEST_RECORD,
    Normalised,
    Output,
    Progress,
    SourceFormat,
)
from reconciler.exports.normalising.table import csv_batches


@dataclass(frozen=True, slots=True)
class Request:
    """What to normalise, and where to."""

    source: Path
    source_format: SourceFormat
    target: Path
    quarantine: Path
    output: Output = Output.PARQUET
    largest_record: int = LARGEST_RECORD
    block_size: int | None = None
    """Bytes read at a time, or None for what suits the format. It makes no difference to the result."""
    owner: int = field(default_factory=os.getpid)
    """The process whose run this is."""


def normalise(request: Request, *, emit: Callable[[Progress], None]) -> Normalised:
    """Write every record of the source to the target, or to the quarantine.

    Raises ReconcilerError where a file cannot be read or written, where a CSV has no header, or where the counts do not
    add up; UsageError where pyarrow is not installed or the paths are not three different files. Nothing is under the
    target's name then that was not there before. No message holds any of a record's content.
    """
    prepared = prepare(request, emit=emit)
    publish([prepared])
    return prepared.result


def prepare(request: Request, *, emit: Callable[[Progress], None]) -> Prepared:
    """`normalise` but for the last step, so that many files can appear together."""
    outputs = _outputs()
    if len({path.resolve() for path in (request.source, request.target, request.quarantine)}) < 3:
        raise UsageError("Source, target and quarantine must be three files", where=str(request.target))
    with reading(request.source):
        stream = request.source.open("rb")
    with stream:
        draft = Draft.begin(request.target, owner=request.owner)
        quarantine = Quarantine(request.quarantine, request.owner)
        try:
            return _written(request, stream, draft, quarantine, outputs, emit)
        except BaseException:
            draft.discard()
            quarantine.discard()
            raise


def _outputs() -> ModuleType:
    try:
        from reconciler.exports.normalising import outputs
    except ImportError as reason:
        raise UsageError(
            "Normalising an export needs pyarrow",
            detail="It is not installed, or cannot be loaded.",
            hint="pip install 'reconciler[exports]'",
        ) from reason
    return outputs


def _written(
    request: Request,
    stream: BinaryIO,
    draft: Draft,
    quarantine: Quarantine,
    outputs: ModuleType,
    emit: Callable[[Progress], None],
) -> Prepared:
    tally = Tally()
    records = blank_lines = 0
    with writing(request.target):
        writer = outputs.WRITERS[request.output](draft.file)
    try:
        for batch in _batches(request, stream, tally):
            quarantine.add(batch.rejects)
            if batch.rows or batch.columns:
                with writing(request.target):
                    writer.add(batch)
            records += batch.records
            blank_lines += batch.blank_lines
            emit(Progress(request.source, tally.bytes_read, records))
        with writing(request.target):
            writer.close()
    except BaseException:
        writer.abandon()
        raise
    finished = draft.finish()
    kept, quarantined = quarantine.finish()
    with writing(request.target):
        normalised = outputs.count_rows(finished.path, request.output)
        size, sha256 = _measured(finished.path)
    if request.source_format is SourceFormat.JSONL:
        _check("lines", tally.lines, records + blank_lines, request.source)
    _check("records", records, normalised + quarantined, request.source)
    result = Normalised(
        source=request.source,
        target=request.target,
        quarantine=request.quarantine if quarantined else None,
        output=request.output,
        records=records,
        normalised=normalised,
        quarantined=quarantined,
        blank_lines=blank_lines,
        bytes_read=tally.bytes_read,
        source_sha256=tally.sha256.hexdigest(),
        size=size,
        sha256=sha256,
    )
    return Prepared(result, finished, kept, request.quarantine)


def _batches(request: Request, stream: BinaryIO, tally: Tally) -> Iterator[Batch]:
    def read(size: int) -> bytes:
        with reading(request.source):
            return stream.read(size)

    largest = request.largest_record
    block_size = request.block_size or BLOCK_SIZE[request.source_format]
    lines = blocks(read, block_size=block_size, largest=largest, tally=tally)
    match request.source_format:
        case SourceFormat.JSONL:
            return jsonl_batches(lines, largest=largest)
        case SourceFormat.CSV:
            return csv_batches(csv_records(lines, largest=largest), largest=largest, where=str(request.source))
        case unknown:
            assert_never(unknown)


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as written:
        return path.stat().st_size, hashlib.file_digest(written, "sha256").hexdigest()


def _check(what: str, counted: int, accounted: int, source: Path) -> None:
    if counted != accounted:
        raise ReconcilerError(
            "The counts of an export file do not add up",
            where=str(source),
            detail=f"Of its {counted:,} {what} only {accounted:,} are accounted for, so the result cannot be trusted."
            " Nothing was written under its name.",
            hint="This is a defect of this program: please report it, with these numbers.",
        )
