"""Text from manifests and from the organisation, made fit to be shown.

What a terminal would obey or hide is spelled out (`\\x1b`, `\\u202e`) rather than dropped, so that a reviewer sees that
two names differ. Nothing that reaches a terminal may pass by another way.
"""

from __future__ import annotations

from typing import Final

LONGEST_TEXT: Final = 2000
"""Characters of one paragraph that are shown."""

_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Printable by Unicode's book, and yet nothing is seen. The last are selectors of variants: two names differ by
one and look the same, and by a row of them a text says what only a machine reads."""
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def legible(text: str) -> str:
    """`text` on one line: control, format (bidi overrides, zero widths), surrogate and other unseen characters appear
    as the escapes of a double-quoted YAML string."""
    if text.isprintable() and _INVISIBLE.isdisjoint(text):
        return text
    return "".join(map(_spelled, text))


def _spelled(character: str) -> str:
    if character.isprintable() and character not in _INVISIBLE:
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _NAMED.get(character) or (f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}")


def paragraphs(text: str) -> list[str]:
    """The lines of a message, each legible, white space evened out, the overlong cut with its length said."""
    return [cut(legible(" ".join(line.split())), LONGEST_TEXT) for line in text.split("\n") if line.strip()]


def cut(text: str, longest: int) -> str:
    """At most `longest` characters, and how many there are."""
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text):,} characters)"


def cells(text: str) -> int:
    """How many columns of a terminal a legible text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
