"""`reconciler sandbox`: a simulated organisation on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.commands.extras import needs
from reconciler.errors import UsageError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--load", type=click.Path(path_type=Path), help="Start from this state (YAML or JSON).")
@click.option("--save", type=click.Path(path_type=Path), help="Write the state here at the end.")
@click.option("--faults", type=click.Path(path_type=Path), help="Play the faults in this file.")
@click.option("--seed", help="Make the ids deterministic.")
@click.option("--clock", help="real, frozen, or an instant to be frozen at.")
def sandbox(
    port: int, load: Path | None, save: Path | None, faults: Path | None, seed: str | None, clock: str | None
) -> None:
    """Run a simulated Genesys Cloud organisation until Ctrl-C. It listens on loopback only.

    It prints the lines to export so that another terminal talks to it. The credentials are sandbox / sandbox, with
    every scope; a file for --load can define narrower clients.

    \b
      reconciler sandbox
      reconciler sandbox --load state.json --save state.json
    """
    with needs("sandbox"):
        import reconciler.sandbox.foreground  # noqa: F401  what it needs is missed here, not later
        from reconciler.sandbox import SandboxError, serve
    try:
        serve(port, load, save, faults, _ready, seed=seed, clock=clock)
    except SandboxError as error:
        raise UsageError(error.summary, detail=error.detail, where=error.where) from None


def _ready(url: str, environment: Mapping[str, str]) -> None:
    click.echo(f"# A simulated organisation listens at {url} until Ctrl-C. In another terminal:", err=True)
    for name, value in environment.items():
        click.echo(f"export {name}={value}")
