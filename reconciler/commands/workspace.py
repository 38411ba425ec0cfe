"""Finding and reading the files of a project: the project file, and the manifests beside it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.commands.ledgers import ledger_place
from reconciler.commands.links import Bounds, bounds_of, real_path
from reconciler.commands.options import Home
from reconciler.commands.project_file import (
    PROJECT_FILE,
    chosen,
    content_of,
    open_environments,
    read_project_file,
    unreadable,
)
from reconciler.errors import InvalidManifests, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import NEEDING_THE_PROJECT, Setting, load
from reconciler.model.manifest import Estate
from reconciler.model.project import Project
from reconciler.model.source import Problem

if TYPE_CHECKING:
    from reconciler.state import Place

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
    workspace, problems = read_workspace([home.directory], home)
    if problems:
        raise InvalidManifests(problems)
    return workspace


def open_project(home: Home) -> Workspace:
    """Read the project file alone: where the ledger and the organisation are. Raises InvalidManifests, UsageError."""
    file, root = open_environments(home)
    return Workspace(root, chosen(file, home.environment).project, Estate({}))


def read_workspace(
    places: list[Path],
    home: Home,
    *,
    is_part: bool = False,
    notify: Callable[[Problem], None] = _nobody,
    more: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[Workspace, tuple[Problem, ...]]:
    """Read the project file and the manifests in `places` (folders or files), with every problem of all of them.

    `notify` is told of each problem as soon as it is known; `more` are files that are read as if they were there, too,
    in the place of those of the same name. `is_part` says that there are other manifests elsewhere.
    """
    _check_places(places)
    file, root, problems, parts = read_project_file(places or [Path()], home.project_file)
    for problem in problems:
        notify(problem)
    setting = Setting() if problems else chosen(file, home.environment)
    return _read(root, setting, _files(places, parts, more), problems, is_part=is_part, notify=notify)


def read_everywhere(
    places: list[Path], home: Home, *, is_part: bool = False, more: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[Mapping[str, Workspace], tuple[Problem, ...]]:
    """The same in every environment. Each problem comes once, and says where it is one if that is not everywhere."""
    _check_places(places)
    file, root, problems, parts = read_project_file(places or [Path()], home.project_file)
    files = list(_files(places, parts, more))
    settings = {"": Setting()} if problems else file.settings
    read = {name: _read(root, each, files, problems, is_part=is_part) for name, each in settings.items()}
    found = merged({name: wrong for name, (_, wrong) in read.items()})
    return {name: workspace for name, (workspace, _) in read.items()}, found


def merged(problems: Mapping[str, Iterable[Problem]]) -> tuple[Problem, ...]:
    """The problems of several environments, each once."""
    where: dict[Problem, list[str]] = {}
    for name, wrong in problems.items():
        for problem in wrong:
            where.setdefault(problem, []).append(name)
    told = [
        problem
        if len(names) == len(problems)
        else replace(problem, detail=f"{problem.detail} So it is in {' and '.join(names)}.")
        for problem, names in where.items()
    ]
    return tuple(sorted(told, key=lambda each: (each.where, each.code)))


def _read(
    root: Path,
    setting: Setting,
    files: Iterable[tuple[str, bytes]],
    problems: tuple[Problem, ...],
    *,
    is_part: bool,
    notify: Callable[[Problem], None] = _nobody,
) -> tuple[Workspace, tuple[Problem, ...]]:
    variation = replace(setting.variation, is_part=is_part)
    matters = _is_no_echo if problems else _always

    def tell(problem: Problem) -> None:
        if matters(problem):
            notify(problem)

    estate, others = load(files, kinds=KINDS, project=setting.project, variation=variation, notify=tell)
    found = {*problems, *filter(matters, others)}
    return Workspace(root, setting.project, estate), tuple(sorted(found, key=lambda each: (each.where, each.code)))


def _always(_: Problem) -> bool:
    return True


def _is_no_echo(problem: Problem) -> bool:
    """Whether it is one whatever a project file without problems would state."""
    return problem.code not in NEEDING_THE_PROJECT


def _files(places: list[Path], parts: Collection[Path], more: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    there = ((str(path), content_of(path)) for path in _manifests(places, parts) if str(path) not in more)
    return itertools.chain(there, more.items())


def _check_places(places: list[Path]) -> None:
    for place in places:
        if not place.exists():
            raise UsageError("There are no manifests", detail=f"{place} does not exist.", hint="Name their folder.")


def _manifests(places: Iterable[Path], parts: Collection[Path]) -> Iterator[Path]:
    """Every YAML file once, in one order on every machine, but for `parts` of the project file.

    A folder below with a project file of its own is another project; hidden ones are left out. A file that is named is
    read whatever it is called, but for the project file: tools pass the names of all files that changed.
    """
    seen = {*parts}
    for place in places:
        bounds = bounds_of(place)
        for path in _below(place, seen, bounds) if place.is_dir() else [place]:
            if path.name != PROJECT_FILE and (real := real_path(path)) not in seen:
                bounds.check(path, real)
                seen.add(real)
                yield path


def _below(place: Path, seen: set[Path], bounds: Bounds) -> Iterator[Path]:
    """The YAML files in a folder and its folders, links to folders included: none is read twice."""
    for folder, inner, names in os.walk(place, onerror=unreadable, followlinks=True):
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
