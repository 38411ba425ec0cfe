"""Text from elsewhere made fit to be shown: without control characters, on one line, not too long."""

from __future__ import annotations

import unicodedata

LONGEST = 300
"""Characters of somebody else's text that a message quotes."""


def legible(text: object, longest: int = LONGEST) -> str:
    """`text` on one line: control, format (bidi overrides among them) and surrogate characters become spaces."""
    seen = "".join(" " if _is_unfit(character) else character for character in str(text)[: longest * 4])
    line = " ".join(seen.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _is_unfit(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
