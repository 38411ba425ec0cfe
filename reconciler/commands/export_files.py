"""The files of a request where exports lie: fetched, made a table of, and reported on beside them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.apply.records import stamp
from reconciler.commands.clock import SystemClock
from reconciler.commands.exporting import Work, kind_of, name_of
from reconciler.commands.extras import needs
from reconciler.commands.ledgers import staging_beside
from reconciler.commands.transfers import Watcher, watching
from reconciler.commands.workspace import Workspace
from reconciler.exports.fetching import Checksum, Event, Manner, Progress, read_download, read_files
from reconciler.exports.places import Fetching, Normalising, Place, open_place
from reconciler.exports.report import Report, files_of, report_of
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.kind import Kind
from reconciler.model.ports import AuditEntry, Clock
from reconciler.model.request import Requested
from reconciler.model.transfer import Transfer
from reconciler.model.values import Json

if TYPE_CHECKING:
    from reconciler.exports import normalising
    from reconciler.exports.normalising import Normalised, Output

STAGING = "exports-staging"


@dataclass(frozen=True, slots=True)
class Export:
    """A request whose files are in a place, with their report."""

    request: Requested
    files: tuple[LocalFile, ...]


def place_of(workspace: Workspace, target: str, staging: Path | None) -> Place:
    """The place that `--to` names. Raises UsageError."""
    with needs("buckets"):
        here = staging or staging_beside(workspace.root, workspace.ledger) / STAGING
        return open_place(target, staging=here, environment=os.environ)


def exports_in(place: Place, requests: Sequence[Requested]) -> list[Export]:
    """Those of the requests that have been fetched to the place."""
    reports = ((request, place.report(folder_of(request))) for request in requests)
    return [Export(request, files_of(report)) for request, report in reports if report is not None]


def is_tabular(request: Requested) -> bool:
    """Whether its files are of a sort of which tables are made: lists of files are, single downloads not."""
    asking = kind_of(request).asking
    return asking is not None and bool(asking.files)


def fetched(work: Work, request: Requested, place: Place) -> tuple[LocalFile, ...]:
    kind, folder = kind_of(request), folder_of(request)
    checksum = Checksum.STATED if is_tabular(request) else Checksum.OURS
    report = place.report(folder)
    known = () if report is None else files_of(report)
    with watching(name_of(request), log_level=work.session.log_level, clock=work.session.clock) as watcher:
        fetching = Fetching(
            _listing(work, kind, request), export=name_of(request),
            how=replace(
                Manner(), checksum=checksum, parallel=work.session.parallelism, deadline=work.session.deadline
            ),
            clock=work.session.clock, emit=_telling(watcher), stop=work.session.stop, known=known,
        )  # fmt: skip
        files = place.fetch(folder, fetching)
    if known and checksum is Checksum.OURS and files != known:
        work.session.say(f"{name_of(request)}: what the organisation gives now is another file than the one before.")
    if files != known:  # else the report says more already: how many records they hold
        place.write_report(folder, report_on(request, files))
        work.note(_entry(request, files, place.shown(folder), at=work.session.clock.now()))
    return files


def _entry(request: Requested, files: Sequence[LocalFile], where: str, *, at: float) -> AuditEntry:
    """Data left the organisation: by whom, when, how much, where to."""
    summary = (f"files:{len(files)}", f"bytes:{sum(file.size for file in files)}")
    return AuditEntry(
        stamp(at), "EXPORT_FETCHED", str(request.address), request.live_id, "SUCCESS", request.seal,
        request_id=request.key, summary=summary, detail=where,
    )  # fmt: skip


def normalised(
    export: Export, place: Place, *, table: Path | None, output: Output, log_level: str
) -> tuple[Normalised, ...]:
    """The files as parts of the table, and their report saying so."""
    folder, clock = folder_of(export.request), SystemClock()
    with watching(name_of(export.request), log_level=log_level, clock=clock) as watcher:
        emit = _following(export.files, clock, watcher)
        wanted = Normalising(export.request.live_id, output=output, emit=emit, table=table)
        results = place.normalise(folder, export.files, wanted)
    records, names = sum(each.records for each in results), [each.target.name for each in results]
    place.write_report(folder, report_on(export.request, export.files, records=records, table=names))
    return results


def report_on(
    request: Requested, files: Sequence[LocalFile], *, records: int | None = None, table: Json = None
) -> Report:
    """`records` and `table` are None until the files have been normalised."""
    return report_of(
        export_id=request.live_id, status=request.status, address=str(request.address), request=request.body,
        folder=folder_of(request), files=files, total_records=records, table=table,
    )  # fmt: skip


def folder_of(request: Requested) -> str:
    """By the key: two exports never share one, and no name that the organisation gives becomes a path."""
    return f"{request.address.name}-{request.key}"


def _listing(work: Work, kind: Kind, request: Requested) -> Callable[[], Sequence[RemoteFile]]:
    asking, name = kind.asking, name_of(request)

    def listed() -> Sequence[RemoteFile]:
        if asking is not None and asking.files:
            return read_files(work.session.client.files(kind, request.live_id), export=name)
        entity = work.session.client.get(kind, request.live_id)
        uri = entity.body.get(asking.download) if entity is not None and asking is not None else None
        return (read_download(uri, format=str(request.body.get("format", "")), export=name),)

    return listed


def _telling(watcher: Watcher) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if isinstance(event, Progress):
            watcher.move(Transfer(event.bytes, event.total, event.files, event.of_files, event.rate, event.remaining))
        else:
            watcher.say(f"{event.name}: {event.why} Trying again in {event.wait:.0f} s.")

    return tell


def _following(files: Sequence[LocalFile], clock: Clock, watcher: Watcher) -> Callable[[normalising.Progress], None]:
    """Progress of several files at a time, as one transfer. The rate is that since the beginning."""
    sizes = {file.name: file.size for file in files}
    read = dict.fromkeys(sizes, 0)
    total, start = sum(sizes.values()), clock.monotonic()

    def tell(progress: normalising.Progress) -> None:
        read[progress.source.name] = progress.bytes_read
        done, seconds = sum(read.values()), clock.monotonic() - start
        rate = done / seconds if seconds > 0 else 0.0
        whole = sum(read[name] == size for name, size in sizes.items())
        left = (total - done) / rate if rate > 0 else None
        watcher.move(Transfer(done, total, whole, len(sizes), rate, left))

    return tell
