"""What the organisation answers when asked for an export's files (contract §5, §6), read strictly.

The names of the files are made of what it says, so nothing of it may lead out of the folder.
"""

from __future__ import annotations

import re
from collections import Counter

from reconciler.errors import ReconcilerError
from reconciler.exports.fetching.names import LARGEST_PARTITION, is_format, is_partition
from reconciler.exports.fetching.uris import trouble_with
from reconciler.model.export import RemoteFile
from reconciler.model.secret import Secret
from reconciler.model.values import Json

MOST_FILES = 100_000
LARGEST_FILE = 2**50
"""Bytes. Larger than any partition; a larger number is nonsense."""

_SHA256 = re.compile(r"sha256:([0-9a-fA-F]{64})")
_MOST_SHOWN = 10


def read_files(answer: Json, *, export: str) -> tuple[RemoteFile, ...]:
    """The files of a data export, in order of partition. Raises ReconcilerError with everything that is wrong."""
    if not isinstance(answer, list):
        raise _untrustworthy(["It is not an array."], export)
    if not answer:
        raise _untrustworthy(["It names no file at all, and a finished export has at least one."], export)
    if len(answer) > MOST_FILES:
        raise _untrustworthy([f"It names {len(answer):,} files; {MOST_FILES:,} are the most we believe."], export)
    problems = [f"Entry {number}: {problem}" for number, entry in enumerate(answer) for problem in _problems(entry)]
    if problems:
        raise _untrustworthy(problems, export)
    files = tuple(sorted(map(_file, answer), key=lambda file: (file.partition, file.format)))
    names = Counter(file.name for file in files)
    if twice := [f"{name} is listed {count} times." for name, count in names.items() if count > 1]:
        raise _untrustworthy(twice, export)
    return files


def read_download(uri: Json, *, format: str, export: str) -> RemoteFile:  # noqa: A002
    """A privacy request's one `downloadUrl`, for which neither size nor checksum is stated."""
    problem = _uri_problem(uri)
    if problem:
        raise _untrustworthy([problem], export)
    if not is_format(format):
        raise _untrustworthy(["Its format is not a short word of small letters and digits."], export)
    return RemoteFile(uri=Secret(uri), partition=0, format=format)


def _problems(entry: Json) -> list[str]:
    if not isinstance(entry, dict):
        return ["It is not an object."]
    found = (
        _partition_problem(entry.get("partition")),
        "" if is_format(entry.get("format")) else "Its format is not a short word of small letters and digits.",
        _size_problem(entry.get("size")),
        _checksum_problem(entry.get("checksum")),
        _uri_problem(entry.get("uri")),
    )
    return [problem for problem in found if problem]


def _file(entry: dict[str, Json]) -> RemoteFile:
    """Of an entry without problems."""
    return RemoteFile(
        uri=Secret(entry["uri"]),
        partition=entry["partition"],
        format=entry["format"],
        size=entry["size"],
        sha256=entry["checksum"].removeprefix("sha256:").lower(),
    )


def _partition_problem(value: Json) -> str:
    return "" if is_partition(value) else f"Its partition is not an integer from 0 to {LARGEST_PARTITION}."


def _size_problem(value: Json) -> str:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_FILE
    return "" if is_count else "Its size is not a count of bytes."


def _checksum_problem(value: Json) -> str:
    if value is None or value == "":
        return "It has no checksum, so nothing would prove the file to be right."
    if isinstance(value, str) and _SHA256.fullmatch(value):
        return ""
    if isinstance(value, str) and not value.startswith("sha256:"):
        return "Its checksum is of another algorithm than sha256."
    return "Its checksum is not sha256: and 64 hexadecimal digits."


def _uri_problem(value: Json) -> str:
    if not isinstance(value, str) or not value:
        return "It has no URI."
    problem = trouble_with(Secret(value))
    return f"Its URI {problem}." if problem else ""


def _untrustworthy(problems: list[str], export: str) -> ReconcilerError:
    more = len(problems) - _MOST_SHOWN
    shown = problems[:_MOST_SHOWN] + ([f"... and {more} more."] if more > 0 else [])
    return ReconcilerError(
        "The list of an export's files cannot be trusted",
        detail="\n".join(shown),
        hint="Nothing was fetched. Try again later; if it stays so, ask the export anew or tell Genesys.",
        where=export,
    )
