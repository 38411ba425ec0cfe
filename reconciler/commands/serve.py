"""`reconciler serve`: the catalogue over HTTP, for reading only."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconciler.commands import options
from reconciler.commands.clock import SystemClock
from reconciler.commands.export_files import place_of
from reconciler.commands.extras import needs
from reconciler.commands.inbox import callbacks
from reconciler.commands.keys import SERVER_KEY, key_of
from reconciler.commands.library import LedgerSeen, ReportBucket, ReportFolder, window_of
from reconciler.commands.options import Home
from reconciler.commands.session import tell
from reconciler.commands.workspace import Workspace, open_project
from reconciler.errors import UsageError
from reconciler.exports.places import TABLE, LocalFolder
from reconciler.model.callback import PATH
from reconciler.model.secret import NONE, Secret
from reconciler.render.legible import legible
from reconciler.state import exists

if TYPE_CHECKING:
    from reconciler.service.access import Access
    from reconciler.service.ports import Ports
    from reconciler.service.server import Tls

TOKEN: Final = "RECONCILER_SERVICE_TOKEN"

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Elsewhere than on loopback it needs a token.")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes a free one.")
@options.to
@click.option("--table", type=click.Path(path_type=Path, file_okay=False), default=None,
              help="The folder of the table; by default the folder table within --to.")  # fmt: skip
@click.option("--tls-certificate", "certificate", type=_file, help="Serve HTTPS with this certificate (PEM).")
@click.option("--tls-key", "key", type=_file, help="Its key (PEM).")
@click.option("--log-level", type=click.Choice(["info", "debug"]), default="info", show_default=True,
              help="debug shows every request on stderr.")  # fmt: skip
@options.log_format
@options.home
def serve(
    host: str,
    port: int,
    target: str,
    table: Path | None,
    certificate: Path | None,
    key: Path | None,
    log_level: str,
    home: Home,
) -> None:
    """Serve the catalogue of exports until Ctrl-C: a page at /, JSON at /catalog, Prometheus at /metrics.

    It reads the ledger and the folder with fetched exports. By default it listens on loopback only. Where
    RECONCILER_SERVICE_TOKEN is set, every request must carry that token (Authorization: Bearer).

    Where RECONCILER_SERVICE_KEY is set, it also takes the callbacks of privacy requests, asks the organisation whether
    they are true (which needs the organisation's credentials), notes that in the ledger, and forwards them to the
    receivers of service.forward in the project file.

    \b
      reconciler serve
      reconciler serve --host 0.0.0.0 --tls-certificate cert.pem --tls-key key.pem
    """
    with needs("serve"):
        from reconciler.service.app import build
        from reconciler.service.audit_numbers import AuditNumbers
        from reconciler.service.server import Server, listen, url_of
    access, tls = _access(host), _tls(certificate, key)
    workspace = open_project(home)
    if not exists(workspace.ledger):
        tell(f"There is no ledger at {workspace.ledger} yet: the first apply makes it.")
    ledger = LedgerSeen(workspace.ledger, SystemClock())
    ports = _ports(workspace, ledger, target, table)
    with callbacks(workspace, key=key_of(os.environ, SERVER_KEY), log_level=log_level) as told:
        access = replace(access, open_paths=(*access.open_paths, *told.open_paths))
        app = build(
            ports, access, tell=tell, observe=tell if log_level == "debug" else None,
            routers=told.routers, workers=told.workers, collectors=(AuditNumbers(ledger.summary), *told.collectors),
        )  # fmt: skip
        server, listener = Server(app, tls), listen(host, port)
        if access.token and tls is None and not _is_loopback(host):
            tell("Without --tls-certificate the token and the data travel unencrypted.")
        url = url_of(listener, scheme="https" if tls else "http")
        server.run(listener, lambda: tell(_greeting(url, takes_callbacks=bool(told.routers))))


def _greeting(url: str, *, takes_callbacks: bool) -> str:
    also = f" It takes callbacks below {url}{PATH}, by their tokens." if takes_callbacks else ""
    return f"The catalogue is at {url} until Ctrl-C.{also}"


def _access(host: str) -> Access:
    """Raises UsageError where the host needs a token and there is none, or one that could be guessed."""
    from reconciler.service.access import SHORTEST_TOKEN, Access

    token = os.environ.get(TOKEN, "")
    if not token and not _is_loopback(host):
        raise UsageError(
            "Elsewhere than on loopback the service needs a token",
            detail=f"{host} can be reached from other machines.",
            hint=f"Set one of at least {SHORTEST_TOKEN} characters:\nexport {TOKEN}=$(openssl rand -hex 32)",
        )
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise UsageError(
            "The service's token cannot be used",
            detail=f"{TOKEN} needs at least {SHORTEST_TOKEN} characters of ASCII, and no space.",
            hint=f"export {TOKEN}=$(openssl rand -hex 32)",
        )
    return Access(Secret(token) if token else NONE)


def _is_loopback(host: str) -> bool:
    from reconciler.service.access import is_loopback

    return is_loopback(host)


def _tls(certificate: Path | None, key: Path | None) -> Tls | None:
    from reconciler.service.server import Tls

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError("A certificate and its key belong together", detail="--tls-certificate and --tls-key.")
    return Tls(certificate, key)


def _ports(workspace: Workspace, ledger: LedgerSeen, target: str, table: Path | None) -> Ports:
    from reconciler.service.ports import Ports

    clock = SystemClock()
    place = place_of(workspace, target, None)
    return Ports(
        requests=ledger.requests,
        submissions=ledger.submissions,
        reports=ReportFolder(place.root) if isinstance(place, LocalFolder) else ReportBucket(place, clock),
        window=window_of,
        table=table or (place.root / TABLE if isinstance(place, LocalFolder) else None),
        legible=legible,
        now=clock.now,
    )
