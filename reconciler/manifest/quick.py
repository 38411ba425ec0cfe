"""The quick reading of YAML: plain values, no places, no problems.

Whatever is odd (an anchor, a tag, a repeated key, an error) is left to the careful reading; a test holds the two
together. Twice as fast as PyYAML's C loader, which makes no positions either and takes most oddities for good.
"""

from __future__ import annotations

from typing import Any

from yaml import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)
from yaml._yaml import CParser

from reconciler.manifest.nodes import MAX_DEPTH
from reconciler.manifest.scalars import NUMERIC, WORDS, number
from reconciler.manifest.text import CONTROL
from reconciler.model.values import Json


class _Odd(Exception):
    """Something that the quick reading leaves to the careful one."""


class Quick:
    """Reads document after document until something is odd.

    `line` is where the latest one begins, from 1; `complete` whether it was read to its end.
    """

    def __init__(self, content: bytes) -> None:
        self.ended = False
        self.complete = False
        self.line = 1
        self._events: Any = CParser(content)

    def document(self) -> tuple[int, int, int, Json] | None:
        """The next document: its first line, line and column of its root, its value. None when there is none."""
        event: Any
        try:
            while True:
                event = self._events.get_event()
                sort = type(event)
                if sort is DocumentStartEvent:
                    self.line, self.complete = event.start_mark.line + 1, False
                    if event.version is not None:
                        return None
                    root = self._events.get_event()
                    value = _value(self._events.get_event, root)
                    mark, self.complete = root.start_mark, True
                    return self.line, mark.line + 1, mark.column + 1, value
                if sort is StreamEndEvent:
                    self.ended = True
                    return None
        except (YAMLError, _Odd, ValueError):
            return None


def _value(next_event: Any, event: Any) -> Json:  # noqa: C901 - one loop, because a call per value costs a third
    """Build one document's value from the event of its root on. Written flat: it runs for every value of every file."""
    top: list[Json] = []
    stack: list[tuple[dict[str, Json] | None, list[Json], str | None]] = []
    mapping: dict[str, Json] | None = None
    sequence = top
    key: str | None = None
    value: Json
    while True:
        sort = type(event)
        if sort is ScalarEvent:
            value = event.value
            if event.anchor is not None:
                raise _Odd
            if event.implicit[0]:
                if value in WORDS:
                    value = WORDS[value]
                elif value[0] in NUMERIC:
                    value = number(value)
            elif event.tag is not None or CONTROL.search(value):
                raise _Odd
            if mapping is None:
                sequence.append(value)
            elif key is not None:
                mapping[key] = value
                key = None
            elif type(value) is not str or value in mapping or value == "<<":
                raise _Odd
            else:
                key = value
        elif sort is MappingStartEvent or sort is SequenceStartEvent:
            if event.anchor is not None or event.tag is not None or len(stack) >= MAX_DEPTH:
                raise _Odd
            if mapping is not None and key is None:
                raise _Odd
            stack.append((mapping, sequence, key))
            if sort is MappingStartEvent:
                mapping, key = {}, None
            else:
                mapping, sequence = None, []
        elif sort is DocumentEndEvent:
            return top[0]
        elif stack:
            value = sequence if mapping is None else mapping
            mapping, sequence, key = stack.pop()
            if mapping is None:
                sequence.append(value)
            elif key is not None:
                mapping[key] = value
                key = None
        else:
            raise _Odd
        event = next_event()
