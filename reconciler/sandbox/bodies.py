"""Request bodies: what is not a JSON object in an `application/json` body never reaches a rule."""

from __future__ import annotations

from typing import Any

import orjson

from reconciler.sandbox.exchange import JSON_TYPE, Exchange
from reconciler.sandbox.problems import Problem, bad_request


def json_object(exchange: Exchange) -> dict[str, Any]:
    """The body; 415 for another media type, 400 for what is no JSON object."""
    if exchange.content_type != JSON_TYPE:
        given = exchange.headers.get("content-type", "no Content-Type")
        raise Problem(415, "unsupported.media.type", f"The body must be {JSON_TYPE}, this is {given}.")
    try:
        content = orjson.loads(exchange.body)
    except ValueError as unreadable:
        raise bad_request(f"The body is not JSON: {unreadable}.") from None
    if not isinstance(content, dict):
        raise bad_request("The body must be a JSON object.")
    return content
