"""A request as ASGI hands it over, numbered and timed by one of the hosts' journals."""

from __future__ import annotations

from starlette.types import Receive, Scope

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.journal import Journal
from reconciler.sandbox.organisation import Organisation

LARGEST_BODY = 8 * 1024 * 1024


async def read_body(receive: Receive) -> bytes:
    """The body, up to one byte more than is allowed; the rest is read and forgotten."""
    body = b""
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        body += chunk[: LARGEST_BODY + 1 - len(body)]
        if not message.get("more_body", False):
            return body


def arrived(organisation: Organisation, journal: Journal, scope: Scope, body: bytes, *, stream: str) -> Exchange:
    """`stream` is that of the host's correlation ids."""
    journal.arrived += 1
    return Exchange(
        number=journal.arrived,
        time=organisation.clock.now(),
        method=scope["method"],
        path=scope["path"],
        query_string=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
        correlation_id=organisation.ids.next(stream),
    )
