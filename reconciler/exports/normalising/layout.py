"""The files of an export as one table: a Hive layout that DuckDB, Spark and Trino read alike.

<folder>/export_id=<id>/part-00000.parquet             read: the columns, and export_id from the path
<folder>/export_id=<id>/_part-00000.quarantine         not read: Spark and Trino skip `_`, DuckDB's glob the name
<folder>/export_id=<id>/.part-00000.parquet.7.partial  not read, and gone when the run ends

Every file has the same columns, all of which may be null, in plain or dictionary encoding, with zstd:

| column               | in the file                                       | what it is                     |
|----------------------|---------------------------------------------------|--------------------------------|
| start_time, end_time | INT64, TIMESTAMP of microseconds, adjusted to UTC | an instant, never a local time |
| the others           | BYTE_ARRAY, STRING                                | text; `rest` is JSON           |
| export_id            | not there: it is in the path, %-escaped           | text                           |

Readers guess the type of what is in the path. Ids are UUIDs and so text; of others, tell DuckDB
`hive_types_autocast = false` and Spark `spark.sql.sources.partitionColumnTypeInference.enabled = false`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from reconciler.errors import ReconcilerError, UsageError
from reconciler.exports.normalising.file import Request
from reconciler.exports.normalising.prepared import Prepared, publish
from reconciler.exports.normalising.result import LARGEST_RECORD, Normalised, Output, Progress, SourceFormat
from reconciler.exports.normalising.workers import prepare_all
from reconciler.model.export import LocalFile


def normalise_all(
    files: Sequence[LocalFile],
    *,
    export_id: str,
    source: Path,
    target: Path,
    output: Output = Output.PARQUET,
    largest_record: int = LARGEST_RECORD,
    processes: int | None = None,
    emit: Callable[[Progress], None],
) -> tuple[Normalised, ...]:
    """Normalise the files of the folder `source` into `target`, a process each, as many at a time as there are cores.

    All of them appear when every one is complete, or none does. Raises what `normalise` raises; ReconcilerError too
    where a file is not the one that was fetched, or where the export's folder holds parts that are none of these.
    Progress of different files comes mixed. Processes are spawned, so `__main__` must be importable.
    """
    folder = target / f"export_id={quote(export_id, safe='')}"
    requests = [_request(file, source, folder, output, largest_record) for file in files]
    _refuse_other_parts(folder, requests, output)
    prepared: dict[Path, Prepared] = {}
    try:
        prepare_all(requests, processes=processes or _cores(), prepared=prepared, emit=emit)
        for file, request in zip(files, requests, strict=True):
            _check_source(prepared[request.source].result, file)
        publish(list(prepared.values()))
    except BaseException:
        for one in prepared.values():
            one.discard()
        raise
    return tuple(prepared[request.source].result for request in requests)


def _request(file: LocalFile, source: Path, folder: Path, output: Output, largest_record: int) -> Request:
    try:
        source_format = SourceFormat(file.format)
    except ValueError as reason:
        raise UsageError(
            "An export file has a format that cannot be normalised",
            where=str(source / file.name),
            detail=f"It is neither of {', '.join(SourceFormat)}.",
            hint="Ask for the export as jsonl or csv.",
        ) from reason
    name = f"part-{file.partition:05}"
    return Request(
        source=source / file.name,
        source_format=source_format,
        target=folder / f"{name}.{output}",
        quarantine=folder / f"_{name}.quarantine",
        output=output,
        largest_record=largest_record,
    )


def _refuse_other_parts(folder: Path, requests: Sequence[Request], output: Output) -> None:
    """A reader takes every file of the folder for a part of the table."""
    ours = {request.target for request in requests}
    if len(ours) < len(requests):
        raise UsageError("Two files of the export are the same partition", where=str(folder))
    others = sorted({part for each in Output for part in folder.glob(f"*.{each}")} - ours)
    if not others:
        return
    if all(part.suffix != f".{output}" for part in others):
        raise ReconcilerError(
            "The table is there in another format",
            where=str(others[0]),
            detail="Whoever reads the folder would read every record of this export twice, or fail.",
            hint="Choose another folder with --table, or move this export's files away.",
        )
    raise ReconcilerError(
        "The export's folder holds files that are not of this export",
        where=str(others[0]),
        detail=f"{len(others):,} in all. Whoever reads the table would read them, too.",
        hint="Move them away, or choose another folder.",
    )


def _check_source(result: Normalised, file: LocalFile) -> None:
    if result.bytes_read != file.size or (file.sha256 and result.source_sha256 != file.sha256):
        raise ReconcilerError(
            "An export file is not the one that was fetched",
            where=str(result.source),
            detail="Its size or its SHA-256 has changed since. Nothing was written.",
            hint="Fetch the export again.",
        )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
