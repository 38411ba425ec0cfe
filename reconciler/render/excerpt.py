"""A place in a file: the line, and a caret under the column."""

from __future__ import annotations

from typing import Final

from reconciler.model.source import Source
from reconciler.render.legible import cells, legible
from reconciler.render.lines import Line, Span, Tone, line, span

LEAST: Final = 30
"""Columns of source that are shown, however narrow the terminal."""
AHEAD: Final = 10
"""Columns that are kept for what follows the caret."""


def excerpt(where: Source, *, width: int, indent: int) -> list[Line]:
    """The source line with its number, and the caret; nothing where the line is not known."""
    if not where.text.strip():
        return []
    number = str(where.line)
    room = max(LEAST, width - indent - len(number) - 3)
    shown, at = _around(where.text, where.column, room)
    gutter = " " * len(number)
    return [
        line(span(f"{number} | ", Tone.FAINT), Span(shown, Tone.PLAIN), indent=indent),
        line(span(f"{gutter} | ", Tone.FAINT), span(" " * at), span("^", Tone.BAD), indent=indent),
    ]


def _around(text: str, column: int, room: int) -> tuple[str, int]:
    """As much of the line as there is room for, the column in it, and how many cells before the column."""
    at = min(max(column - 1, 0), len(text))
    start = min(len(text) - len(text.lstrip()), at)
    before = legible(text[start:at])
    while cells(before) > room - AHEAD:
        start = max(start + 1, at - room)
        before = f"...{legible(text[start:at])}"
    return _fitting(before + legible(text[at:].rstrip()), room), cells(before)


def _fitting(shown: str, room: int) -> str:
    if cells(shown) <= room:
        return shown
    while cells(shown) > room - 3:
        shown = shown[: room - 3] if len(shown) > room else shown[:-1]
    return shown + "..."
