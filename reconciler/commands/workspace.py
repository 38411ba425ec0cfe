"""Finding and reading the files of a project: the project file, and the manifests beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import InvalidManifests, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import load, read_project
from reconciler.model.manifest import Estate
from reconciler.model.project import Project
from reconciler.model.source import Problem

PROJECT_FILE: Final = "reconciler.yaml"
ENDINGS: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project read from disk. `root` is the project file's folder, which relative paths in it start from."""

    root: Path
    project: Project
    estate: Estate

    @property
    def ledger(self) -> Path:
        return self.root / self.project.ledger


def open_workspace(directory: Path, project_file: Path | None = None) -> Workspace:
    """Read everything. Raises InvalidManifests with every problem of every file, UsageError."""
    workspace, problems = read_workspace([directory], project_file)
    if problems:
        raise InvalidManifests(problems)
    return workspace


def read_workspace(
    places: list[Path], project_file: Path | None = None, *, manifests: bool = True
) -> tuple[Workspace, tuple[Problem, ...]]:
    """Read the project file and the manifests in `places` (folders or files), with every problem of all of them.

    Without `manifests`, only the project file.
    """
    for place in places:
        if not place.exists():
            raise UsageError(
                "There are no manifests", detail=f"{place} does not exist.", hint="Name their folder with --dir."
            )
    at = project_file or _project_file(places[0])
    project, problems = read_project(str(at), _content(at)) if at else (Project(), ())
    root = at.parent if at else (places[0] if places[0].is_dir() else places[0].parent)
    files = ((str(path), _content(path)) for path in (_manifests(places) if manifests else ()))
    estate, others = load(files, kinds=KINDS, project=project)
    return Workspace(root, project, estate), tuple(
        sorted({*problems, *others}, key=lambda each: (each.where, each.code))
    )


def _project_file(place: Path) -> Path | None:
    """The project file beside the manifests, or in the nearest folder above them that has one."""
    folder = place if place.is_dir() else place.parent
    candidates = (at / PROJECT_FILE for at in (folder, *folder.resolve().parents))
    return next((path for path in candidates if path.is_file()), None)


def _manifests(places: Iterable[Path]) -> Iterator[Path]:
    """Every YAML file, in one order on every machine. A folder below with a project file of its own is another
    project; hidden ones are left out."""
    for place in places:
        if place.is_file():
            yield place
            continue
        for folder, inner, names in os.walk(place):
            here = Path(folder)
            inner[:] = sorted(
                name for name in inner if not name.startswith(".") and not (here / name / PROJECT_FILE).is_file()
            )
            for name in sorted(names):
                if name.endswith(ENDINGS) and not name.startswith(".") and name != PROJECT_FILE:
                    yield here / name


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            "A file cannot be read", detail=error.strerror or str(error), hint="Check its permissions.", where=str(path)
        ) from None
