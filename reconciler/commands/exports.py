"""`reconciler exports`: what was asked for, how far it is, and its files, proven complete."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import orjson

from reconciler.apply import Run, follow, start
from reconciler.apply.requesting import FIRST_WAIT, LONGEST_WAIT, resolve_by_hand
from reconciler.commands import options
from reconciler.commands.apply import DECIDING
from reconciler.commands.extras import needs
from reconciler.commands.outputs import appearance, parse_outputs
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session, session
from reconciler.commands.workspace import Workspace, open_project
from reconciler.errors import Interrupted, ReconcilerError, UsageError
from reconciler.exports.fetching import Checksum, Event, Manner, Progress, fetch, read_download, read_files, verify
from reconciler.exports.report import FILE_NAME, files_of, report_of
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.kind import Kind
from reconciler.model.observed import Organisation
from reconciler.model.plan import Plan
from reconciler.model.ports import Ledger
from reconciler.model.request import Requested, Stage
from reconciler.model.values import Json
from reconciler.render import request_text, requests_json, requests_text
from reconciler.state import hold, open_ledger

DEFAULT_FOLDER = Path("exports")
LOCK_PATIENCE = 10.0
"""Seconds to wait for the ledger while an apply works."""

addresses = click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
folder = click.option(
    "--to", "target", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT_FOLDER, show_default=True,
    help="The folder with a folder for each export.",
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
        chosen = _chosen(ledger, addresses)
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
    with target.failing_loudly(), _working(**where) as work:
        seen = _looked(work, addresses)
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
    with target.failing_loudly(), _working(**where) as work:
        ended = _awaited(work, addresses)
        target.show(_Listed(ended))
    if any(request.stage is Stage.FAILED for request in ended):
        ctx.exit(1)


@exports.command("fetch")
@addresses
@folder
@options.directory
@options.project_file
@options.organisation
def fetch_files(addresses: tuple[str, ...], target: Path, **where: Any) -> None:
    """Fetch the files of completed requests, prove them complete, and write a report beside them.

    What is there and right is not fetched again; what was cut off is resumed.
    """
    with _working(**where) as work:
        chosen = _looked(work, addresses)
        if addresses:
            _check_completed(chosen)
        completed = [request for request in chosen if request.stage is Stage.COMPLETED]
        if not completed:
            raise UsageError("Nothing to fetch", detail="No request is completed.", hint="reconciler exports wait")
        for request in completed:
            files = _fetched(work, request, target)
            size, place = sum(file.size for file in files), _folder(target, request)
            click.echo(f"{_name(request)}: {len(files)} file(s), {size:,} bytes, verified, in {place}")


@exports.command("normalise")
@addresses
@folder
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
def normalise_files(
    addresses: tuple[str, ...],
    target: Path,
    table: Path | None,
    written: str,
    directory: Path,
    project_file: Path | None,
) -> None:
    """Make one table of fetched data exports: typed columns, the rest untouched in one column of JSON.

    What is malformed goes to a quarantine file beside, and the counts add up. DuckDB, Spark and Trino read the folder.
    """
    with needs("exports"):
        from reconciler.exports.normalising import Output, normalise_all
    with open_ledger(open_project(directory, project_file).ledger, writable=False) as ledger:
        chosen = [request for request in _chosen(ledger, addresses) if _is_tabular(request, target)]
    if not chosen:
        detail = f"No data export has been fetched to {target}."
        raise UsageError("Nothing to normalise", detail=detail, hint="reconciler exports fetch")
    table = table or target / "table"
    for request in chosen:
        place = _folder(target, request)
        files = _reported(place)
        results = normalise_all(
            files, export_id=request.live_id, source=place, target=table, output=Output(written), emit=_nobody
        )
        records, aside = sum(each.records for each in results), sum(each.quarantined for each in results)
        _write_report(place, request, files, records=records, table=[each.target.name for each in results])
        click.echo(f"{_name(request)}: {records:,} record(s), {records - aside:,} in {table}, {aside:,} in quarantine")


@exports.command("verify")
@addresses
@folder
@options.directory
@options.project_file
@click.pass_context
def verify_files(
    ctx: click.Context, addresses: tuple[str, ...], target: Path, directory: Path, project_file: Path | None
) -> None:
    """Read fetched files again and compare every hash with the report. Asks nobody; exits 1 when one differs."""
    with open_ledger(open_project(directory, project_file).ledger, writable=False) as ledger:
        chosen = [request for request in _chosen(ledger, addresses) if (_folder(target, request) / FILE_NAME).exists()]
    if not chosen:
        raise UsageError(
            "Nothing to verify", detail=f"There is no report below {target}.", hint="reconciler exports fetch"
        )
    wrong = False
    for request in chosen:
        place = _folder(target, request)
        verdict = verify(place, _reported(place), export=_name(request), stop=threading.Event())
        wrong = wrong or not verdict.is_right
        said = [f"missing: {name}" for name in verdict.missing] + [f"changed: {name}" for name in verdict.changed]
        click.echo(f"{_name(request)}: {'; '.join(said) or 'every file is as it was fetched'}")
    if wrong:
        ctx.exit(1)


@exports.command("resolve")
@click.argument("address")
@click.option("--adopt", "adopted", metavar="ID", default="", help="The request with this id is the one.")
@click.option("--resubmit", is_flag=True, help="None of them is: submit it again at the next apply.")
@options.directory
@options.project_file
@options.organisation
def resolve(address: str, adopted: str, resubmit: bool, **where: Any) -> None:
    """Say what became of a submission that is in doubt, where several requests could be it."""
    if bool(adopted) == resubmit:
        raise UsageError("Say one of the two", detail="Either --adopt ID or --resubmit.")
    with _working(**where) as work:
        _resolve(work, _parsed(address), adopted)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the verbs that ask the organisation work with."""

    session: Session
    workspace: Workspace
    organisation: Organisation

    @contextmanager
    def noting(self) -> Iterator[Run]:
        """The ledger under its lock, for as long as one look takes: who waits for hours must not keep apply waiting."""
        file, clock = self.workspace.ledger, self.session.clock
        with (
            hold(file, clock, timeout=LOCK_PATIENCE, command="reconciler exports"),
            open_ledger(file, self.organisation, writable=True) as ledger,
        ):
            plan = Plan(self.organisation, "", "", "", "", self.workspace.project)
            yield start(
                plan, "", kinds=KINDS, api=self.session.client, ledger=ledger, deciding=DECIDING, clock=clock,
                emit=_nobody, stop=self.session.stop,
            )  # fmt: skip


