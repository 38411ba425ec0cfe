"""`reconciler fmt`: manifests in their canonical form."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.commands.log_lines import tell
from reconciler.commands.options import Named
from reconciler.commands.outputs import write_file
from reconciler.commands.workspace import ENDINGS
from reconciler.errors import InvalidManifests, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest.formatting import Formatter
from reconciler.model.source import Problem
from reconciler.render import legible

UNFORMATTED = 2
"""Changes are present: what 2 says everywhere."""


@click.command()
@click.argument("paths", nargs=-1, type=Named(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit 2 where a file is not in its canonical form.")
@click.option("--diff", "shows", is_flag=True, help="Show what changes; alone it writes, with --check it does not.")
@click.pass_context
def fmt(ctx: click.Context, paths: tuple[Path, ...], check: bool, shows: bool) -> None:
    """Bring manifests and project files into their canonical form: order of members, indentation, spaces.

    PATHS are files or folders; by default the folder manifests. Comments, quotes and long lines stay, and what a file
    means never changes: one for which that cannot be had is left as it is, and named.

    \b
      reconciler fmt
      reconciler fmt --check --diff
    """
    found = _Formatted([], [], [])
    formatter = Formatter(KINDS)
    for path in dict.fromkeys(_files(paths or (Path("manifests"),))):
        found.take(path, formatter)
    for path, before, after in found.changed:
        if shows:
            click.echo("".join(_difference(path, before, after)).rstrip("\n"))
        else:
            click.echo(legible(str(path)))
        if not check:
            write_file(path, after, mode=path.stat().st_mode & 0o777)
    for remark in found.left:
        tell(legible(remark))
    if found.problems:
        raise InvalidManifests(found.problems)
    ctx.exit(UNFORMATTED if check and found.changed else 0)


@dataclass(frozen=True, slots=True)
class _Formatted:
    """Files that change, with both contents; what our reader refuses; what is left as it is, and why."""

    changed: list[tuple[Path, bytes, bytes]]
    problems: list[Problem]
    left: list[str]

    def take(self, path: Path, formatter: Formatter) -> None:
        try:
            before = path.read_bytes()
            after, problems = formatter.formatted(str(path), before)
        except OSError as error:
            raise UsageError("A file cannot be read", detail=error.strerror or "", where=str(path)) from None
        except ValueError as error:
            self.left.append(f"{path}: left as it is: {error}")
            return
        self.problems.extend(problems)
        if after != before:
            self.changed.append((path, before, after))


def _files(places: tuple[Path, ...]) -> Iterator[Path]:
    """Every file once. In folders YAML files, neither hidden ones nor links: what they lead to is formatted there."""
    for place in places:
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                inner = path.relative_to(place)
                hidden = any(part.startswith(".") for part in inner.parts)
                if path.name.endswith(ENDINGS) and path.is_file() and not path.is_symlink() and not hidden:
                    yield path
        elif place.exists():
            yield place
        else:
            raise UsageError(
                "There is nothing to format", detail=f"{place} does not exist.", hint="Name a file or folder."
            )


def _difference(path: Path, before: bytes, after: bytes) -> Iterator[str]:
    was, becomes = (text.decode(errors="replace").splitlines(keepends=True) for text in (before, after))
    for row in difflib.unified_diff(was, becomes, f"{path}", f"{path} (formatted)"):
        yield legible(row.rstrip("\r\n")) + "\n"
