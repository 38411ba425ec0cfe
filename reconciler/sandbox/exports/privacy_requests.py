"""Privacy export requests (contract §5): what one may ask for, and under whose id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reconciler.sandbox.exports import windows
from reconciler.sandbox.exports.jobs import begun, check_shape, unchangeable
from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Occasion, Resource, dated
from reconciler.sandbox.scopes import Scopes

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.resources import Body
    from reconciler.sandbox.store import Stored

ENTITY_MATRIX = {
    "user": ("profile", "interactions", "notes", "tags"),
    "conversation": ("transcript", "metadata", "analytics", "attachments"),
    "interaction": ("voice", "chat", "email", "social", "callback"),
}
FORMATS = ("json", "csv")
LONGEST_WINDOW = 30
ASKED = ("entityType", "format", "dataTypes", "timeRange", "callbackUrl")
"""What the client says, apart from the id."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def accept(organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """The request as it will be stored, or 400 with every violation. No `requestId`: the server makes one.

    Times are kept as the platform writes them; `callbackUrl` null is the same as none.
    """
    if before is not None:
        raise unchangeable()
    if found := list(_violations(body)):
        raise bad_request("The request violates its constraints.", *found, code="constraint.validation")
    window = {end: windows.normal(body["timeRange"][end]) for end in ("start", "end")}
    asked = {name: body.get(name) for name in ASKED} | {"timeRange": window}
    given = given_id(body) if organisation.settings.request_ids == "client" else None
    return {**asked, **({"requestId": given} if given else {}), **begun(organisation)}


def given_id(body: Body) -> str | None:
    """The id that the client made, in lower case; None where it left that to the server."""
    given = body.get("requestId")
    return given.lower() if isinstance(given, str) else None


def asks_the_same(one: Body, other: Body) -> bool:
    return all(one.get(name) == other.get(name) for name in ASKED)


def is_web_address(url: object) -> bool:
    if not (isinstance(url, str) and url.isprintable() and " " not in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _violations(body: dict[str, Any]) -> Iterator[Detail]:
    for name in sorted(set(body) - {"requestId", *ASKED}):
        yield Detail(name, "is not a property of this object", "invalid.property")
    if not (
        body.get("requestId") is None or (isinstance(body["requestId"], str) and _UUID.fullmatch(body["requestId"]))
    ):
        yield Detail("requestId", f"{body['requestId']!r} is not a UUID")
    if body.get("format") not in FORMATS:
        yield Detail("format", f"{body.get('format')!r} is none of {', '.join(FORMATS)}")
    yield from _entity_violations(body)
    window = body.get("timeRange")
    if not isinstance(window, dict):
        yield Detail("timeRange", "must be {start, end}", "constraint.validation")
    else:
        for name in sorted(set(window) - {"start", "end"}):
            yield Detail(f"timeRange.{name}", "is not a property of a time range", "invalid.property")
        yield from windows.violations(window, "start", "end", days=LONGEST_WINDOW, where="timeRange.")
    if body.get("callbackUrl") is not None and not is_web_address(body["callbackUrl"]):
        yield Detail("callbackUrl", "is not an http or https address")


def _entity_violations(body: dict[str, Any]) -> Iterator[Detail]:
    entity, asked = body.get("entityType"), body.get("dataTypes")
    known = ENTITY_MATRIX.get(entity) if isinstance(entity, str) else None
    if known is None:
        yield Detail("entityType", f"{entity!r} is none of {', '.join(ENTITY_MATRIX)}")
    if not (isinstance(asked, list) and asked):
        yield Detail("dataTypes", "at least one is required", "constraint.validation")
        return
    for number, each in enumerate(asked):
        if known is not None and each not in known:
            yield Detail(f"dataTypes[{number}]", f"{each!r} is none of {', '.join(known)}")
        elif each in asked[:number]:
            yield Detail(f"dataTypes[{number}]", f"{each!r} is there twice")


def _stamp(resource: Resource, content: Body, occasion: Occasion) -> dict[str, Any]:
    return {"requestId": occasion.id, **dated(resource, content, occasion)}


PRIVACY_REQUESTS = Resource(
    collection="privacy_requests",
    path="/api/v2/data/privacy/requests",
    noun="Request",
    scopes=Scopes.read_write("data:privacy:view", "data:privacy:write"),
    accept=accept,
    stamp=_stamp,
    defaults={"status": "QUEUED", "format": "json", "callbackUrl": None},
    named=lambda body: str(body.get("requestId", "")),
    renamed=lambda body, _name: {name: value for name, value in body.items() if name != "requestId"},
    given_id=given_id,
    check_shape=check_shape,
)
