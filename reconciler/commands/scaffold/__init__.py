"""What a new repository holds: project file, example manifests, editor settings, workflows. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from reconciler.commands.scaffold.project_file import Place, project_file
from reconciler.commands.schema import schema_files

MANIFESTS: Final = Path("manifests")
PROJECT_FILE: Final = MANIFESTS / "reconciler.yaml"
GIT_IGNORE: Final = Path(".gitignore")

_NAMES: Final = {
    "gitignore": GIT_IGNORE,
    "pre-commit-config.yaml": Path(".pre-commit-config.yaml"),
    "settings.json": Path(".vscode/settings.json"),
    "README.md": Path("README.md"),
}
"""Where the files in `files/` go: hidden names do not survive every way of packing."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """Files by their path in the repository. What a person goes on to write himself is never renewed."""

    personal: dict[Path, bytes]
    renewable: dict[Path, bytes]


def scaffold(places: tuple[Place, ...], examples: str) -> Scaffold:
    """All of it. `examples` names a folder of `estate/`. Raises UsageError for a place that cannot be."""
    here = resources.files(__package__)
    personal = {PROJECT_FILE: project_file(places)}
    for name, content in _below(here / "estate" / examples):
        personal[MANIFESTS / name] = content
    renewable = {_NAMES[str(name)]: content for name, content in _below(here / "files")}
    renewable |= {Path(".github") / name: content for name, content in _below(here / "github")}
    renewable |= {Path("schemas") / name: content for name, content in schema_files().items()}
    return Scaffold(personal, renewable)


def _below(folder: Traversable) -> Iterator[tuple[Path, bytes]]:
    """The files in a packaged folder and its folders, in order."""
    for entry in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from ((Path(entry.name) / name, content) for name, content in _below(entry))
        else:
            yield Path(entry.name), entry.read_bytes()
