"""Our own HTTP, counted: by route template, never by path, so that no id becomes a label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Traffic:
    """What was asked of the service. `observe` is told each request as a line."""

    def __init__(self, registry: CollectorRegistry, observe: Callable[[str], None] | None = None) -> None:
        self._observe = observe
        self._requests = Counter(
            "reconciler_http_requests",
            "Requests that the service has answered; status 0 is one that was cut off.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "reconciler_http_request_seconds",
            "How long an answer took.",
            ("route",),
            registry=registry,
            buckets=_BUCKETS,
        )

    def count(self, method: str, route: str, status: int, *, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if self._observe is not None:
            self._observe(f"{method} {route} {status} {seconds * 1000:.0f} ms")
