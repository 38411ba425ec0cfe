"""Where the demo plays: a temporary folder, and the real command line run in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
        from reconciler.cli.boundary import program

        click.echo()
        click.secho("$ " + " ".join(("reconciler", *words)), fg="green", color=self.styled)
        sys.stdout.flush()
        try:
            program.main(list(words), standalone_mode=False)
            code = 0
        except click.exceptions.Exit as error:
            code = error.exit_code
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

        from reconciler.cli.boundary import program

        result = CliRunner().invoke(program, list(words))
        if result.exit_code:
            raise ReconcilerError("The demo could not be prepared", detail=result.output)


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
