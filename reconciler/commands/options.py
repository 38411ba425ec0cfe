"""Options that several verbs share, so that they are named and explained once."""

from __future__ import annotations

import datetime
import functools
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click

from reconciler.commands.completing import complete_addresses, complete_environments
from reconciler.commands.log_lines import FORMAT
from reconciler.model.duration import parse_seconds

EVERY: Final = "all"
"""What stands for every environment, where that is possible."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Home:
    """Where a project lives: the folder with its manifests, its project file where that is named, and the environment
    that is meant; empty = the project's default."""

    directory: Path = Path("manifests")
    project_file: Path | None = None
    environment: str = ""

    def command(self, *words: str | Path) -> str:
        """A command for this project and this environment, for somebody's shell."""
        folder = () if self.directory == Path("manifests") else ("--dir", self.directory)
        file = () if self.project_file is None else ("--project", self.project_file)
        environment = ("--env", self.environment) if self.environment else ()
        return shlex.join(map(str, ("reconciler", *words, *folder, *file, *environment)))


@dataclass(frozen=True, slots=True)
class Calling:
    """How to call the organisation: calls at once, seconds after which a run gives up, how much is told on stderr."""

    parallelism: int
    timeout: float | None
    log_level: str


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options that say how to plan, as they were typed."""

    drift: str
    allow_delete: bool
    targets: tuple[str, ...]
    excluded: tuple[str, ...]
    records: tuple[str, ...]
    on_conflict: str
    as_of: datetime.datetime | None
    new_ledger: bool


def seconds(text: str) -> float:
    """A length of time: `90`, `90s`, `5m`."""
    try:
        return float(text) if text.isdecimal() else parse_seconds(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}. Write seconds, or a number with s, m or h: 90s, 5m.") from None


def moment(text: str) -> datetime.datetime:
    """An instant in RFC 3339, with its zone."""
    try:
        instant = datetime.datetime.fromisoformat(text)
        instant.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is not an instant like 2026-11-01T09:00:00Z.") from None
    if instant.tzinfo is None:
        raise click.BadParameter(f"{text!r} has no zone; write 2026-11-01T09:00:00Z.")
    return instant


def filled_in(_ctx: click.Context, _parameter: click.Parameter, stated: str | None) -> str:
    """What was typed, or nothing. An empty text is what is left of a variable that is not set: it would let pass what
    nobody meant."""
    if stated == "":
        raise click.BadParameter("it is empty. Is a variable not set?")
    return stated or ""


def places(ctx: click.Context, parameter: click.Parameter, stated: tuple[str, ...]) -> tuple[Path, ...]:
    """Files and folders. None is empty: that would be the working folder."""
    return tuple(Path(filled_in(ctx, parameter, each)) for each in stated)


class Named(click.Path):
    """A file or folder that has a name: an empty one would be the working folder."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        if value == "":
            self.fail("it is empty. Is a variable not set?", param, ctx)
        return super().convert(value, param, ctx)


def _several(*options: Callable[[Decorated], Decorated]) -> Callable[[Decorated], Decorated]:
    def decorate(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _gathered(
    parameter: str, make: type, *options: Callable[[Decorated], Decorated]
) -> Callable[[Decorated], Decorated]:
    """Options that reach the verb as one value: `make` takes them by their names."""

    def decorate(command: Decorated) -> Decorated:
        @functools.wraps(command)
        def gathering(*positional: Any, **stated: Any) -> Any:
            own = {field.name: stated.pop(field.name) for field in fields(make)}
            return command(*positional, **{parameter: make(**own)}, **stated)

        return _several(*options)(cast("Decorated", gathering))

    return decorate


_directory = click.option(
    "-d", "--dir", "directory", type=Named(path_type=Path), default=Path("manifests"), show_default=True,
    help="The folder with the manifests.",
)  # fmt: skip
project_file = click.option(
    "--project", "project_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The project file; by default the reconciler.yaml beside the manifests or above them.",
)  # fmt: skip
environment = click.option(
    "--env", "environment", metavar="NAME", default=None, envvar="RECONCILER_ENV", callback=filled_in,
    shell_complete=complete_environments, help="The environment of the project file (RECONCILER_ENV).",
)  # fmt: skip
home = _gathered("home", Home, _directory, project_file, environment)
outputs = click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]",
    help="human, json; for reviews markdown, sarif, github, html, junit, too. Repeatable; written on failure as well.",
)  # fmt: skip
seal = click.option("--seal", callback=filled_in, help="Refuse any plan but the one with this seal.")
new_ledger = click.option(
    "--new-ledger", is_flag=True, help="The ledger that the project file names is still to be made, or made again."
)
lock_timeout = click.option(
    "--lock-timeout", type=seconds, metavar="DURATION", default="0",
    help="Wait this long for another apply to end (90s).",
)  # fmt: skip
to = click.option(
    "--to", "target", metavar="FOLDER|URL", default="exports", show_default=True,
    help="Where exports lie, each in a folder of its own: a folder, or s3://BUCKET/PREFIX, gs://..., az://...",
)  # fmt: skip


def _take_format(_context: click.Context, _option: click.Parameter, stated: str | None) -> None:
    """The option is the variable, said on the command line: every thread and the error boundary ask the same place."""
    if stated is not None:
        os.environ[FORMAT] = stated


log_format = click.option(
    "--log-format", type=click.Choice(["text", "json"]), default=None, expose_value=False, is_eager=True,
    callback=_take_format, envvar=FORMAT, help=f"What to tell on stderr: lines, or JSON objects ({FORMAT}).",
)  # fmt: skip
log_level = _several(
    click.option(
        "--log-level", type=click.Choice(["quiet", "info", "debug"]), default="info", show_default=True,
        help="How much to tell on stderr; debug shows every call.",
    ),
    log_format,
)  # fmt: skip

organisation = _gathered(
    "calling",
    Calling,
    click.option(
        "--parallelism", type=click.IntRange(1, 16), default=8, show_default=True, help="Calls at once, at most."
    ),
    click.option("--timeout", type=seconds, metavar="DURATION", default=None, help="Give up after this time (5m)."),
    log_level,
)

deciding = _gathered(
    "options",
    PlanOptions,
    click.option(
        "--drift", type=click.Choice(["revert", "keep"]), default="revert", show_default=True,
        help="Set back what was changed behind our back, or leave it alone and say so.",
    ),
    click.option("--allow-delete", is_flag=True, help="Delete what is ours and has no manifest any more."),
    click.option(
        "--target", "targets", multiple=True, metavar="SELECTOR", shell_complete=complete_addresses,
        help="Plan only these, and what they cannot do without; repeatable. The plan says that it is partial.",
    ),
    click.option(
        "--exclude", "excluded", multiple=True, metavar="SELECTOR", shell_complete=complete_addresses,
        help="Neither read nor plan these; repeatable. KIND, KIND/NAME (with * and ?), or LABEL=VALUE.",
    ),
    click.option(
        "--records", "records", multiple=True, metavar="KIND/NAME=FILE",
        help="Judge type changes by this export (JSONL or CSV) instead of the organisation's records; repeatable.",
    ),
    click.option(
        "--on-conflict", type=click.Choice(["merge", "stop"]), default="merge", show_default=True,
        help="What apply does with concurrent edits that do not overlap.",
    ),
    click.option("--as-of", type=moment, metavar="INSTANT", default=None, help="Plan as of this instant (RFC 3339)."),
    new_ledger,
)  # fmt: skip
