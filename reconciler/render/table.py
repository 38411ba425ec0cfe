"""Rows in columns: on a terminal, and in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconciler.render.legible import cells, legible
from reconciler.render.lines import Line, Span, Tone, line, span

GAP: Final = 2
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>|~])")


def table_lines(titles: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> list[Line]:
    """A table. Nothing is cut, so that ids can be copied: where it is too wide, the last column goes below."""
    cleaned = [[legible(cell) for cell in row] for row in rows]
    sizes = [max(map(cells, column)) for column in zip(titles, *cleaned, strict=True)]
    fits = sum(sizes) + GAP * (len(sizes) - 1) <= width
    lines = _row([span(title, Tone.FAINT) for title in titles], sizes, fits=fits)
    for first, *others in cleaned:
        lines += _row([Span(first, Tone.STRONG), *(Span(cell, Tone.PLAIN) for cell in others)], sizes, fits=fits)
    return lines


def _row(row: Sequence[Span], sizes: Sequence[int], *, fits: bool) -> list[Line]:
    pieces: list[Span] = []
    for cell, size in zip(row[:-1], sizes[:-1], strict=True):
        pieces += [cell, Span(" " * (size - cells(cell.text) + GAP), Tone.PLAIN)]
    return [line(*pieces, row[-1])] if fits else [line(*pieces[:-1]), line(row[-1], indent=GAP)]


def markdown_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, data escaped. Without a final line end."""
    return "\n".join(_markdown(row) for row in (titles, ["---"] * len(titles), *map(_escaped, rows)))


def _markdown(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"


def _escaped(row: Sequence[str]) -> list[str]:
    return [_MARKDOWN.sub(r"\\\1", legible(cell)) for cell in row]
