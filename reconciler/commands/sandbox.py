"""`reconciler sandbox`: a simulated organisation on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.commands.extras import needs
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.sandbox.environment import Addresses


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--user-port", type=click.IntRange(0, 65535), help="Of the archive and the receivers; the one after --port."
)
@click.option("--load", type=click.Path(path_type=Path), help="Start from this state (YAML or JSON).")
@click.option("--save", type=click.Path(path_type=Path), help="Write the state here at the end.")
@click.option("--faults", type=click.Path(path_type=Path), help="Play the faults in this file.")
@click.option("--seed", help="Make the ids deterministic.")
@click.option("--clock", help="real, frozen, or an instant to be frozen at.")
def sandbox(
    port: int,
    user_port: int | None,
    load: Path | None,
    save: Path | None,
    faults: Path | None,
    seed: str | None,
    clock: str | None,
) -> None:
    """Run a simulated Genesys Cloud organisation until Ctrl-C. It listens on loopback only.

    It prints the lines to export so that another terminal talks to it. The credentials are sandbox / sandbox, with
    every scope; a file for --load can define narrower clients. Beside it, at a port of its own, is what a user has: an
    archive for strategies, and receivers for notifications and for the events of webhooks.

    \b
      reconciler sandbox
      reconciler sandbox --load state.json --save state.json
    """
    with needs("sandbox"):
        import reconciler.sandbox.foreground  # noqa: F401  what it needs is missed here, not later
        from reconciler.sandbox import SandboxError, serve
    try:
        serve(port, load, save, faults, _ready, user_port=port_beside(port, user_port), seed=seed, clock=clock)
    except SandboxError as error:
        raise UsageError(error.summary, detail=error.detail, where=error.where) from None


def port_beside(port: int, given: int | None) -> int:
    """One that manifests can name: it is the next, unless the organisation itself takes any."""
    if given is not None:
        return given
    return port + 1 if 0 < port < 65535 else 0


def _ready(addresses: Addresses, environment: Mapping[str, str]) -> None:
    """What can be exported goes to stdout, so that a shell may read it; all else is for people."""
    url = addresses.organisation
    click.echo(f"# A simulated organisation listens at {url} until Ctrl-C. In another terminal:", err=True)
    for name, value in environment.items():
        click.echo(f"export {name}={value}")
    click.echo("# What is the user's own, for manifests that name it:", err=True)
    for name in ("archives", "notifications", "events"):
        click.echo(f"#   {getattr(addresses, name)}", err=True)
