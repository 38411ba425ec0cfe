"""`reconciler environments`: what the project file has, for people and for the matrix of a CI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import orjson

from reconciler.commands import options
from reconciler.commands.options import Home
from reconciler.commands.outputs import PLAIN, parse_outputs
from reconciler.commands.project_file import chosen, open_environments
from reconciler.commands.workspace import ENDINGS
from reconciler.manifest import ProjectFile, Setting
from reconciler.model.project import Environment, Project, suffix_of
from reconciler.render import legible


@dataclass(frozen=True, slots=True)
class _Listed:
    """Environments as a result."""

    file: ProjectFile
    names: tuple[str, ...]

    def human(self, *, styled: bool, width: int) -> str:
        rows: list[tuple[str, ...]] = [("Environment", "Where", "Organisation", "Ledger", "Variables end with")]
        rows += [self._row(name) for name in self.names]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _row(self, name: str) -> tuple[str, ...]:
        project = self.file.settings[name].project
        pinned = project.environment.organisation_id or "not pinned"
        marked = f"{name} (default)" if name == self.file.default and len(self.file.settings) > 1 else name
        row = (marked, _place(project.environment), pinned, _ledger(project), f"_{suffix_of(name)}")
        return tuple(map(legible, row))

    def json(self) -> bytes:
        listed = [
            {
                "name": name,
                "default": name == self.file.default,
                "region": setting.project.environment.region or None,
                "apiUrl": setting.project.environment.api_url or None,
                "organisationId": setting.project.environment.organisation_id or None,
                "ledger": _ledger(setting.project),
                "suffix": suffix_of(name),
            }
            for name, setting in self._settings.items()
        ]
        return orjson.dumps({"environments": listed}, option=orjson.OPT_INDENT_2)

    def matrix(self) -> bytes:
        """One line: a job's `strategy.matrix`, by `fromJSON`."""
        return orjson.dumps({"environment": list(self.names)})

    @property
    def _settings(self) -> Mapping[str, Setting]:
        return {name: self.file.settings[name] for name in self.names}


def _place(environment: Environment) -> str:
    return environment.region or environment.api_url or "the process environment says"


def _ledger(project: Project) -> str:
    """As the project file has it: a URL stays in its variable."""
    return project.ledger or project.ledger_variable or project.ledger_otherwise


@click.command()
@options.home
@click.option(
    "--changed", multiple=True, type=click.Path(path_type=Path), help="Only those that a change of this file touches."
)
@options.outputs
def environments(home: Home, changed: tuple[Path, ...], outputs: tuple[str, ...]) -> None:
    """List the environments of the project file, or the one that --env names.

    \b
      reconciler environments
      reconciler environments -o matrix
      reconciler environments -o matrix --changed manifests/contract.yaml
    """
    target = parse_outputs(outputs, formats=(*PLAIN, "matrix"))
    with target.failing_loudly():
        file, _ = open_environments(home)
        names = _meant(file, home.environment)
        touched = _touched(file, changed) if changed else names
    target.show(_Listed(file, tuple(name for name in names if name in touched)))


def _meant(file: ProjectFile, environment: str) -> tuple[str, ...]:
    """The one that is named, or all. Raises UsageError."""
    if environment in ("", options.EVERY):
        return tuple(file.settings)
    return (chosen(file, environment).project.environment.name,)


def _touched(file: ProjectFile, changed: Iterable[Path]) -> set[str]:
    """The environments for which one of these files counts. A file of values counts for those that name it; every other
    YAML file for all: what it said before the change, and for whom, it does not say."""
    return {name for path in changed if path.suffix in ENDINGS for name in _users(file, path)}


def _users(file: ProjectFile, path: Path) -> Iterator[str]:
    named = [name for name, setting in file.settings.items() if _is_of(setting, path)]
    yield from named or file.settings


def _is_of(setting: Setting, path: Path) -> bool:
    values = setting.variation.values
    return (
        values.document is not None
        and not values.path
        and Path(values.document.source.file).resolve() == path.resolve()
    )
