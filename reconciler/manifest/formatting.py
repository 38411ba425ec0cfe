"""The canonical form of a manifest's text: order of members, indentation, spaces. What it means never changes.

A round trip through a YAML library keeps comments, but hands the one above a member to the member before it, so that
it would stay behind when members change places. So the file is laid out anew here from the events of the parser: every
scalar keeps its own spelling, and long text its own lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.manifest.commenting import Comment, attach, comments_of
from reconciler.manifest.member_order import MemberOrder
from reconciler.manifest.parts import Parsed, Part, parse
from reconciler.manifest.reader import read
from reconciler.model.kind import Kind
from reconciler.model.source import Problem
from reconciler.model.values import same

STEP: Final = 2
"""Columns that a level is indented by."""


class Formatter:
    """Formats files that hold documents of these kinds, project files among them."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._order = MemberOrder(kinds)

    def formatted(self, file: str, content: bytes) -> tuple[bytes, tuple[Problem, ...]]:
        """The file in its canonical form; where our reader has problems with it, as it is, with these.

        Raises ValueError, saying why, for a file that has to be left as it is.
        """
        before, problems = read(file, content)
        if problems:
            return content, tuple(problems)
        parsed, comments = _parsed(content)
        result = self._laid_out(parsed, comments).encode()
        if result == content:
            return content, ()
        after, trouble = read(file, result)
        if trouble or not same([each.value for each in before], [each.value for each in after]):
            raise ValueError("its meaning would change")
        if content.count(b"#") != result.count(b"#") or _words(comments) != _words(_parsed(result)[1]):
            raise ValueError("a comment would be lost")
        return result, ()

    def _laid_out(self, parsed: Parsed, comments: list[Comment]) -> str:
        if not parsed.documents:
            return "\n".join(each.text for each in comments).strip("\n") + "\n" * any(each.text for each in comments)
        attach(comments, parsed)
        texts = []
        for _, root in parsed.documents:
            self._order.apply(root)
            texts.append("\n".join([*root.above, *_value(root, 0), *root.below]).strip("\n"))
        return "\n---\n".join(texts) + "\n"


def _parsed(content: bytes) -> tuple[Parsed, list[Comment]]:
    rows = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    parsed = parse(rows)
    return parsed, comments_of(rows, parsed)


def _words(comments: list[Comment]) -> list[str]:
    """The comments, without their order and their spaces."""
    return sorted(comment.text for comment in comments if comment.text)


def _value(part: Part, indent: int) -> Iterator[str]:
    """A whole value, from the column `indent` on."""
    if not part.is_block:
        yield from _inline(part, " " * indent, indent)
        return
    for index, member in enumerate(part.members):
        if not index:
            while member.above and not member.above[0]:
                del member.above[0]
        yield from _indented(member.above, indent)
        yield from _member(member, indent)
        yield from _indented(member.below, indent)


def _member(part: Part, indent: int) -> Iterator[str]:
    """A member of a map or an element of a list."""
    margin = " " * indent
    lead = "-" if part.key is None else f"{part.key}:"
    if not part.is_block:
        yield from _inline(part, f"{margin}{lead} ", indent)
    elif part.key is None and not part.beside and not any(part.members[0].above):
        first, *others = _value(part, indent + STEP)
        yield f"{margin}- {first.lstrip(' ')}"
        yield from others
    else:
        yield f"{margin}{lead}{part.beside}"
        yield from _value(part, indent + STEP)


def _inline(part: Part, lead: str, indent: int) -> Iterator[str]:
    """A value that begins on the line of its key or dash; the rest of it is indented below."""
    first, *others = part.on_one_line().split("\n")
    rows = [f"{lead}{first}".rstrip(), *_indented(others, indent + STEP)]
    rows[0 if part.is_literal else -1] += part.beside
    yield from rows


def _indented(rows: list[str], indent: int) -> Iterator[str]:
    yield from (" " * indent + row if row else "" for row in rows)
