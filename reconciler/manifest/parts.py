"""YAML text as parts that keep their own spelling, to be laid out anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LITERAL: Final = ("|", ">")


@dataclass(slots=True, eq=False)
class Part:
    """A value: a scalar's `text` as it is spelt, or the `members` of a map, which have a `key`, or of a list.

    It begins at `line` and `column` with its key or dash; its value begins in the line `start` at the column `margin`
    and ends in the line `end`; all count from 0. `above`, `beside` and `below` are the comments at it, an empty one for
    an empty line.
    """

    line: int
    column: int
    start: int
    margin: int
    end: int
    text: str = ""
    key: str | None = None
    is_map: bool = False
    is_list: bool = False
    is_flow: bool = False
    is_literal: bool = False
    around: Part | None = None
    members: list[Part] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    beside: str = ""
    below: list[str] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether the members get lines of their own: they had, or what holds them ran over several lines."""
        return bool(self.members) and (not self.is_flow or self.end > self.start)

    def on_one_line(self) -> str:
        """The value between its comments. A text of several lines keeps them."""
        if self.is_map:
            return "{" + ", ".join(f"{each.key}: {each.on_one_line()}".rstrip() for each in self.members) + "}"
        if self.is_list:
            return "[" + ", ".join(each.on_one_line() for each in self.members) + "]"
        return self.text


@dataclass(slots=True)
class Parsed:
    """The documents of a file that are not empty, each with the line where it begins; and where its scalars are."""

    documents: list[tuple[int, Part]] = field(default_factory=list)
    scalars: list[tuple[int, int, int, int]] = field(default_factory=list)
    """From line and column to line and column."""


def parse(rows: list[str]) -> Parsed:
    """The parts of a file that our reader admits. Raises ValueError for what cannot be moved about."""
    parser = _Parser(rows)
    for event in yaml.parse("\n".join(rows), Loader=_Loader):
        parser.take(event)
    return parser.parsed


def every_member(part: Part) -> Iterator[Part]:
    """What gets a line of its own, in the order of the text."""
    if part.is_block:
        for member in part.members:
            yield member
            yield from every_member(member)


def _span(event: Any) -> tuple[int, int, int, int]:
    return event.start_mark.line, event.start_mark.column, event.end_mark.line, event.end_mark.column


def _part(event: Any, rows: list[str]) -> Part:
    line, column, end, _ = _span(event)
    part = Part(line, column, line, column, end)
    match event:
        case yaml.ScalarEvent():
            part.is_literal = event.style in _LITERAL
            part.text = _literal(event, rows) if part.is_literal else _spelling(event, rows)
        case yaml.MappingStartEvent():
            part.is_map, part.is_flow = True, bool(event.flow_style)
        case _:
            part.is_list, part.is_flow = True, bool(event.flow_style)
    return part


def _spelling(event: Any, rows: list[str]) -> str:
    """As it stands there; the margins of its further lines mean nothing."""
    line, column, end, stop = _span(event)
    if (line, column) == (end, stop):  # nothing is stated; that may be behind the last line
        return ""
    if line == end:
        return rows[line][column:stop]
    inner = (row.strip() for row in rows[line + 1 : end])
    return "\n".join([rows[line][column:].rstrip(), *inner, rows[end][:stop].strip()])


def _literal(event: Any, rows: list[str]) -> str:
    """Its head, and its lines without their margin."""
    line, column, end, stop = _span(event)
    head = rows[line][column:].rstrip()
    if any(mark in head.partition("#")[0] for mark in "+123456789"):
        raise ValueError("a block of text says how it is indented, or keeps empty lines")
    lines = rows[line + 1 : end + (stop > 0)]
    while lines and not lines[-1].strip():
        lines.pop()
    margin = next((len(row) - len(row.lstrip(" ")) for row in lines if row.strip()), 0)
    return "\n".join([head, *(row[margin:] for row in lines)])


def _as_key(part: Part) -> Part:
    if "\n" in part.text or part.is_map or part.is_list:
        raise ValueError("a key is longer than a line")
    return part


class _Parser:
    """Puts together what the events tell one by one."""

    def __init__(self, rows: list[str]) -> None:
        self.parsed = Parsed()
        self._rows = rows
        self._begins = 0
        self._open: list[Part] = []
        self._keys: list[Part | None] = []
        """For each collection that is open the key that awaits a value."""

    def take(self, event: Any) -> None:
        mark: Any = event.start_mark
        match event:
            case yaml.DocumentStartEvent():
                self._begins = mark.line if event.explicit else 0
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close(event)
            case yaml.ScalarEvent() | yaml.MappingStartEvent() | yaml.SequenceStartEvent() if event.anchor:
                raise ValueError("it uses anchors")
            case yaml.ScalarEvent():
                self.parsed.scalars.append(_span(event))
                self._place(_part(event, self._rows))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                part = _part(event, self._rows)
                self._place(part)
                self._open.append(part)
                self._keys.append(None)
            case _:
                pass

    def _close(self, event: Any) -> None:
        part = self._open.pop()
        self._keys.pop()
        part.end = event.end_mark.line

    def _place(self, part: Part) -> None:
        if not self._open:
            if part.text or part.is_map or part.is_list:
                self.parsed.documents.append((self._begins, part))
        elif self._open[-1].is_map and self._keys[-1] is None:
            self._keys[-1] = _as_key(part)
        else:
            self._put(part, self._open[-1], self._keys[-1])
            self._keys[-1] = None

    def _put(self, part: Part, around: Part, key: Part | None) -> None:
        """A value into the collection around it: from now on it begins with its key or its dash."""
        part.around = around
        around.members.append(part)
        if key is not None:
            part.key, part.line, part.column = key.text, key.line, key.column
        elif not around.is_flow:
            part.column = around.margin
            while part.line > around.start and self._rows[part.line][part.column : part.column + 1] != "-":
                part.line -= 1
