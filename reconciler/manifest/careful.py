"""The careful reading of a file's documents, one after the other, going on after each that is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from yaml import DocumentStartEvent, StreamEndEvent, YAMLError
from yaml._yaml import CParser

from reconciler.manifest.nodes import Builder, Node, Unreadable
from reconciler.manifest.syntax import syntax_problem
from reconciler.manifest.text import Text, offset_of_line
from reconciler.model.source import Problem

MAX_BROKEN: Final = 20
"""After so many broken documents the rest of a file is not read: it is no YAML at all."""

_SEPARATOR: Final = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)


@dataclass(slots=True)
class Reading:
    """One document: its tree (None where it is broken), the line where it begins, what is wrong, what was not read."""

    line: int
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    lost: bytes = b""


def readings(text: Text, *, line: int = 1, offset: int = 0) -> Iterator[Reading]:
    """Every document from a line on. A broken one ends at the next line that begins with `---`."""
    for allowed in reversed(range(MAX_BROKEN)):
        found = None
        for reading, broken in _until_broken(text, line=line, offset=offset):
            if broken is not None:
                start = offset_of_line(text.content, reading.line, known=(line, offset))
                at = offset_of_line(text.content, broken, known=(line, offset))
                found = _SEPARATOR.search(text.content, max(at, start + 1)) if allowed else None
                reading.lost = text.content[start : found.start() if found else None]
            yield reading
        if found is None:
            return
        line += text.content.count(b"\n", offset, found.start())
        offset = found.start()


def _until_broken(text: Text, *, line: int, offset: int) -> Iterator[tuple[Reading, int | None]]:
    """Documents, each with None, or with the line where it is broken; that is the last."""
    events: Any = CParser(text.content[offset:])
    reading = Reading(line)
    try:
        while (sort := type(event := events.get_event())) is not StreamEndEvent:
            if sort is DocumentStartEvent:
                reading = Reading(event.start_mark.line + line)
                builder = Builder(text, line - 1, reading.problems)
                builder.version(event)
                reading.root = builder.document(events)
                yield reading, None
                reading = Reading(event.end_mark.line + line)
    except Unreadable as error:
        yield reading, error.line
    except YAMLError as error:
        reading.problems.append(syntax_problem(error, text, line=line))
        mark = getattr(error, "problem_mark", None)
        yield reading, mark.line + line if mark else line
