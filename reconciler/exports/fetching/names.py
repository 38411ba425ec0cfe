"""The names in an export's folder: of files, of what has arrived of them so far, of the lock."""

from __future__ import annotations

import re

from reconciler.model.export import RemoteFile

LARGEST_PARTITION = 999_999

LOCK = ".fetch.lock"
"""It stays: removing it would let two processes lock two different files of one name."""

_FORMAT = re.compile(r"[a-z0-9]{1,16}")
_FILE = re.compile(r"partition_[0-9]{1,6}\.[a-z0-9]{1,16}")
_PARTIAL = re.compile(r"\.partition_[0-9]{1,6}\.[a-z0-9]{1,16}(\.[0-9a-f]{16})?\.partial")


def is_format(text: object) -> bool:
    """Whether a format may become part of a file's name."""
    return isinstance(text, str) and _FORMAT.fullmatch(text) is not None


def is_partition(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST_PARTITION


def is_file(name: str) -> bool:
    return _FILE.fullmatch(name) is not None


def is_partial(name: str) -> bool:
    return _PARTIAL.fullmatch(name) is not None


def partial_of(remote: RemoteFile) -> str:
    """Hidden, and bound to the content: what arrived of another version is not taken for this one's beginning."""
    content = f".{remote.sha256[:16]}" if remote.sha256 else ""
    return f".{remote.name}{content}.partial"
