"""The verbs of `reconciler exports` that are about files: fetched, made a table of, verified."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.export_files import exports_in, fetched, folder_of, is_tabular, normalised, place_of
from reconciler.commands.exporting import Work, addresses, chosen_of, looked, name_of, working
from reconciler.commands.extras import needs
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Calling, Home
from reconciler.commands.workspace import open_project
from reconciler.errors import FATAL, Interrupted, ReconcilerError, UsageError
from reconciler.exports.fetching import Verdict
from reconciler.exports.places import Place
from reconciler.model.request import Requested, Stage

staging = click.option(
    "--staging", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="Where files are proven on their way to or from a bucket; by default exports-staging beside the ledger.",
)  # fmt: skip


@click.command("fetch")
@addresses
@options.to
@staging
@options.home
@options.organisation
def fetch_files(addresses: tuple[str, ...], target: str, staging: Path | None, home: Home, calling: Calling) -> None:
    """Fetch the files of completed requests, prove them complete, and write a report beside them.

    What is there and right is not fetched again; what was cut off is resumed. In a bucket, a file appears when it has
    been proven; credentials and endpoint come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...).
    """
    with working(home, calling) as work:
        place = place_of(work.workspace, target, staging)
        chosen = looked(work, addresses)
        if addresses:
            _check_completed(chosen)
        completed = [request for request in chosen if request.stage is Stage.COMPLETED]
        if not completed:
            raise UsageError("Nothing to fetch", detail="No request is completed.", hint="reconciler exports wait")
        for request in chosen:
            if request not in completed:
                work.session.say(f"{name_of(request)} is {request.status}: there is nothing of it to fetch.")
        _raise_all([trouble for request in completed if (trouble := _fetch(work, request, place)) is not None])


def _fetch(work: Work, request: Requested, place: Place) -> ReconcilerError | None:
    """Why one export could not be had: the others are had all the same. Raises what ends a run."""
    try:
        files = fetched(work, request, place)
    except (*FATAL, Interrupted):
        raise
    except ReconcilerError as error:
        return error
    size, folder = sum(file.size for file in files), place.shown(folder_of(request))
    proof = "verified" if is_tabular(request) else "hashed"  # nobody states a checksum of a single download
    click.echo(f"{name_of(request)}: {len(files)} file(s), {size:,} bytes, {proof}, in {folder}")
    return None


def _raise_all(errors: Sequence[ReconcilerError]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        detail = "\n".join(f"{e.where}: {e.summary}. {e.detail}".rstrip() for e in errors)
        hint = "\n".join(dict.fromkeys(e.hint for e in errors if e.hint))
        raise ReconcilerError("Several exports were not fetched", detail=detail, hint=hint)


@click.command("normalise")
@addresses
@options.to
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
@options.home
@options.log_level
def normalise_files(
    addresses: tuple[str, ...],
    target: str,
    staging: Path | None,
    table: Path | None,
    written: str,
    home: Home,
    log_level: str,
) -> None:
    """Make one table of fetched data exports: typed columns, the rest untouched in one column of JSON.

    What is malformed goes to a quarantine file beside, and the counts add up. DuckDB, Spark and Trino read the folder.
    """
    with needs("exports"):
        from reconciler.exports.normalising import Output
    workspace = open_project(home)
    place = place_of(workspace, target, staging)
    with read_ledger(workspace) as ledger:
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
        for kept in (each.quarantine for each in results if each.quarantine is not None):
            click.echo(f"  {table or place.shown('table')}/{kept.parent.name}/{kept.name}")


@click.command("verify")
@addresses
@options.to
@options.home
@click.pass_context
def verify_files(ctx: click.Context, addresses: tuple[str, ...], target: str, home: Home) -> None:
    """Read fetched files again and compare every hash with the report. Asks nobody; exits 1 when one differs."""
    workspace = open_project(home)
    place = place_of(workspace, target, None)
    with read_ledger(workspace) as ledger:
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
    verdicts = ["; ".join(said) or "every file is as it was fetched"]
    return "; ".join(verdicts + [f"extra: {name}" for name in verdict.extra])
