"""Around every request: headers for browsers, counts, a line for who debugs, the last resort."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.service.documents import Problem
from reconciler.service.problems import answer
from reconciler.service.traffic import Traffic

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
UNMATCHED: Final = "(none)"
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Observing:
    """ASGI. `tell` is given method, route template, status and milliseconds; never a path, a query or a header."""

    def __init__(self, app: ASGIApp, traffic: Traffic, tell: Callable[[str], None]) -> None:
        self._app = app
        self._traffic = traffic
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun, status = perf_counter(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            self._tell(f"Internal error: {type(error).__name__} at {_place(error)}. This is a bug; please report it.")
            if not status:
                await answer(Problem(status=500, title="The service has failed"))(scope, receive, with_headers)
        finally:
            self._count(scope, status, perf_counter() - begun)
        return None

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "(other)"
        route = getattr(scope.get("route"), "path_format", UNMATCHED)
        self._traffic.count(method, route, status, seconds=seconds)


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "unknown place"