@contextmanager
def _working(
    *, directory: Path, project_file: Path | None, parallelism: int, timeout: float | None, log_level: str
) -> Iterator[_Work]:
    workspace = open_project(directory, project_file)
    with session(workspace, parallelism=parallelism, timeout=timeout, log_level=log_level) as run:
        organisation = run.client.organisation()
        check_organisation(workspace, organisation)
        yield _Work(run, workspace, organisation)


def _nobody(_: object) -> None:
    """Nobody watches single steps here."""


def _chosen(ledger: Ledger, stated: Sequence[str]) -> list[Requested]:
    """The requests with these addresses, ids or keys; without any, all that are not forgotten. Raises UsageError."""
    known = list(ledger.requests().values())
    if not stated:
        return [request for request in known if not request.forgotten]
    chosen: dict[str, Requested] = {}
    for text in stated:
        found = [request for request in known if text in (str(request.address), request.live_id, request.key)]
        if not found:
            hint = "List what it knows:\nreconciler exports list"
            raise UsageError("The ledger knows no such request", detail=text, hint=hint)
        chosen |= {request.key: request for request in found}
    return list(chosen.values())


def _kind(request: Requested) -> Kind:
    kind = KINDS.get(request.address.kind)
    if kind is None or kind.asking is None:
        raise UsageError("Unknown kind", detail=f"This version knows no requests of kind {request.address.kind}.")
    return kind


def _looked(work: _Work, stated: Sequence[str]) -> list[Requested]:
    """The chosen requests, as they are now."""
    with work.noting() as run:
        return [_asked(run, request) for request in _chosen(run.ledger, stated)]


def _asked(run: Run, request: Requested) -> Requested:
    return follow(run, _kind(request), request) if request.stage is Stage.UNDER_WAY else request


def _awaited(work: _Work, stated: Sequence[str]) -> list[Requested]:
    """Follow with growing waits. Raises OutOfTime, Interrupted."""
    seconds = FIRST_WAIT
    while True:
        seen = _looked(work, stated)
        left = [request for request in seen if request.stage is Stage.UNDER_WAY]
        if not left:
            return seen
        if work.session.stop.is_set():
            raise Interrupted("Interrupted", detail="The requests go on; wait again to follow them.")
        work.session.say(f"{len(left)} request(s) under way")
        work.session.clock.sleep(seconds)
        seconds = min(seconds * 2, LONGEST_WAIT)


