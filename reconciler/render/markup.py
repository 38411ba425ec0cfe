"""Markdown in which foreign text is code, and nothing but code.

Escaping does not keep a forge from taking `@team` or `#1` for more than text: it looks for them in what comes out of
the Markdown. Only in code it looks for nothing. So whatever a manifest or the organisation says stands in a code span
or a fenced block, made legible first: no line end, no invisible character, and a fence longer than any in the text.
"""

from __future__ import annotations

import re
from typing import Final

from reconciler.render.legible import cut, legible

_TICKS = re.compile(r"`+")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_EMPTY = "(empty)"
LONGEST_CODE: Final = 300
"""Characters of one span, so that no single name fills a comment."""


def code(text: object) -> str:
    """A code span."""
    said = _said(text)
    ticks = "`" * (_longest_run(said) + 1)
    padding = " " if said[0] in "` " or said[-1] in "` " else ""
    return f"{ticks}{padding}{said}{padding}{ticks}"


def fence(text: str, language: str = "") -> str:
    """A fenced block around lines that are legible each."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def code_in_html(text: object) -> str:
    """A code span where HTML stands and Markdown is not read."""
    said = _said(text)
    return f"<code>{''.join(_HTML.get(character, character) for character in said)}</code>"


def fold(title: str, body: str, *, opened: bool) -> str:
    """A section that opens. `title` is HTML without foreign text but in `code_in_html`."""
    return f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n{body}\n\n</details>"


def marker(verb: str, environment: str) -> str:
    """The hidden first line by which a comment is found again."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", environment)
    return f"<!-- reconciler:{verb}:{name} -->"


def _said(text: object) -> str:
    return cut(legible(str(text)), LONGEST_CODE) or _EMPTY


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
