"""`/catalog/{export_id}/records`: what is in an export, once it has been normalised to Parquet."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator

from reconciler.service.catalogue import Export
from reconciler.service.catalogue_routes import Cursor, ExportId, Limit, known, wrong_cursor
from reconciler.service.cursors import cursor_of, place_in
from reconciler.service.documents import RecordPage
from reconciler.service.library import Library
from reconciler.service.problems import Refused, described
from reconciler.service.records import Answer, Place, Question, TableDamaged, TableMissing, TooLarge, read_records
from reconciler.service.reports import PARQUET

AT_ONCE: Final = 2
"""Queries. The others wait, and keep no thread from whoever asks for something else."""

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _instant(text: object) -> datetime:
    """In UTC. Stricter than pydantic, which takes a number for seconds since 1970."""
    try:
        if isinstance(text, str) and _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("write a time with its zone, such as 2026-10-01T00:00:00Z")


Instant = Annotated[datetime, BeforeValidator(_instant)]
Channel = Annotated[str | None, Query(max_length=200, description="Records of this channel only.")]
From = Annotated[Instant | None, Query(alias="from", description="Those that began then or later (RFC 3339).")]
To = Annotated[Instant | None, Query(description="Those that began earlier (RFC 3339).")]

_PROBLEMS: Final = described(
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def record_router(library: Library, table: Path | None) -> APIRouter:
    router = APIRouter(prefix="/catalog", tags=["records"])
    turns = CapacityLimiter(AT_ONCE)

    @router.get("/{export_id:path}/records", response_model=RecordPage, responses=_PROBLEMS)
    async def list_records(
        export_id: ExportId,
        channel: Channel = None,
        start: From = None,
        to: To = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Response:
        """An export's records by start time; a time bound leaves out those without one."""
        query = [export_id, channel, _said(start), _said(to)]
        if start is not None and to is not None and start > to:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "The time ends before it begins", detail="from is after to.")
        question = Question(channel, start, to, limit, _place(query, cursor) if cursor is not None else None)
        answer = await to_thread.run_sync(partial(_asked, library, table, export_id, question), limiter=turns)
        page = {"export_id": export_id, "records": answer.records, "next": _cursor(query, answer.last)}
        return Response(orjson.dumps(page), media_type="application/json")

    return router


def _asked(library: Library, table: Path | None, export_id: str, question: Question) -> Answer:
    export = known(library, export_id)
    parts = _parquet(export)
    if table is None:
        raise _no_table(export, "It lies in a bucket, where DuckDB can read it; this service reads folders.")
    try:
        return read_records(table, export_id, parts, question)
    except TableMissing:
        raise _no_table(export, "Its table is not in the folder that this service reads.") from None
    except TableDamaged:
        raise Refused(
            HTTPStatus.INTERNAL_SERVER_ERROR, "The table is damaged", detail="It is not what normalising writes.",
            hint=_normalise(export),
        ) from None  # fmt: skip
    except TooLarge:
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE, "The query is too large", detail="It took too long, or too much memory.",
            hint="Ask for a shorter time, or for fewer records.",
        ) from None  # fmt: skip


def _parquet(export: Export) -> tuple[str, ...]:
    """The names of the table's files. Raises Refused where there are none to be queried."""
    if export.trouble:
        raise _no_table(export, f"Its report cannot be believed: {export.trouble}.")
    if export.report is None or export.report.table is None:
        raise _no_table(export, "It has not been normalised yet.")
    if not all(name.endswith(PARQUET) for name in export.report.table):
        raise _no_table(export, "It was normalised to another format; only Parquet is queried.")
    return export.report.table


def _no_table(export: Export, detail: str) -> Refused:
    return Refused(HTTPStatus.CONFLICT, "There is no table to query", detail=detail, hint=_normalise(export))


def _normalise(export: Export) -> str:
    return f"reconciler exports fetch {export.address}\nreconciler exports normalise {export.address}"


def _cursor(query: list[Any], last: Place | None) -> str | None:
    return cursor_of(query, [_said(last.time), last.part, last.number]) if last else None


def _place(query: list[Any], cursor: str) -> Place:
    try:
        time, part, number = place_in(query, cursor)
        if isinstance(part, str) and isinstance(number, int) and 0 <= number < 2**63:
            return Place(None if time is None else _instant(time), part, number)
        raise ValueError("it is not a cursor that this service gave out")
    except ValueError as error:
        raise wrong_cursor(error) from None


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
