"""What the service answers: the documents of its OpenAPI description. None of them holds the address of a download."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from reconciler.model.request import Stage
from reconciler.model.window import spell
from reconciler.service.catalogue import Catalogue, Export, State
from reconciler.service.reports import File


class Span(BaseModel):
    """The window that was asked for: from `start`, included, to `end`, not included."""

    start: datetime
    end: datetime


class Entry(BaseModel):
    """One export in the catalogue. `bytes` and `total_records` are null until it is fetched and normalised."""

    export_id: Annotated[str, Field(description="Empty where only a damaged report is left of it.")]
    address: Annotated[str, Field(description="Kind/name of the manifest; of a damaged report its folder.")]
    kind: str
    window: Span | None
    stage: Annotated[Stage, Field(description="How far the organisation is with it.")]
    state: Annotated[State, Field(description="How far it is altogether, its files included.")]
    status: Annotated[str, Field(description="What the organisation calls it.")]
    reason: Annotated[str, Field(description="Why it failed, as the organisation says.")]
    part: int
    parts: int
    asked: datetime | None
    ended: datetime | None
    forgotten: Annotated[bool, Field(description="Its manifest is gone; it stays as history.")]
    file_count: int
    bytes: int | None
    total_records: int | None
    content_hash: Annotated[str | None, Field(description="SHA-256 over the sorted hashes of its files.")]
    trouble: Annotated[str, Field(description="Why its report cannot be believed; empty where all is well.")]


class ExportReport(Entry):
    """The report of one export: the catalogue's entry, and what proves its files."""

    request: Annotated[dict[str, Any], Field(description="What was asked for, without callbacks and addresses.")]
    file_locations: list[str]
    catalog_version: str | None
    governance_hash: Annotated[str | None, Field(description="SHA-256 of the comma-joined file locations.")]
    files: list[File]


class CatalogPage(BaseModel):
    """Exports, newest first. `next` is the cursor of the next page, null on the last one."""

    total: int
    exports: list[Entry]
    next: str | None


class Routes(BaseModel):
    """The ids of the exports that have files here."""

    available_exports: list[str]


class Interaction(BaseModel):
    """One record. `rest` is what no column says, as the JSON it was."""

    interaction_id: str
    type: str | None
    start_time: datetime | None
    end_time: datetime | None
    channel: str | None
    rest: dict[str, Any] | None


class RecordPage(BaseModel):
    """Records by start time, those without one last. `next` is the cursor of the next page, null on the last one."""

    export_id: str
    records: list[Interaction]
    next: str | None


class Health(BaseModel):
    """Whether the service can do its work: the ledger can be read, and whatever runs in the background runs."""

    healthy: bool
    ledger: bool
    workers: bool


class Problem(BaseModel):
    """Why there is no other answer."""

    status: int
    title: str
    detail: str = ""
    hint: str = ""


def entry_of(export: Export) -> Entry:
    return Entry(**_members(export))


def report_of(export: Export) -> ExportReport:
    report = export.report
    return ExportReport(
        **_members(export),
        request=dict(export.body),
        file_locations=list(report.file_locations) if report else [],
        catalog_version=report.catalog_version if report else None,
        governance_hash=report.governance_hash if report else None,
        files=list(report.files) if report else [],
    )


def routes_of(catalogue: Catalogue) -> Routes:
    return Routes(available_exports=[id_ for id_, each in catalogue.by_id.items() if each.report and each.report.files])


def _members(export: Export) -> dict[str, Any]:
    window, report = export.window, export.report
    return {
        "export_id": export.export_id,
        "address": export.address,
        "kind": export.kind,
        "window": window and {"start": spell(window.start), "end": spell(window.end)},
        "stage": export.stage,
        "state": export.state,
        "status": export.status,
        "reason": export.reason,
        "part": export.part,
        "parts": export.parts,
        "asked": export.asked,
        "ended": export.ended,
        "forgotten": export.forgotten,
        "file_count": len(report.files) if report else 0,
        "bytes": report.size if report else None,
        "total_records": report.total_records if report else None,
        "content_hash": report.content_hash if report else None,
        "trouble": export.trouble,
    }
