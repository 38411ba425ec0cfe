"""A file's bytes as text that every reader sees alike: UTF-8, no invisible characters, one sort of line end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reconciler.manifest.codes import Code, problem
from reconciler.model.source import Problem, Source

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_SHOWN: Final = 400
"""How much of a line a problem carries."""

CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_ASCII_CONTROL: Final = bytes({*range(32), 127} - {9, 10})
_BOM: Final = b"\xef\xbb\xbf"
_NAMES: Final = {
    "\r": "a carriage return without a line feed",
    "\ufeff": "a byte order mark inside the text",
    "\x1b": "an escape character",
    "\u2028": "a Unicode line separator",
    "\u2029": "a Unicode paragraph separator",
    "\x85": "a Unicode next-line character",
    "\x00": "a NUL character",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A file that has passed. `content` is UTF-8 without a byte order mark."""

    file: str
    content: bytes

    def source(self, line: int, column: int, *, offset: int = -1) -> Source:
        """A place, counted from 1. `offset` is where the line begins, if known."""
        start = offset_of_line(self.content, line) if offset < 0 else offset
        end = self.content.find(b"\n", start)
        shown = self.content[start : end if end >= 0 else None].decode().rstrip("\r")
        return Source(self.file, line, column, shown[:MAX_SHOWN])


def offset_of_line(content: bytes, line: int, *, known: tuple[int, int] = (1, 0)) -> int:
    """Where a line (counted from 1) begins; `known` is an earlier line with its offset."""
    at, offset = known
    while at < line:
        found = content.find(b"\n", offset)
        if found < 0:
            return len(content)
        offset = found + 1
        at += 1
    return offset


def check(file: str, content: bytes) -> Text | Problem:
    """The file as text, or the reason why it is none."""
    if len(content) > MAX_BYTES:
        return problem(
            Code.TOO_LARGE,
            Source(file, 1, 1),
            detail=f"It has {len(content):,} bytes; at most {MAX_BYTES:,} are read.",
            hint="Split it, or move what is no manifest out of the directory.",
        )
    if content.startswith(_BOM):
        content = content[len(_BOM) :]
    if content.isascii() and len(content.translate(None, _ASCII_CONTROL)) == len(content):
        return Text(file, content)
    return _foreign_encoding(file, content) or _decoded(file, content)


def _foreign_encoding(file: str, content: bytes) -> Problem | None:
    head = content[:4]
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    if marked or head.count(0) == 3 or (head[:2].count(0) == 1 and head[2:].count(0) == 1):
        return problem(
            Code.NOT_UTF8,
            Source(file, 1, 1),
            detail="It looks like UTF-16 or UTF-32.",
            hint="Save it as UTF-8.",
        )
    return None


def _decoded(file: str, content: bytes) -> Text | Problem:
    try:
        decoded = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        return problem(
            Code.NOT_UTF8,
            _place(file, before, content.decode(errors="replace")),
            detail=f"The byte 0x{content[error.start]:02x} is not UTF-8 here.",
            hint="Save the file as UTF-8; it was probably saved as Latin-1 or Windows-1252.",
        )
    found = CONTROL.search(decoded)
    if found is None:
        return Text(file, content)
    character = found[0]
    return problem(
        Code.CONTROL_CHARACTER,
        _place(file, decoded[: found.start()], decoded),
        detail=f"Here is {_NAMES.get(character, 'a control character')} (U+{ord(character):04X}).",
        hint="Delete it; save the file with plain line ends." if character in "\r\x85\u2028\u2029" else "Delete it.",
    )


def _place(file: str, before: str, whole: str) -> Source:
    line = before.count("\n") + 1
    start = before.rfind("\n") + 1
    shown = CONTROL.sub("\ufffd", whole[start:].partition("\n")[0].removesuffix("\r"))
    return Source(file, line, len(before) - start + 1, shown[:MAX_SHOWN])
