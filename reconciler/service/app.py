"""The app: its routes, and what stands around all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from reconciler import __version__
from reconciler.service import problems
from reconciler.service.access import Access, Gate
from reconciler.service.catalogue_routes import catalogue_router
from reconciler.service.crew import Crew, Worker
from reconciler.service.house_routes import house_router
from reconciler.service.library import Library
from reconciler.service.measures import Measures
from reconciler.service.observing import Observing
from reconciler.service.page import page_router
from reconciler.service.ports import Ports
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
        docs_url=None,  # both would load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_running(crew),
    )
    for router in (
        house_router(ports, registry, lambda: crew.is_working),
        page_router(library, ports),
        record_router(library, ports.table),
        catalogue_router(library),
        *routers,
    ):
        app.include_router(router)
    problems.install(app)
    app.add_middleware(Gate, access=access)
    app.add_middleware(Observing, traffic=Traffic(registry, observe), tell=tell)  # the last one is the outermost
    return app


def _running(crew: Crew) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        crew.start()
        try:
            yield
        finally:
            await to_thread.run_sync(crew.stop)

    return lifespan
