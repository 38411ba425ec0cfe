"""Finding and reading the files of a project: the project file, and the manifests beside it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

from reconciler.commands.ledgers import ledger_place
from reconciler.commands.links import Bounds, bounds_of, real_path
from reconciler.commands.options import Home
from reconciler.errors import InvalidManifests, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import load, read_project
from reconciler.model.manifest import Estate
from reconciler.model.project import Project
from reconciler.model.source import Problem

if TYPE_CHECKING:
    from reconciler.state import Place

PROJECT_FILE: Final = "reconciler.yaml"
ENDINGS: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project read from disk. `root` is the project file's folder, which relative paths in it start from."""

    root: Path
    project: Project
    estate: Estate

    @property
    def ledger(self) -> Place:
        """Where it is. Raises UsageError where that is in a variable which is not set."""
        return ledger_place(self.root, self.project, os.environ)


def _nobody(_: Problem) -> None:
    """Nobody waits for the first problem."""


def open_workspace(home: Home) -> Workspace:
    """Read everything. Raises InvalidManifests with every problem of every file, UsageError."""
    workspace, problems = read_workspace([home.directory], home.project_file)
    if problems:
        raise InvalidManifests(problems)
    return workspace


def open_project(home: Home) -> Workspace:
    """Read the project file alone: where the ledger and the organisation are. Raises InvalidManifests, UsageError."""
    project, root, problems = _project([home.directory if home.directory.exists() else Path()], home.project_file)
    if problems:
        raise InvalidManifests(problems)
    return Workspace(root, project, Estate({}))


def read_workspace(
    places: list[Path],
    project_file: Path | None = None,
    *,
    notify: Callable[[Problem], None] = _nobody,
    more: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[Workspace, tuple[Problem, ...]]:
    """Read the project file and the manifests in `places` (folders or files), with every problem of all of them.

    `notify` is told of each problem as soon as it is known; `more` are files that are read as if they were there, too,
    in the place of those of the same name.
    """
    for place in places:
        if not place.exists():
            raise UsageError("There are no manifests", detail=f"{place} does not exist.", hint="Name their folder.")
    project, root, problems = _project(places or [Path()], project_file)
    for problem in problems:
        notify(problem)
    there = ((str(path), _content(path)) for path in _manifests(places) if str(path) not in more)
    files = itertools.chain(there, more.items())
    estate, others = load(files, kinds=KINDS, project=project, notify=notify)
    return Workspace(root, project, estate), tuple(
        sorted({*problems, *others}, key=lambda each: (each.where, each.code))
    )


def _project(places: list[Path], project_file: Path | None) -> tuple[Project, Path, tuple[Problem, ...]]:
    """The project file, if there is one, and the folder that relative paths in it start from."""
    at = project_file or _project_file(places[0])
    if at is None:
        return Project(), places[0] if places[0].is_dir() else places[0].parent, ()
    bounds_of(at).check(at, real_path(at))
    project, problems = read_project(str(at), _content(at), KINDS)
    return project, at.parent, problems


def _project_file(place: Path) -> Path | None:
    """The project file beside the manifests, or in the nearest folder above them that has one."""
    folder = place if place.is_dir() else place.parent
    candidates = (at / PROJECT_FILE for at in (folder, *folder.resolve().parents))
    return next((path for path in candidates if os.path.lexists(path)), None)


def _manifests(places: Iterable[Path]) -> Iterator[Path]:
    """Every YAML file once, in one order on every machine.

    A folder below with a project file of its own is another project; hidden ones are left out. A file that is named is
    read whatever it is called, but for the project file: tools pass the names of all files that changed.
    """
    seen: set[Path] = set()
    for place in places:
        bounds = bounds_of(place)
        for path in _below(place, seen, bounds) if place.is_dir() else [place]:
            if path.name != PROJECT_FILE and (real := real_path(path)) not in seen:
                bounds.check(path, real)
                seen.add(real)
                yield path


def _below(place: Path, seen: set[Path], bounds: Bounds) -> Iterator[Path]:
    """The YAML files in a folder and its folders, links to folders included: none is read twice."""
    for folder, inner, names in os.walk(place, onerror=_unreadable, followlinks=True):
        here = Path(folder)
        if (real := real_path(here)) in seen:
            inner.clear()
            continue
        bounds.check(here, real)
        seen.add(real)
        inner[:] = sorted(
            name for name in inner if not name.startswith(".") and not (here / name / PROJECT_FILE).is_file()
        )
        for name in sorted(names):
            if name.endswith(ENDINGS) and not name.startswith("."):
                yield here / name


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        error.filename = str(path)
        _unreadable(error)


def _unreadable(error: OSError) -> NoReturn:
    """A folder that was passed over in silence would look like manifests that were removed."""
    raise UsageError(
        "A file cannot be read",
        detail=error.strerror or str(error),
        hint="Check its permissions.",
        where=str(error.filename),
    ) from None
