"""Lines of text with tones, and how they are put down: plain, or with colour. The words are the same either way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple, TypeAlias

from reconciler.render.legible import cells, legible, paragraphs


class Tone(Enum):
    """What a piece of text is, as a style of rich. Never the only sign of it."""

    PLAIN = ""
    STRONG = "bold"
    HEADING = "bold underline"
    ADDED = "green"
    CHANGED = "yellow"
    REMOVED = "red"
    BAD = "bold red"
    WARNING = "bold yellow"
    GOOD = "bold green"
    FAINT = "dim"
    LITERAL = "cyan"
    """To be typed or pasted as it stands."""


class Span(NamedTuple):
    """A piece of one line, legible."""

    text: str
    tone: Tone


Line: TypeAlias = tuple[Span, ...]
Part: TypeAlias = str | Span

BLANK: Line = ()


def span(text: object, tone: Tone = Tone.PLAIN) -> Span:
    """A piece of text from anywhere, made legible."""
    return Span(legible(str(text)), tone)


def line(*parts: Part, indent: int = 0) -> Line:
    """One line. Strings are plain."""
    pieces = tuple(part if isinstance(part, Span) else span(part) for part in parts)
    shown = tuple(piece for piece in pieces if piece.text)
    return (Span(" " * indent, Tone.PLAIN), *shown) if indent and shown else shown


def width_of(pieces: Iterable[Span]) -> int:
    return sum(cells(piece.text) for piece in pieces)


def prose(text: str, *, width: int, indent: int = 0, tone: Tone = Tone.PLAIN) -> list[Line]:
    """A message over as many lines as it takes."""
    return [part for words in paragraphs(text) for part in folded(Span(words, tone), width=width, indent=indent)]


def advice(text: str, *, width: int, indent: int = 0) -> list[Line]:
    """A hint. A line that begins with a small letter or a dash is to be typed or pasted: alone, whole."""
    result: list[Line] = []
    for words in paragraphs(text):
        if words[0].islower() or words.startswith("-"):
            result.append(line(Span(words, Tone.LITERAL), indent=indent + 2))
        else:
            result += folded(Span(words, Tone.PLAIN), width=width, indent=indent)
    return result


def folded(piece: Span, *, width: int, indent: int = 0, hanging: int = 0) -> list[Line]:
    """One piece over as many lines as it takes; `hanging` is the further indent of all lines but the first."""
    rows = list(_rows(piece.text, width - indent, width - indent - hanging)) if piece.text else []
    return [
        line(Span(words, piece.tone), indent=indent if number == 0 else indent + hanging)
        for number, words in enumerate(rows)
    ]


def labelled(label: Span, pieces: Iterable[Span], *, width: int, indent: int, column: int) -> list[Line]:
    """A word on the left, and beside it pieces of text, each folded in its column."""
    rows = [row for piece in pieces for row in folded(piece, width=width, indent=indent + column)]
    return beside(label, rows, indent=indent, column=column)


def beside(label: Span, rows: list[Line], *, indent: int, column: int) -> list[Line]:
    """The rows (already indented by `indent + column`) with a word to the left of the first."""
    if not rows:
        return [line(label, indent=indent)]
    gap = Span(" " * max(1, column - cells(label.text)), Tone.PLAIN)
    return [line(label, gap, *rows[0][1:], indent=indent), *rows[1:]]


def _rows(text: str, first: int, others: int) -> Iterator[str]:
    """Greedy; a word that is too long stands alone, unbroken, so that it can be copied."""
    room, row, taken = first, "", 0
    for word in text.split(" "):
        size = cells(word)
        if row and taken + 1 + size > room:
            yield row
            room, row, taken = others, word, size
        else:
            row, taken = (f"{row} {word}", taken + 1 + size) if row else (word, size)
    yield row


def put(lines: Iterable[Line], *, styled: bool) -> str:
    """The text, without a final line end. `styled` = with the escape sequences that colour it."""
    if not styled:
        return "\n".join("".join(piece.text for piece in pieces).rstrip() for pieces in lines)
    return "\n".join(_coloured(pieces) for pieces in lines)


def _coloured(pieces: Line) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    *others, last = pieces or (Span("", Tone.PLAIN),)
    return "".join(
        Style.parse(tone.value).render(text, color_system=ColorSystem.STANDARD) if tone.value else text
        for text, tone in (*others, Span(last.text.rstrip(), last.tone))
    )
