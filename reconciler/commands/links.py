"""Which files belong to a project. A link that comes with a pull request may lead to any file of the machine, and what
is wrong with a file is shown with its text: nothing outside is read, and nothing that never ends.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError

_REPOSITORY: Final = ".git"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The folders within which a project's links may lead."""

    folders: tuple[Path, ...]

    def check(self, path: Path, real: Path) -> None:
        """`real` is where `path` leads. Raises UsageError."""
        if not any(real.is_relative_to(folder) for folder in self.folders):
            raise _unreadable(path, f"It leads out of {self.folders[-1]}, to {real}.", "Put a copy of it there.")
        if real.exists() and not (real.is_file() or real.is_dir()):
            raise _unreadable(path, "It is neither a file nor a folder.", "Remove it.")


def bounds_of(place: Path) -> Bounds:
    """What was named, and the repository that it is in; without one, the working folder."""
    here = real_path(place if place.is_dir() else place.parent)
    working = Path.cwd()
    otherwise = working if here.is_relative_to(working) else here
    return Bounds((here, next((at for at in (here, *here.parents) if (at / _REPOSITORY).exists()), otherwise)))


def real_path(path: Path) -> Path:
    """Where a path leads. Links that go round in a circle lead to themselves."""
    return Path(os.path.realpath(path))


def _unreadable(path: Path, detail: str, hint: str) -> UsageError:
    return UsageError("A file cannot be read", detail=detail, hint=hint, where=str(path))
