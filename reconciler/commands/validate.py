"""`reconciler validate`: everything that can be known about the manifests without the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.outputs import parse_outputs
from reconciler.commands.workspace import read_workspace
from reconciler.errors import InvalidManifests
from reconciler.model.manifest import Estate
from reconciler.render import problems_json


@dataclass(frozen=True, slots=True)
class _Valid:
    """Nothing is wrong."""

    estate: Estate

    def human(self, *, styled: bool, width: int) -> str:
        count = len(self.estate.manifests)
        return f"{count} manifest{'s' if count != 1 else ''} valid."

    def json(self) -> bytes:
        return problems_json(())


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@options.project_file
@options.outputs
def validate(paths: tuple[Path, ...], project_file: Path | None, outputs: tuple[str, ...]) -> None:
    """Check manifests: YAML, schema, references, names, the organisation's rules.

    PATHS are files or folders; by default the folder manifests. Every problem of every file is reported in one run.
    Needs no credentials.

    \b
      reconciler validate
      reconciler validate manifests/purposes --output json=problems.json
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        workspace, problems = read_workspace(list(paths) or [Path("manifests")], project_file, notify=target.stream)
        if problems:
            raise InvalidManifests(problems, streamed=True)
    target.show(_Valid(workspace.estate))
