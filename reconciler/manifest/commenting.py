"""Which part of a document a comment is about: the one below it, beside it, or above it where it is indented deeper."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from reconciler.manifest.parts import Parsed, Part, every_member

_MARK: Final = re.compile(r"(?:(?<=[ \t])|^)#")
"""What begins a comment, outside of scalars."""
_LEAST_GAP: Final = 2
"""Spaces before a comment beside something; more are kept, so that columns of comments stay columns."""


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` is empty for an empty line. `gap` is the width of the space before it, None where nothing stands there."""

    line: int
    column: int
    text: str
    gap: int | None = None


def comments_of(rows: list[str], parsed: Parsed) -> list[Comment]:
    """Every comment, and the first of every run of empty lines, in order."""
    taken = _taken(parsed)
    found: list[Comment] = []
    for line, row in enumerate(rows):
        if line in taken.whole:
            continue
        if not row.strip():
            if line and rows[line - 1].strip():
                found.append(Comment(line, 0, ""))
            continue
        match = next((each for each in _MARK.finditer(row) if not taken.covers(line, each.start())), None)
        if match:
            found.append(_comment(line, row, match.start()))
    return found


def attach(comments: list[Comment], parsed: Parsed) -> None:
    """Put every comment where it belongs: into `above`, `beside` or `below` of a part."""
    lines = [comment.line for comment in comments]
    begins = [0, *(bisect_left(lines, line) for line, _ in parsed.documents[1:]), len(comments)]
    for (_, root), (first, last) in zip(parsed.documents, pairwise(begins), strict=True):
        members = [*every_member(root)]
        places = [(each.line, each.column) for each in members]
        _Attaching(root, members, places).attach(comments[first:last])


@dataclass(slots=True)
class _Taken:
    """What scalars cover. A `#` in there is no comment."""

    whole: set[int] = field(default_factory=set)
    pieces: dict[int, list[tuple[int, float]]] = field(default_factory=dict)

    def covers(self, line: int, column: int) -> bool:
        return any(start <= column < stop for start, stop in self.pieces.get(line, ()))


def _taken(parsed: Parsed) -> _Taken:
    taken = _Taken()
    for line, column, end, stop in parsed.scalars:
        taken.whole.update(range(line + 1, end))
        taken.pieces.setdefault(line, []).append((column, stop if line == end else float("inf")))
        if end > line:
            taken.pieces.setdefault(end, []).append((0, stop))
    return taken


def _comment(line: int, row: str, column: int) -> Comment:
    before = row[:column]
    is_alone = not before.strip() or before.startswith("---")
    return Comment(line, column, row[column:].rstrip(), None if is_alone else len(before) - len(before.rstrip()))


@dataclass(slots=True)
class _Attaching:
    """The comments of one document, one after another. An empty line goes with what follows it."""

    root: Part
    members: list[Part]
    places: list[tuple[int, int]]
    is_apart: bool = False

    def attach(self, comments: Iterable[Comment]) -> None:
        waiting: Comment | None = None
        for comment in comments:
            if waiting is not None:
                self._empty_line(waiting, comment)
            waiting = None if comment.text else comment
            if comment.text:
                self._one(comment)
        if waiting is not None:
            self._empty_line(waiting, None)

    def _one(self, comment: Comment) -> None:
        before, after = self._around(comment)
        if comment.gap is not None and before is not None and not before.beside:
            before.beside = " " * max(comment.gap, _LEAST_GAP) + comment.text
        else:
            self._list_for(comment, before, after).append(comment.text)

    def _empty_line(self, empty: Comment, following: Comment | None) -> None:
        before, after = self._around(empty)
        if following is not None and (after is None or following.line < after.line) and following.gap is None:
            self._list_for(following, before, after).append("")
        elif after is not None and before is None:
            self.root.above.append("")
        elif after is not None:
            after.above.append("")

    def _around(self, comment: Comment) -> tuple[Part | None, Part | None]:
        """What begins before the comment, and what begins in a line below it."""
        index = bisect_right(self.places, (comment.line, comment.column))
        below = bisect_left(self.places, (comment.line + 1, 0))
        before = self.members[index - 1] if index else None
        return before, self.members[below] if below < len(self.members) else None

    def _list_for(self, comment: Comment, before: Part | None, after: Part | None) -> list[str]:
        if before is None:
            return self.root.above if after is not None else self.root.below
        if after is not None and comment.column <= after.column:
            return after.above
        if after is None and comment.column == 0:
            return self.root.below
        while before is not None and before.column > comment.column:
            before = before.around
        return self.root.below if before is None or before is self.root else before.below
