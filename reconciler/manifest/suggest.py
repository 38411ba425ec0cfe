"""Guessing what somebody meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like `word`; case, hyphens and underscores count for nothing."""
    by_plain = {plain(candidate): candidate for candidate in known}
    found = difflib.get_close_matches(plain(word), by_plain, n=1, cutoff=0.66)
    return by_plain[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """A hint."""
    found = nearest(word, known)
    return f"Did you mean `{found}`?" if found else otherwise


def listed(words: Iterable[str], *, most: int = 12) -> str:
    """`a, b and c` for reading; long lists are cut."""
    shown = [f"`{word}`" for word in words]
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def plain(word: str) -> str:
    """A word without what people vary in writing it."""
    return word.lower().replace("_", "").replace("-", "")[:100]
