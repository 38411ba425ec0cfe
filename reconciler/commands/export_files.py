"""The files of a request on disk: fetched, and reported on in a file beside them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import orjson

from reconciler.commands.exporting import Work, kind_of, name_of
from reconciler.commands.session import Session
from reconciler.errors import ReconcilerError
from reconciler.exports.fetching import Checksum, Event, Manner, Progress, fetch, read_download, read_files
from reconciler.exports.report import FILE_NAME, files_of, report_of
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.kind import Kind
from reconciler.model.request import Requested
from reconciler.model.values import Json


def is_tabular(request: Requested, target: Path) -> bool:
    """Whether the files are there, and of a sort of which tables are made: lists of files are, single downloads not."""
    asking = kind_of(request).asking
    return asking is not None and bool(asking.files) and (folder_of(target, request) / FILE_NAME).exists()


def fetched(work: Work, request: Requested, target: Path) -> tuple[LocalFile, ...]:
    kind, place = kind_of(request), folder_of(target, request)
    stated = kind.asking is not None and bool(kind.asking.files)
    known = reported(place) if (place / FILE_NAME).exists() else ()
    how = replace(Manner(), checksum=Checksum.STATED if stated else Checksum.OURS, parallel=work.session.parallelism)
    files = fetch(
        _listing(work, kind, request), place, export=name_of(request), how=how, clock=work.session.clock,
        emit=_telling(work.session), stop=work.session.stop, known=known,
    )  # fmt: skip
    if files != known:  # else the report says more already: how many records they hold
        write_report(place, request, files)
    return files


def _listing(work: Work, kind: Kind, request: Requested) -> Callable[[], Sequence[RemoteFile]]:
    asking, name = kind.asking, name_of(request)

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


def write_report(
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


def reported(place: Path) -> tuple[LocalFile, ...]:
    try:
        return files_of(orjson.loads((place / FILE_NAME).read_bytes()))
    except (OSError, ValueError) as error:
        raise ReconcilerError(
            "The report cannot be read", detail=f"{error}.", hint="Delete it and fetch again.",
            where=str(place / FILE_NAME),
        ) from None  # fmt: skip


def folder_of(target: Path, request: Requested) -> Path:
    """By the key: two exports never share one, and no name that the organisation gives becomes a path."""
    return target / f"{request.address.name}-{request.key}"