def _check_completed(requests: Sequence[Requested]) -> None:
    for request in requests:
        if request.stage is Stage.FAILED:
            raise ReconcilerError(
                "The request has failed",
                detail=f"{_name(request)}: {request.reason or 'the organisation gives no reason'}.",
                hint="To ask again, raise generation in its manifest.",
            )
        if request.stage is Stage.UNDER_WAY:
            raise UsageError(
                "The request is not completed yet",
                detail=f"{_name(request)} is {request.status}.",
                hint=f"reconciler exports wait {request.address}",
            )


def _is_tabular(request: Requested, target: Path) -> bool:
    """Whether the files are there, and of a sort of which tables are made: lists of files are, single downloads not."""
    asking = _kind(request).asking
    return asking is not None and bool(asking.files) and (_folder(target, request) / FILE_NAME).exists()


def _fetched(work: _Work, request: Requested, target: Path) -> tuple[LocalFile, ...]:
    kind, place = _kind(request), _folder(target, request)
    stated = kind.asking is not None and bool(kind.asking.files)
    known = _reported(place) if (place / FILE_NAME).exists() else ()
    how = replace(Manner(), checksum=Checksum.STATED if stated else Checksum.OURS, parallel=work.session.parallelism)
    files = fetch(
        _listing(work, kind, request), place, export=_name(request), how=how, clock=work.session.clock,
        emit=_telling(work.session), stop=work.session.stop, known=known,
    )  # fmt: skip
    if files != known:  # else the report says more already: how many records they hold
        _write_report(place, request, files)
    return files


def _listing(work: _Work, kind: Kind, request: Requested) -> Callable[[], Sequence[RemoteFile]]:
    asking, name = kind.asking, _name(request)

    def listed() -> Sequence[RemoteFile]:
        if asking is not None and asking.files:
            return read_files(work.session.client.files(kind, request.live_id), export=name)
        entity = work.session.client.get(kind, request.live_id)
        uri = entity.body.get(asking.download) if entity is not None and asking is not None else None
        return (read_download(uri, format=str(request.body.get("format", "")), export=name),)

    return listed


def _telling(run: Session) -> Callable[[Event], None]:
    """Retries on a line each; progress is not worth one."""

    def tell(event: Event) -> None:
        if not isinstance(event, Progress):
            run.say(f"{event.name}: {event.why} Trying again in {event.wait:.0f} s.")

    return tell


def _write_report(
    place: Path, request: Requested, files: Sequence[LocalFile], *, records: int | None = None, table: Json = None
) -> None:
    report = report_of(
        export_id=request.live_id, status=request.status, address=str(request.address), request=request.body,
        folder=place.name, files=files, total_records=records, table=table,
    )  # fmt: skip
    content = orjson.dumps(report, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    hidden = place / f".{FILE_NAME}.new"
    try:
        descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(place / FILE_NAME)
    except OSError as error:
        raise ReconcilerError(
            "The report cannot be written", detail=error.strerror or str(error), where=str(place / FILE_NAME)
        ) from None


def _reported(place: Path) -> tuple[LocalFile, ...]:
    try:
        return files_of(orjson.loads((place / FILE_NAME).read_bytes()))
    except (OSError, ValueError) as error:
        raise ReconcilerError(
            "The report cannot be read", detail=f"{error}.", hint="Delete it and fetch again.",
            where=str(place / FILE_NAME),
        ) from None  # fmt: skip


def _folder(target: Path, request: Requested) -> Path:
    """By the key: two exports never share one, and no name that the organisation gives becomes a path."""
    return target / f"{request.address.name}-{request.key}"


def _name(request: Requested) -> str:
    return f"{request.address} {request.part}/{request.parts}" if request.parts > 1 else str(request.address)


def _parsed(address: str) -> Address:
    try:
        return Address.parse(address)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.", hint="Write Kind/name.") from None


def _resolve(work: _Work, address: Address, adopted: str) -> None:
    with work.noting() as run:
        resolved = resolve_by_hand(run, KINDS, address, adopted)
    if not resolved:
        raise UsageError("Nothing is in doubt", detail=f"No submission of {address} is open.")
    click.echo(f"{resolved} submission(s) of {address} resolved.")
