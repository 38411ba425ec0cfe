"""The surroundings of a step in GitHub Actions: files that its runner reads, and lines that it would obey."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.render import inert

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
OUTPUT: Final = "GITHUB_OUTPUT"
LARGEST_SUMMARY: Final = 1024 * 1024
"""Bytes of one step's summary."""


def is_step() -> bool:
    """Whether a runner reads what we print."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def printable(text: str) -> str:
    """What may be printed: where a runner reads along, without anything that it would obey."""
    return inert(text) if is_step() else text


def add_to(variable: str, text: str) -> None:
    """Append to the file that a variable names; nothing where it names none. Raises UsageError."""
    if not (place := os.environ.get(variable)):
        return
    try:
        with Path(place).open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        detail = error.strerror or str(error)
        raise UsageError("A file cannot be written", detail=detail, hint=f"{variable} names it.", where=place) from None
