"""The changed paths of one object: a sign, the path, the value or before -> after, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.plan import Cause, FieldChange
from reconciler.model.shape import Shape
from reconciler.model.values import ABSENT, Absent, Json, same
from reconciler.render.legible import cells
from reconciler.render.lines import Line, Span, Tone, beside, folded, line, span
from reconciler.render.paths import is_secret, label, spread, trimmed
from reconciler.render.values import shown, shown_beside

ADD: Final = Span("+", Tone.ADDED)
CHANGE: Final = Span("~", Tone.CHANGED)
REMOVE: Final = Span("-", Tone.REMOVED)
KEEP: Final = Span("=", Tone.FAINT)
ARROW: Final = Span(" -> ", Tone.FAINT)

ROTATED: Final = "the secret has changed"

_SIDE_COLUMN: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One path as it is shown: its values side by side, or below each other with a word before each."""

    sign: Span
    path: Span
    sides: tuple[tuple[str, Span], ...]
    stacked: bool = False


def field_lines(shape: Shape | None, fields: Iterable[FieldChange], *, width: int, indent: int) -> list[Line]:
    """All paths of one object, aligned."""
    return row_lines([_row(shape, change) for change in fields], width=width, indent=indent)


def object_lines(shape: Shape | None, value: Json, *, sign: Span, width: int, indent: int) -> list[Line]:
    """A whole object, a sign before each of its parts."""
    tone = Tone.ADDED if sign is ADD else Tone.PLAIN
    rows = [
        Row(sign, span(label(shape, path)), (("", Span(shown(trimmed(shape, path, part)), tone)),))
        for path, part in spread(shape, value)
    ]
    return row_lines(rows, width=width, indent=indent)


def three_sides(
    shape: Shape | None, path: tuple[str, ...], sides: Sequence[tuple[str, Json | Absent]], *, sign: Span = CHANGE
) -> Row:
    """A path with more than two values, each under the word for it."""
    texts = shown_beside(*(trimmed(shape, path, value) for _, value in sides))
    values = tuple((word, Span(text, Tone.PLAIN)) for (word, _), text in zip(sides, texts, strict=True))
    return Row(sign, span(label(shape, path)), values, stacked=True)


def row_lines(rows: Sequence[Row], *, width: int, indent: int) -> list[Line]:
    """Rows with their values in one column; what does not fit beside its path goes below it."""
    most = max(12, width * 2 // 5)
    column = max((size for row in rows if (size := cells(row.path.text)) <= most), default=0)
    return [part for row in rows for part in _placed(row, column, width=width, indent=indent)]


def _placed(row: Row, column: int, *, width: int, indent: int) -> list[Line]:
    size = cells(row.path.text)
    together: list[Span] = []
    for _, value in row.sides:
        together += [ARROW, value] if together else [value]
    taken = indent + 2 + max(column, size) + 2 + sum(cells(piece.text) for piece in together)
    if not row.stacked and (taken <= width or not row.sides):
        gap = Span(" " * (max(column - size, 0) + 2), Tone.PLAIN)
        return [line(row.sign, " ", row.path, *((gap, *together) if together else ()), indent=indent)]
    rows = [line(row.sign, " ", row.path, indent=indent)]
    for word, value in row.sides:
        rows += _below(word if len(row.sides) > 1 else "", value, width=width, indent=indent + 4)
    return rows


def _below(word: str, value: Span, *, width: int, indent: int) -> list[Line]:
    if not word:
        return folded(value, width=width, indent=indent)
    inner = indent + _SIDE_COLUMN
    return beside(Span(word, Tone.FAINT), folded(value, width=width, indent=inner), indent=indent, column=_SIDE_COLUMN)


def _row(shape: Shape | None, change: FieldChange) -> Row:
    path, name = change.path, span(label(shape, change.path))
    if change.cause is Cause.OVERRIDE:
        sides = (("base", change.base), ("theirs", change.before), ("ours", change.after))
        return three_sides(shape, path, sides)
    before, after = (trimmed(shape, path, side) for side in (change.before, change.after))
    sign = KEEP if change.cause is Cause.RECORD else _sign(before, after)
    if change.cause is Cause.RECORD:
        return _recorded(shape, sign, name, change)
    if is_secret(shape, path) and same(change.base, after):
        return Row(sign, name, (("after", Span(ROTATED, Tone.CHANGED)),))
    if before is ABSENT:
        return Row(sign, name, (("after", Span(shown(after), Tone.ADDED)),))
    if after is ABSENT:
        return Row(sign, name, (("before", Span(shown(before), Tone.REMOVED)),))
    left, right = shown_beside(before, after)
    return Row(sign, name, (("before", Span(left, Tone.REMOVED)), ("after", Span(right, Tone.ADDED))))


def _recorded(shape: Shape | None, sign: Span, name: Span, change: FieldChange) -> Row:
    """What only the ledger learns: from what it knew to what is so."""
    base, after = (trimmed(shape, change.path, side) for side in (change.base, change.after))
    if base is ABSENT:
        return Row(sign, name, (("after", Span(shown(after), Tone.PLAIN)),))
    left, right = shown_beside(base, after)
    return Row(sign, name, (("recorded", Span(left, Tone.FAINT)), ("after", Span(right, Tone.PLAIN))))


def _sign(before: Json | Absent, after: Json | Absent) -> Span:
    if before is ABSENT:
        return ADD
    return REMOVE if after is ABSENT else CHANGE
