"""`/catalog`: what there is (contract §6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi import Path as InPath

from reconciler.service.catalogue import Catalogue, Export
from reconciler.service.cursors import LONGEST, cursor_of, place_in
from reconciler.service.documents import CatalogPage, ExportReport, Routes, entry_of, report_of, routes_of
from reconciler.service.library import Library
from reconciler.service.problems import Refused, described

LARGEST_PAGE: Final = 1000

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Entries of a page, at most.")]
Cursor = Annotated[str | None, Query(max_length=LONGEST, description="`next` of the page before.")]
ExportId = Annotated[str, InPath(description="The id of an export, as the organisation gave it.")]

_QUERY: Final = "catalog"


def catalogue_router(library: Library) -> APIRouter:
    router = APIRouter(prefix="/catalog", tags=["catalogue"])

    @router.get("", responses=described(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE))
    def list_exports(limit: Limit = 100, cursor: Cursor = None) -> CatalogPage:
        """Every export that the ledger or a report knows, newest first."""
        return _page(library.catalogue(), limit, cursor)

    @router.get("/routes", responses=described(HTTPStatus.SERVICE_UNAVAILABLE))
    def list_routes() -> Routes:
        """The exports that have files."""
        return routes_of(library.catalogue())

    @router.get(
        "/{export_id:path}",
        responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    def show_export(export_id: ExportId) -> ExportReport:
        """The report of one export; of one that has not been fetched, what is known."""
        return report_of(known(library, export_id))

    return router


def known(library: Library, export_id: str) -> Export:
    """Raises Refused."""
    export = library.catalogue().by_id.get(export_id)
    if export is None:
        raise Refused(HTTPStatus.NOT_FOUND, "Nobody knows such an export", hint="GET /catalog lists those there are.")
    return export


def _page(catalogue: Catalogue, limit: int, cursor: str | None) -> CatalogPage:
    before = _place(cursor) if cursor is not None else None
    rest = [each for each in catalogue.exports if before is None or each.order < before]
    page = rest[:limit]
    following = cursor_of(_QUERY, list(page[-1].order)) if len(rest) > limit else None
    return CatalogPage(total=len(catalogue.exports), exports=list(map(entry_of, page)), next=following)


def _place(cursor: str) -> tuple[str, str, str]:
    try:
        asked, export_id, address = place_in(_QUERY, cursor)
        return str(asked), str(export_id), str(address)
    except ValueError as error:
        raise wrong_cursor(error) from None


def wrong_cursor(error: ValueError) -> Refused:
    title, hint = "The cursor is wrong", "Begin again without one."
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, title, detail=f"{error}.".capitalize(), hint=hint)
