"""JSON values as one line of YAML: exact for pasting, shortened for showing."""

from __future__ import annotations

import json
import re
from typing import Final

from reconciler.model.values import ABSENT, Absent, Json
from reconciler.render.legible import legible

LONGEST_VALUE: Final = 400
"""Characters of one value that are shown."""
CONTEXT: Final = 40
"""Characters shown before the first difference of two long values."""
NOTHING: Final = "(nothing)"
"""A side that has no value; a string of these letters would stand in quotes."""

_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*|[0-9]{1,6}(?:d|ms|s|m|h)")
_WORDS_OF_YAML: Final = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})


def flow(value: Json) -> str:
    """The value in YAML's flow style, whole and legible; a YAML reader gets the very value back."""
    match value:
        case str():
            return _string(value)
        case dict():
            return "{" + ", ".join(f"{_string(str(name))}: {flow(part)}" for name, part in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return json.dumps(value)


def _string(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return legible(json.dumps(text, ensure_ascii=False))


def shown(side: Json | Absent) -> str:
    """A value for a person: its beginning where it is long, with the length said."""
    return NOTHING if side is ABSENT else _window(flow(side), 0)


def shown_beside(*sides: Json | Absent) -> tuple[str, ...]:
    """Several values for a person. Long ones are shown around the first difference."""
    texts = [None if side is ABSENT else flow(side) for side in sides]
    if any(text is not None and len(text) > LONGEST_VALUE for text in texts):
        texts = [_quoted(side) if isinstance(side, str) else text for side, text in zip(sides, texts, strict=True)]
    first, *others = [text for text in texts if text is not None] or [""]
    start = max(0, min((_first_difference(first, text) for text in others), default=0) - CONTEXT)
    return tuple(NOTHING if text is None else _window(text, start) for text in texts)


def _first_difference(left: str, right: str) -> int:
    if left == right:
        return len(left)
    pairs = zip(left, right, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(left), len(right)))


def _window(text: str, start: int) -> str:
    if len(text) <= LONGEST_VALUE:
        return text
    start = min(start, len(text) - LONGEST_VALUE)
    end = start + LONGEST_VALUE
    head, tail = "..." if start else "", "..." if end < len(text) else ""
    return f"{head}{text[start:end]}{tail} ({len(text):,} characters)"
