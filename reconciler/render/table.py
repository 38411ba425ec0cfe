"""Rows in columns: on a terminal, and in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconciler.render.legible import cells, legible
from reconciler.render.lines import Line, Span, Tone, line, span

GAP: Final = 2
LEAST_COLUMN: Final = 12
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>|~])")


def table_lines(titles: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> list[Line]:
    """A table; the last column takes what is left, and its text is folded."""
    cleaned = [[legible(cell) for cell in row] for row in rows]
    sizes = [max(map(cells, column)) for column in zip(titles, *cleaned, strict=True)]
    sizes[-1] = max(LEAST_COLUMN, min(sizes[-1], width - sum(sizes[:-1]) - GAP * (len(sizes) - 1)))
    lines = [_row([span(title, Tone.FAINT) for title in titles], sizes)]
    for first, *others in cleaned:
        lines.append(_row([Span(first, Tone.STRONG), *(Span(cell, Tone.PLAIN) for cell in others)], sizes))
    return lines


def _row(cells_of_row: Sequence[Span], sizes: Sequence[int]) -> Line:
    pieces: list[Span] = []
    for cell, size in zip(cells_of_row, sizes, strict=True):
        pieces += [cell, Span(" " * (max(0, size - cells(cell.text)) + GAP), Tone.PLAIN)]
    return line(*pieces[:-1])


def markdown_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, data escaped. Without a final line end."""
    return "\n".join(_markdown(row) for row in (titles, ["---"] * len(titles), *map(_escaped, rows)))


def _markdown(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"


def _escaped(row: Sequence[str]) -> list[str]:
    return [_MARKDOWN.sub(r"\\\1", legible(cell)) for cell in row]
