"""How the service itself is: `/healthz`, `/metrics` and `/openapi.json`."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from reconciler.errors import ReconcilerError
from reconciler.service.documents import Health
from reconciler.service.ports import Ports

_TEXT: Final = {"text/plain": {"schema": {"type": "string"}}}


def health_router(ports: Ports, is_working: Callable[[], bool]) -> APIRouter:
    router = APIRouter(tags=["service"])

    @router.get("/healthz", responses={503: {"model": Health, "description": "Something cannot be done."}})
    def show_health(response: Response) -> Health:
        """Whether the ledger can be read, and whether what runs in the background runs. Needs no token."""
        ledger, workers = _is_readable(ports), is_working()
        if not (ledger and workers):
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Health(healthy=ledger and workers, ledger=ledger, workers=workers)

    return router


def house_router(registry: CollectorRegistry, openapi: Callable[[], dict[str, Any]]) -> APIRouter:
    router = APIRouter(tags=["service"])

    @router.get("/metrics", response_class=Response, responses={200: {"content": _TEXT}})
    def show_metrics() -> Response:
        """For Prometheus."""
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @router.get("/openapi.json", include_in_schema=False)
    def show_description() -> JSONResponse:
        return JSONResponse(openapi())

    return router


def _is_readable(ports: Ports) -> bool:
    try:
        ports.requests()
    except ReconcilerError:
        return False
    return True
