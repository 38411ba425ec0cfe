"""What the program says on stderr while it works: lines for people, or on request one JSON object a line."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import click

from reconciler.commands.clock import SystemClock
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.model.values import Json

FORMAT: Final = "RECONCILER_LOG_FORMAT"


def is_json() -> bool:
    """Whether somebody asked for objects: with the variable, or with `--log-format`, which sets it."""
    return os.environ.get(FORMAT) == "json"


def is_watched() -> bool:
    """Whether a person looks at stderr on a terminal that may move: then there are progress bars."""
    return not is_json() and sys.stderr is not None and sys.stderr.isatty() and "NO_COLOR" not in os.environ


def tell(text: str, *, level: str = "info", **members: Json) -> None:
    """A line. `members` are what a program would otherwise have to find in the text. Work goes on when nobody reads it
    any more."""
    with suppress(OSError, ValueError):
        click.echo(_object(text, level, members) if is_json() else text, err=True)


def tell_error(error: ReconcilerError) -> None:
    """Why a run failed, in its four parts."""
    from reconciler.render import error_text

    if is_json():
        said = {name: text for name in ("detail", "hint", "where") if (text := getattr(error, name))}
        tell(error.summary, level="error", exit_code=error.exit_code, **said)
        return
    with suppress(OSError):
        click.echo(error_text(error, styled=is_watched()), err=True)


def _object(text: str, level: str, members: dict[str, Json]) -> str:
    from reconciler.render import log_line

    return log_line(text, at=SystemClock().now(), level=level, members=members)
