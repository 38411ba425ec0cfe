"""Whether a request is one that the SDK could have sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.sandbox import Recorded

from .official import models
from .operations import Call, Operation, index_of, match

CONDITIONS = ("if-match", "if-none-match", "idempotency-key")
"""Headers that change what a request does; the SDK has a parameter for each where the platform heeds it."""

ELSEWHERE: Mapping[Call, str] = {
    ("POST", "/oauth/token"): "OAuth's, on the login host: the SDK has it in its client and in no API class",
}
"""Calls that are no operation, with the reason."""


def operation_of(request: Recorded) -> Operation | None:
    area = "/".join(request.path.split("/")[:4])
    return match(index_of([area]), request.method, request.path)


def strangeness(request: Recorded) -> list[str]:
    """Everything about a request that the SDK does not know; empty if it knows it all."""
    if (request.method, request.path) in ELSEWHERE:
        return []
    call = f"{request.method} {request.path}"
    operation = operation_of(request)
    return [f"{call}: no such operation"] if operation is None else [f"{call}: {e}" for e in _parts(request, operation)]


def _parts(request: Recorded, operation: Operation) -> Iterator[str]:
    yield from (f"no query parameter {name!r}" for name in request.query if name not in operation.query)
    conditions = [name for name in CONDITIONS if name in {header.lower() for header in request.headers}]
    known = {header.lower() for header in operation.headers}
    yield from (f"no header {name!r}" for name in conditions if name not in known)
    if operation.body is None:
        if request.body is not None:
            yield f"no body, such as {request.body!r}"
    else:
        yield from models().unknown(request.body, operation.body)
