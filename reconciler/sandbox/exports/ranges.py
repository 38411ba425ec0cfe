"""Which bytes a request asks for (RFC 9110 §14, as S3 keeps it: one range, and no list of them)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From `start` to before `stop`."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def asked_for(header: str | None, size: int) -> ByteRange | None:
    """The range, or None where the whole is asked for: no header, another unit, several ranges, nonsense."""
    match = _RANGE.fullmatch(header.strip()) if header is not None else None
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        start, stop = max(0, size - int(match[2])), size
    else:
        start, stop = int(match[1]), min(int(match[2] or size) + 1, size)
        if match[2] and int(match[2]) < start:
            return None
    if start >= size or stop <= start:
        raise Unsatisfiable
    return ByteRange(start, stop)


def still_holds(condition: str | None, etag: str, modified: str) -> bool:
    """Whether If-Range lets a range be served: no condition, the strong ETag, or the exact date."""
    return condition is None or condition.strip() in (etag, modified)
