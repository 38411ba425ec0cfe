"""The surroundings of a step in CI: files that its runner reads, and lines that it would obey."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final, TextIO, cast

from reconciler.errors import UsageError

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
OUTPUT: Final = "GITHUB_OUTPUT"
LARGEST_SUMMARY: Final = 1024 * 1024
"""Bytes of one step's summary."""
_FULL: Final = "**There is no more room in this summary.** The rest is in the artefacts and the log of this run.\n\n"


def is_step() -> bool:
    """Whether a runner reads what we print, and obeys some of it: GitHub's, Azure's, TeamCity's."""
    return any(os.environ.get(name) for name in ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"))


def guard_streams() -> None:
    """Let a runner obey nothing that is printed from now on, whichever verb or library prints it. Bytes pass as they
    are: who writes them knows their format."""
    if not is_step():
        return
    sys.stdout, sys.stderr = (
        cast("TextIO", _Inert(stream)) if stream else stream for stream in (sys.stdout, sys.stderr)
    )


def in_repository(file: str) -> str:
    """A file as a runner and code scanning know it: from the root of the repository, wherever we were started. As it
    is where there is no runner, or the file is elsewhere."""
    root = os.environ.get("GITHUB_WORKSPACE", "")
    try:
        return Path(file).resolve().relative_to(Path(root).resolve()).as_posix() if root and file else file
    except (OSError, RuntimeError, ValueError):
        return file


def add_summary(text: str) -> None:
    """Append to the summary of the step, as long as there is room: of one that is too large GitHub shows nothing."""
    place = os.environ.get(SUMMARY)
    taken = Path(place).stat().st_size if place and Path(place).is_file() else 0
    if taken + len(text.encode()) + len(_FULL) <= LARGEST_SUMMARY:
        add_to(SUMMARY, text)
    elif taken + len(_FULL) <= LARGEST_SUMMARY:
        add_to(SUMMARY, _FULL)


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


class _Inert:
    """A stream of text, whose every writing is inert."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        from reconciler.render import inert  # which takes too long to load for a verb that prints nothing

        self._stream.write(inert(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
