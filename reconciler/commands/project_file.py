"""The project file on disk: finding it, reading it with its files of values, and choosing an environment."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from reconciler.commands.links import bounds_of, real_path
from reconciler.commands.options import EVERY, Home
from reconciler.errors import InvalidManifests, ReconcilerError, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import ProjectFile, Setting, read_project
from reconciler.model.project import Project
from reconciler.model.source import Problem

PROJECT_FILE: Final = "reconciler.yaml"


def open_environments(home: Home) -> tuple[ProjectFile, Path]:
    """The project file with all its environments, and its folder. Raises InvalidManifests, UsageError."""
    read = read_project_file([home.directory if home.directory.exists() else Path()], home.project_file)
    if read.problems:
        raise InvalidManifests(read.problems)
    return read.file, read.root


def chosen(file: ProjectFile, name: str) -> Setting:
    """The environment of this name; without one, the project's default. Raises UsageError."""
    name = name or file.default
    known = ", ".join(file.settings)
    if name == EVERY:
        hint = "Name one of them with --env."
        raise UsageError("One environment at a time", detail=f"The project has {known}.", hint=hint)
    if not name:
        hint = "Choose one with --env or RECONCILER_ENV, or state `defaultEnvironment` in the project file."
        raise UsageError("Which environment?", detail=f"The project has {known}.", hint=hint)
    if name not in file.settings:
        near = difflib.get_close_matches(name, file.settings, 1)
        hint = f"Did you mean {near[0]}?" if near else "reconciler environments"
        raise UsageError("Unknown environment", detail=f"{name!r} is none of {known}.", hint=hint)
    return file.settings[name]


def is_several(home: Home) -> bool:
    """Whether the project has several environments; not where its file cannot be read, as others will say."""
    try:
        return len(open_environments(home)[0].settings) > 1
    except ReconcilerError:
        return False


def named(home: Home) -> str:
    """The name of the environment that is meant, before anything else is read; `default` where nobody knows."""
    try:
        return chosen(open_environments(home)[0], home.environment).project.environment.name
    except ReconcilerError:
        return home.environment or Project().environment.name


class ReadProject(NamedTuple):
    """The project file, read. `root` is the folder that relative paths in it start from; `parts` is where the file and
    those of its values really are: they may lie among the manifests, and are none."""

    file: ProjectFile
    root: Path
    problems: tuple[Problem, ...] = ()
    parts: frozenset[Path] = frozenset()


def read_project_file(places: list[Path], project_file: Path | None) -> ReadProject:
    """The project file, if there is one, beside the first of these places."""
    at = project_file or _project_file(places[0])
    if at is None:
        return ReadProject(ProjectFile(), places[0] if places[0].is_dir() else places[0].parent)
    bounds_of(at).check(at, real_path(at))
    parts = {real_path(at)}

    def linked(stated: str) -> tuple[str, bytes]:
        parts.add(real_path(at.parent / stated))
        return _linked(at.parent / stated, at.parent, stated)

    file, problems = read_project(str(at), content_of(at), KINDS, linked=linked)
    return ReadProject(file, at.parent, problems, frozenset(parts))


def _linked(path: Path, folder: Path, stated: str) -> tuple[str, bytes]:
    """A file that the project file names: it lies in its folder. Raises UsageError."""
    if not real_path(path).is_relative_to(real_path(folder)):
        raise UsageError("A file cannot be read", detail=f"{stated} leads out of {folder}.", hint="Put it there.")
    if not path.is_file():
        raise UsageError("A file cannot be read", detail=f"{path} is no file.", hint="Add it, or correct the path.")
    return str(path), content_of(path)


def _project_file(place: Path) -> Path | None:
    """The project file beside the manifests, or in the nearest folder above them that has one."""
    folder = place if place.is_dir() else place.parent
    candidates = (at / PROJECT_FILE for at in (folder, *folder.resolve().parents))
    return next((path for path in candidates if os.path.lexists(path)), None)


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        error.filename = str(path)
        unreadable(error)


def unreadable(error: OSError) -> NoReturn:
    """A folder that was passed over in silence would look like manifests that were removed."""
    raise UsageError(
        "A file cannot be read",
        detail=error.strerror or str(error),
        hint="Check its permissions." if isinstance(error, PermissionError) else "Correct it, or take it away.",
        where=str(error.filename),
    ) from None
