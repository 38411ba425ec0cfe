"""`reconciler exports`: what was asked for, how far it is, and its files, proven complete."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.apply.resolving import adopt, resubmit
from reconciler.commands import options
from reconciler.commands.export_files import exports_in, fetched, folder_of, is_tabular, normalised, place_of
from reconciler.commands.exporting import Work, awaited, chosen_of, looked, name_of, working
from reconciler.commands.extras import needs
from reconciler.commands.outputs import appearance, parse_outputs
from reconciler.commands.workspace import open_project
from reconciler.errors import ReconcilerError, UsageError
from reconciler.exports.fetching import Verdict
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.request import Requested, Stage
from reconciler.render import request_text, requests_json, requests_text
from reconciler.state import open_ledger

addresses = click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
to = click.option(
    "--to", "target", metavar="FOLDER|URL", default="exports", show_default=True,
    help="Where exports lie, each in a folder of its own: a folder, or s3://BUCKET/PREFIX, gs://..., az://...",
)  # fmt: skip
staging = click.option(
    "--staging", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="Where files are proven on their way to or from a bucket; by default exports-staging beside the ledger.",
)  # fmt: skip


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
@options.directory
@options.project_file
@options.outputs
def list_requests(directory: Path, project_file: Path | None, outputs: tuple[str, ...]) -> None:
    """List every request that was ever made, as it was last seen. Asks nobody."""
    target = parse_outputs(outputs)
    with target.failing_loudly():
        with open_ledger(open_project(directory, project_file).ledger, writable=False) as ledger:
            requests = tuple(ledger.requests().values())
        target.show(_Listed(requests))


@exports.command("show")
@addresses
@options.directory
@options.project_file
def show_requests(addresses: tuple[str, ...], directory: Path, project_file: Path | None) -> None:
    """Show everything that is known of requests, by address, id or key. Asks nobody."""
    styled, width = appearance(sys.stdout)
    with open_ledger(open_project(directory, project_file).ledger, writable=False) as ledger:
        chosen = chosen_of(ledger, addresses)
    click.echo("\n\n".join(request_text(request, styled=styled, width=width) for request in chosen))


@exports.command("status")
@addresses
@options.directory
@options.project_file
@options.outputs
@options.organisation
def status(addresses: tuple[str, ...], outputs: tuple[str, ...], **where: Any) -> None:
    """Ask the organisation once how far requests are."""
    target = parse_outputs(outputs)
    with target.failing_loudly(), working(**where) as work:
        seen = looked(work, addresses)
        target.show(_Listed(seen))


@exports.command("wait")
@addresses
@options.directory
@options.project_file
@options.outputs
@options.organisation
@click.pass_context
def wait(ctx: click.Context, /, addresses: tuple[str, ...], outputs: tuple[str, ...], **where: Any) -> None:
    """Follow requests until they have ended; exits 1 when one has failed. --timeout bounds the waiting."""
    target = parse_outputs(outputs)
    with target.failing_loudly(), working(**where) as work:
        ended = awaited(work, addresses)
        target.show(_Listed(ended))
    if any(request.stage is Stage.FAILED for request in ended):
        ctx.exit(1)


@exports.command("fetch")
@addresses
@to
@staging
@options.directory
@options.project_file
@options.organisation
def fetch_files(addresses: tuple[str, ...], target: str, staging: Path | None, **where: Any) -> None:
    """Fetch the files of completed requests, prove them complete, and write a report beside them.

    What is there and right is not fetched again; what was cut off is resumed. In a bucket, a file appears when it has
    been proven; credentials and endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...).
    """
    with working(**where) as work:
        place = place_of(work.workspace, target, staging)
        chosen = looked(work, addresses)
        if addresses:
            _check_completed(chosen)
        completed = [request for request in chosen if request.stage is Stage.COMPLETED]
        if not completed:
            raise UsageError("Nothing to fetch", detail="No request is completed.", hint="reconciler exports wait")
        for request in completed:
            files = fetched(work, request, place)
            size, folder = sum(file.size for file in files), place.shown(folder_of(request))
            click.echo(f"{name_of(request)}: {len(files)} file(s), {size:,} bytes, verified, in {folder}")


@exports.command("normalise")
@addresses
@to
@staging
@click.option(
    "--table",
    "table",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="The folder of the table; by default the folder table within --to.",
)
@click.option(
    "--format",
    "written",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    default="parquet",
    show_default=True,
    help="Of the table's files.",
)
@options.directory
@options.project_file
@options.log_level
def normalise_files(
    addresses: tuple[str, ...],
    target: str,
    staging: Path | None,
    table: Path | None,
    written: str,
    directory: Path,
    project_file: Path | None,
    log_level: str,
) -> None:
    """Make one table of fetched data exports: typed columns, the rest untouched in one column of JSON.

    What is malformed goes to a quarantine file beside, and the counts add up. DuckDB, Spark and Trino read the folder.
    """
    with needs("exports"):
        from reconciler.exports.normalising import Output
    workspace = open_project(directory, project_file)
    place = place_of(workspace, target, staging)
    with open_ledger(workspace.ledger, writable=False) as ledger:
        chosen = [request for request in chosen_of(ledger, addresses) if is_tabular(request)]
    found = exports_in(place, chosen)
    if not found:
        detail = f"No data export has been fetched to {target}."
        raise UsageError("Nothing to normalise", detail=detail, hint="reconciler exports fetch")
    for export in found:
        results = normalised(export, place, table=table, output=Output(written), log_level=log_level)
        records, aside = sum(each.records for each in results), sum(each.quarantined for each in results)
        click.echo(
            f"{name_of(export.request)}: {records:,} record(s), {records - aside:,} in"
            f" {table or place.shown('table')}, {aside:,} in quarantine"
        )


@exports.command("verify")
@addresses
@to
@options.directory
@options.project_file
@click.pass_context
def verify_files(
    ctx: click.Context, addresses: tuple[str, ...], target: str, directory: Path, project_file: Path | None
) -> None:
    """Read fetched files again and compare every hash with the report. Asks nobody; exits 1 when one differs."""
    workspace = open_project(directory, project_file)
    place = place_of(workspace, target, None)
    with open_ledger(workspace.ledger, writable=False) as ledger:
        chosen = chosen_of(ledger, addresses)
    found = exports_in(place, chosen)
    if not found:
        raise UsageError(
            "Nothing to verify", detail=f"There is no report below {target}.", hint="reconciler exports fetch"
        )
    wrong = False
    for export in found:
        name = name_of(export.request)
        verdict = place.verify(folder_of(export.request), export.files, export=name, stop=threading.Event())
        wrong = wrong or not verdict.is_right
        click.echo(f"{name}: {_said(verdict)}")
    if wrong:
        ctx.exit(1)


@exports.command("resolve")
@click.argument("address")
@click.option("--adopt", "adopted", metavar="ID", default="", help="The request with this id is the one.")
@click.option("--resubmit", is_flag=True, help="None of them is: submit it again now.")
@options.directory
@options.project_file
@options.organisation
def resolve(address: str, adopted: str, resubmit: bool, **where: Any) -> None:
    """Say what became of a submission that is in doubt, where several requests could be it."""
    if bool(adopted) == resubmit:
        raise UsageError("Say one of the two", detail="Either --adopt ID or --resubmit.")
    with working(**where) as work:
        _resolve(work, _parsed(address), adopted)


def _check_completed(requests: Sequence[Requested]) -> None:
    for request in requests:
        if request.stage is Stage.FAILED:
            raise ReconcilerError(
                "The request has failed",
                detail=f"{name_of(request)}: {request.reason or 'the organisation gives no reason'}.",
                hint="To ask again, raise generation in its manifest.",
            )
        if request.stage is Stage.UNDER_WAY:
            raise UsageError(
                "The request is not completed yet",
                detail=f"{name_of(request)} is {request.status}.",
                hint=f"reconciler exports wait {request.address}",
            )


def _said(verdict: Verdict) -> str:
    said = [f"missing: {name}" for name in verdict.missing] + [f"changed: {name}" for name in verdict.changed]
    return "; ".join(said) or "every file is as it was fetched"


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
