"""Where the demo plays: a temporary folder, and the real command line run in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from reconciler.errors import ReconcilerError


@dataclass(frozen=True, slots=True)
class Stage:
    """Says what happens, and runs commands as a user would type them."""

    styled: bool

    def say(self, text: str) -> None:
        """A paragraph for whoever watches."""
        click.echo()
        click.secho(text, fg="cyan", bold=True, color=self.styled)

    def run(self, *words: str) -> int:
        """Type a command. Returns its exit code; what it prints is seen."""
        click.echo()
        click.secho("$ " + " ".join(("reconciler", *words)), fg="green", color=self.styled)
        sys.stdout.flush()
        try:
            # click returns the code of an early exit here, and raises it only where it is the whole program.
            code = _verb(words[0]).main(list(words[1:]), standalone_mode=False) or 0
        except ReconcilerError as error:
            code = error.exit_code
        sys.stdout.flush()
        sys.stderr.flush()
        if code:
            click.secho(f"(exit code {code})", fg="yellow", color=self.styled)
        return code

    def quietly(self, *words: str) -> None:
        """Run a command whose output is not part of the story."""
        from click.testing import CliRunner

        result = CliRunner().invoke(_verb(words[0]), list(words[1:]))
        if result.exit_code:
            raise ReconcilerError("The demo could not be prepared", detail=result.output)


def _verb(name: str) -> click.Command:
    """The command of that name, as the command line would find it."""
    command: click.Command = getattr(import_module(f"reconciler.commands.{name}"), name)
    return command


@contextmanager
def elsewhere(environment: Mapping[str, str]) -> Iterator[Path]:
    """A temporary working folder, and an environment that leads to the sandbox and nowhere else."""
    before, here = dict(os.environ), Path.cwd()
    with TemporaryDirectory(prefix="reconciler-demo-") as folder:
        for name in tuple(os.environ):
            if name.startswith(("GENESYSCLOUD_", "RECONCILER_")) or name.lower().endswith("_proxy"):
                del os.environ[name]
        os.environ.update(environment)
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
