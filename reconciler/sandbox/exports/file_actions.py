"""What can go wrong with a download, as values; the file host makes it happen.

They are scripted as all faults are, by routes under `/exports/`: `GET /exports/<id>/<partition>.<format>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ROOT = "/exports/"
"""Every path of the file host begins with this, and no path of the organisation does."""


@dataclass(frozen=True, slots=True)
class FileStatus:
    """Answers with a status and S3's XML instead of the file."""

    status: int
    retry_after: int | str | None = None
    code: str = "SlowDown"
    message: str = "Please reduce your request rate."


@dataclass(frozen=True, slots=True)
class FileDelay:
    """Waits real seconds before it answers."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FileHtml:
    """A page of HTML where a file is expected, as proxies send it."""

    status: int = 200


@dataclass(frozen=True, slots=True)
class FileRedirect:
    """Sends the client to `location`."""

    location: str
    status: int = 302


@dataclass(frozen=True, slots=True)
class FileCut:
    """Ends the connection after `after` bytes of the body, or without any answer where it is null.

    `close` ends it in good order, though less has come than Content-Length says; `reset` does not, and what the
    client has not read by then may be lost to it.
    """

    after: int | None = None
    how: Literal["close", "reset"] = "close"


@dataclass(frozen=True, slots=True)
class FileStall:
    """After `after` bytes nothing more comes: for `seconds`, or until the client hangs up where that is null."""

    after: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class FileExpire:
    """After `after` bytes the connection ends, and this URI is 403 from then on: it expired during the download."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class FileTruncate:
    """Sends the first `keep` bytes of what was asked for, and a Content-Length that agrees."""

    keep: int


@dataclass(frozen=True, slots=True)
class FileOversize:
    """Sends `bytes` more than there are, without Content-Length."""

    bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileCorrupt:
    """Turns over the bits of `bytes` bytes from position `at` of the file."""

    at: int = 0
    bytes: int = 1


@dataclass(frozen=True, slots=True)
class FileRange:
    """What becomes of a Range.

    | answer        | what comes                                                          |
    |---------------|---------------------------------------------------------------------|
    | ignored       | 200 with the whole file, no Accept-Ranges                           |
    | refused       | 416, though the range is good                                       |
    | shifted       | 206 with another range than was asked for, which its header admits  |
    | mislabelled   | 206 with the range asked for in the header, and the bytes from 0 on |
    | regardless    | 206 even where If-Range says that the file is another now           |
    """

    answer: Literal["ignored", "refused", "shifted", "mislabelled", "regardless"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """The file is another from now on (with another ETag, and another checksum in lists to come).

    `before`: this answer has the new content already; `after`: it is the last that has the old.
    """

    when: Literal["before", "after"] = "before"


@dataclass(frozen=True, slots=True)
class FileGzip:
    """Encodes the answer with gzip, whether the client takes that or not."""


@dataclass(frozen=True, slots=True)
class FileHeaders:
    """Sets and removes headers of the answer. Without Content-Length it comes in chunks; a wrong one is kept."""

    set: Mapping[str, str] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


FileAction = (
    FileStatus
    | FileDelay
    | FileHtml
    | FileRedirect
    | FileCut
    | FileStall
    | FileExpire
    | FileTruncate
    | FileOversize
    | FileCorrupt
    | FileRange
    | FileChange
    | FileGzip
    | FileHeaders
)

FILE_ACTIONS: Mapping[str, type[FileAction]] = {
    "status": FileStatus,
    "delay": FileDelay,
    "html": FileHtml,
    "redirect": FileRedirect,
    "cut": FileCut,
    "stall": FileStall,
    "expire": FileExpire,
    "truncate": FileTruncate,
    "oversize": FileOversize,
    "corrupt": FileCorrupt,
    "range": FileRange,
    "change": FileChange,
    "gzip": FileGzip,
    "headers": FileHeaders,
}
