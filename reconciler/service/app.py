"""The app: its routes, and what stands around all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from reconciler import __version__
from reconciler.service import problems
from reconciler.service.access import Access, Gate
from reconciler.service.catalogue_routes import catalogue_router
from reconciler.service.crew import Crew, Worker
from reconciler.service.house_routes import health_router, house_router
from reconciler.service.library import Library
from reconciler.service.measures import Measures
from reconciler.service.observing import Observing
from reconciler.service.page import page_router
from reconciler.service.ports import Ports
from reconciler.service.problems import described
from reconciler.service.record_routes import record_router
from reconciler.service.traffic import Traffic


def build(
    ports: Ports,
    access: Access,
    *,
    tell: Callable[[str], None],
    observe: Callable[[str], None] | None = None,
    routers: Sequence[APIRouter] = (),
    workers: Sequence[Worker] = (),
    collectors: Sequence[Collector] = (),
) -> FastAPI:
    """The service. `tell` is told what went wrong, `observe` each request, both without anything that was sent to us.

    `routers` are added; their paths are closed unless `access.open_paths` names them. `workers` run as long as the app
    does. `collectors` are added to /metrics.
    """
    registry = CollectorRegistry(auto_describe=False)
    library, crew = Library(ports), Crew(workers, tell)
    for collector in (Measures(library, ports), *collectors):
        registry.register(collector)
    app = FastAPI(
        title="reconciler catalogue",
        summary="What was asked for, what came of it, and what is in it. Read only.",
        version=__version__,
        openapi_url=None,  # a route of ours, counted like the others; the pages for it load scripts from other hosts
        redirect_slashes=False,
        lifespan=_running(crew),
    )
    app.include_router(health_router(ports, lambda: crew.is_working))
    for router in (
        page_router(library, ports),
        record_router(library, ports.table),
        catalogue_router(library),
        house_router(registry, app.openapi),
    ):
        app.include_router(router, **_closed(access))
    for router in routers:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(Gate, access=access)
    app.add_middleware(Observing, traffic=Traffic(registry, observe), tell=tell)  # the last one is the outermost
    return app


def _closed(access: Access) -> dict[str, Any]:
    """What the description says of every route that is not open: the gate is in front of them all."""
    if access.token:
        return {
            "dependencies": [Depends(HTTPBearer(auto_error=False))],
            "responses": described(HTTPStatus.UNAUTHORIZED),
        }
    return {"responses": described(HTTPStatus.MISDIRECTED_REQUEST)}


def _running(crew: Crew) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        crew.start()
        try:
            yield
        finally:
            await to_thread.run_sync(crew.stop)

    return lifespan
