"""`reconciler exports`: what was asked for, how far it is, and its files, proven complete."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from reconciler.apply.resolving import adopt, resubmit
from reconciler.commands import options
from reconciler.commands.completing import complete_addresses
from reconciler.commands.export_verbs import fetch_files, normalise_files, verify_files
from reconciler.commands.exporting import Work, addresses, awaited, chosen_of, looked, working
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Calling, Home
from reconciler.commands.outputs import appearance, parse_outputs
from reconciler.commands.workspace import open_project
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.request import Requested, Stage
from reconciler.render import request_text, requests_json, requests_text


@dataclass(frozen=True, slots=True)
class _Listed:
    """Requests as a result."""

    requests: Sequence[Requested]

    def human(self, *, styled: bool, width: int) -> str:
        return requests_text(self.requests, styled=styled, width=width)

    def json(self) -> bytes:
        return requests_json(self.requests)


@click.group()
def exports() -> None:
    """Requests: list them, follow them, fetch and verify their files. `apply` makes them.

    \b
      reconciler exports list
      reconciler exports wait DataExport/conversations_2026_10
      reconciler exports fetch DataExport/conversations_2026_10 --to exports
      reconciler exports fetch --to s3://governance/exports
      reconciler exports normalise DataExport/conversations_2026_10
      reconciler exports verify
    """


@exports.command("list")
@options.home
@options.outputs
def list_requests(home: Home, outputs: tuple[str, ...]) -> None:
    """List every request that was ever made, as it was last seen. Asks nobody."""
    target = parse_outputs(outputs)
    with target.failing_loudly():
        with read_ledger(open_project(home)) as ledger:
            requests = tuple(ledger.requests().values())
        target.show(_Listed(requests))


@exports.command("show")
@addresses
@options.home
def show_requests(addresses: tuple[str, ...], home: Home) -> None:
    """Show everything that is known of requests, by address, id or key. Asks nobody."""
    styled, width = appearance(sys.stdout)
    with read_ledger(open_project(home)) as ledger:
        chosen = chosen_of(ledger, addresses)
    click.echo("\n\n".join(request_text(request, styled=styled, width=width) for request in chosen))


@exports.command("status")
@addresses
@options.home
@options.outputs
@options.organisation
def status(addresses: tuple[str, ...], outputs: tuple[str, ...], home: Home, calling: Calling) -> None:
    """Ask the organisation once how far requests are."""
    target = parse_outputs(outputs)
    with target.failing_loudly(), working(home, calling) as work:
        seen = looked(work, addresses)
        target.show(_Listed(seen))


@exports.command("wait")
@addresses
@options.home
@options.outputs
@options.organisation
@click.pass_context
def wait(
    ctx: click.Context, /, addresses: tuple[str, ...], outputs: tuple[str, ...], home: Home, calling: Calling
) -> None:
    """Follow requests until they have ended; exits 1 when one has failed. --timeout bounds the waiting."""
    target = parse_outputs(outputs)
    with target.failing_loudly(), working(home, calling) as work:
        ended = awaited(work, addresses)
        target.show(_Listed(ended))
    if any(request.stage is Stage.FAILED for request in ended):
        ctx.exit(1)


for verb in (fetch_files, normalise_files, verify_files):
    exports.add_command(verb)


@exports.command("resolve")
@click.argument("address", shell_complete=complete_addresses)
@click.option("--adopt", "adopted", metavar="ID", default="", help="The request with this id is the one.")
@click.option("--resubmit", is_flag=True, help="None of them is: submit it again now.")
@options.home
@options.organisation
def resolve(address: str, adopted: str, resubmit: bool, home: Home, calling: Calling) -> None:
    """Say what became of a submission that is in doubt, where several requests could be it."""
    if bool(adopted) == resubmit:
        raise UsageError("Say one of the two", detail="Either --adopt ID or --resubmit.")
    with working(home, calling) as work:
        _resolve(work, _parsed(address), adopted)


def _parsed(address: str) -> Address:
    try:
        return Address.parse(address)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.", hint="Write Kind/name.") from None


def _resolve(work: Work, address: Address, adopted: str) -> None:
    with work.noting() as run:
        if not adopted:
            click.echo(f"{resubmit(run, KINDS, address)} submission(s) of {address} sent again.")
            return
        left = adopt(run, KINDS, address, adopted)
    more = f" {left} more of its submissions are in doubt." if left else ""
    click.echo(f"{adopted} is {address}'s.{more}")
