"""The report of one export (contract §6): what there is of it on disk, and what proves it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from reconciler.exports.fetching.names import is_format, is_partition
from reconciler.model.export import LocalFile
from reconciler.model.values import Json

Report = Mapping[str, Json]

FILE_NAME: Final = "report.json"
CATALOG_VERSION: Final = "1.0.0"

_NO_REPORT: Final = "it is no report of an export"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def report_of(
    *,
    export_id: str,
    status: str,
    address: str,
    request: Mapping[str, Json],
    folder: str,
    files: Sequence[LocalFile],
    total_records: int | None = None,
    table: Json = None,
) -> dict[str, Json]:
    """The seed's members, with ours beside them.

    `governance_hash` is the seed's, over the joined locations: it proves nothing about content. `content_hash` is over
    the sorted hashes of the files. `total_records` is None until the files have been normalised.
    """
    locations = [f"{folder}/{file.name}" for file in files]
    hashes = "\n".join(sorted(file.sha256 for file in files))
    return {
        "export_id": export_id,
        "status": status,
        "total_records": total_records,
        "file_locations": locations,
        "catalog_version": CATALOG_VERSION,
        "governance_hash": hashlib.sha256(",".join(locations).encode()).hexdigest(),
        "content_hash": hashlib.sha256(hashes.encode()).hexdigest(),
        "address": address,
        "request": dict(request),
        "files": [
            {
                "name": file.name,
                "partition": file.partition,
                "format": file.format,
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in files
        ],
        "table": table,
    }


def written(report: Report) -> bytes:
    return orjson.dumps(dict(report), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read(content: bytes) -> Report:
    """Raises ValueError where it is no report of ours."""
    report = orjson.loads(content)
    if not isinstance(report, dict):
        raise ValueError(_NO_REPORT)
    files_of(report)
    return report


def files_of(report: Report) -> tuple[LocalFile, ...]:
    """The files that a report names. Raises ValueError where it is none of ours: a name may lead nowhere else."""
    try:
        return tuple(_file(**file) for file in report["files"])
    except (KeyError, TypeError):
        raise ValueError(_NO_REPORT) from None


def _file(*, name: Json, partition: Json, format: Json, size: Json, sha256: Json) -> LocalFile:  # noqa: A002
    is_named = is_partition(partition) and is_format(format) and name == f"partition_{partition}.{format}"
    is_proven = isinstance(sha256, str) and _SHA256.fullmatch(sha256) is not None
    if not (is_named and is_proven and type(size) is int and size >= 0):
        raise ValueError(_NO_REPORT)
    return LocalFile(name, partition, format, size, sha256)
