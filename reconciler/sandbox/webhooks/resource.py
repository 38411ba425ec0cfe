"""Platform webhooks (contract §4): what one may look like, and how the values of its headers stay with the platform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.privacy_requests import is_web_address
from reconciler.sandbox.problems import Detail, Problem, bad_request
from reconciler.sandbox.resources import Resource, unknown_properties
from reconciler.sandbox.scopes import Scopes
from reconciler.sandbox.shapes import mapping, sequence
from reconciler.sandbox.webhooks.filters import is_filter

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.resources import Body
    from reconciler.sandbox.settings import Settings
    from reconciler.sandbox.store import Stored

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = ("host", "content-length", "connection", "transfer-encoding")
"""Headers that belong to the delivery itself."""


def accept(organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """The webhook as it will be stored, or 400 with every violation; a mask in `headers` becomes the value it hides."""
    content = {**WEBHOOKS.defaults, **body}
    headers = content["headers"]
    if isinstance(headers, Mapping):
        content["headers"] = _unmasked(headers, before, organisation.settings.header_mask)
    if content.get("filter") is None:
        content.pop("filter", None)
    found = [*unknown_properties(body, WEBHOOKS, before), *_violations(content, organisation.settings)]
    if found:
        raise bad_request("The webhook violates its constraints.", *found, code="constraint.validation")
    _refuse_namesake(organisation, content["name"], before)
    return content


def masked(organisation: Organisation, body: Body) -> Body:
    """As answers show it."""
    mask = organisation.settings.header_mask
    return {**body, "headers": dict.fromkeys(body.get("headers", ()), mask)}


def check_shape(body: Body, where: str) -> None:
    """The least that delivering stands on."""
    if not isinstance(body.get("endpoint"), str):
        raise SandboxError("Not a webhook", "a webhook has an endpoint, a string", where=f"{where}.endpoint")
    sequence(body.get("eventTypes", []), where=f"{where}.eventTypes")
    for name, value in mapping(body.get("headers", {}), where=f"{where}.headers").items():
        if not isinstance(value, str):
            raise SandboxError("Not a header", f"{value!r} is not a string", where=f"{where}.headers.{name}")


def _unmasked(headers: Mapping[str, Any], before: Stored | None, mask: str) -> dict[str, Any]:
    """Headers with what a mask that was sent back stands for; a mask that hides nothing stays one."""
    known = before.body.get("headers", {}) if before else {}
    hidden = {name.lower(): value for name, value in known.items()}
    return {name: hidden.get(name.lower(), mask) if value == mask else value for name, value in headers.items()}


def _violations(content: Body, settings: Settings) -> Iterator[Detail]:
    name, endpoint, wanted = content.get("name"), content.get("endpoint"), content.get("eventTypes")
    if not (isinstance(name, str) and name.strip()):
        yield Detail("name", "must be a string that is not blank")
    if type(content["enabled"]) is not bool:
        yield Detail("enabled", "must be true or false")
    if not is_web_address(endpoint):
        yield Detail("endpoint", "is not an http or https address")
    if content.get("requestType") != "POST":
        yield Detail("requestType", "must be POST")
    if not (isinstance(wanted, list) and wanted):
        yield Detail("eventTypes", "at least one is required", "constraint.validation")
    else:
        yield from _event_type_violations(wanted, settings)
    yield from _header_violations(content["headers"], settings)
    if "filter" in content and not is_filter(content["filter"]):
        yield Detail("filter", "is not like schemaId eq '<id>'")


def _event_type_violations(wanted: list[Any], settings: Settings) -> Iterator[Detail]:
    for number, each in enumerate(wanted):
        if each not in settings.event_types:
            yield Detail(f"eventTypes[{number}]", f"{each!r} is none of {', '.join(settings.event_types)}")
        elif each in wanted[:number]:
            yield Detail(f"eventTypes[{number}]", f"{each!r} is there twice")


def _header_violations(headers: Any, settings: Settings) -> Iterator[Detail]:
    """No message shows a value: it is a secret."""
    if not isinstance(headers, Mapping):
        yield Detail("headers", "must be a mapping of names to strings")
        return
    names = [name.lower() for name in headers]
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS or names.count(name.lower()) > 1:
            yield Detail(f"headers.{name}", "cannot be the name of a header here")
        elif not (isinstance(value, str) and value.isprintable() and value.isascii()):
            yield Detail(f"headers.{name}", "must be a string of printable ASCII")
        elif value == settings.header_mask:
            yield Detail(f"headers.{name}", "is a mask, and there is no value behind it")


def _refuse_namesake(organisation: Organisation, name: str, before: Stored | None) -> None:
    """The contract says nothing about two of one name; the settings do."""
    namesake = organisation.collection(WEBHOOKS.collection).named(name)
    if organisation.settings.webhook_names == "unique" and namesake and (before is None or namesake.id != before.id):
        raise Problem(409, "request.conflict", f"Webhook {namesake.id} has the name {name!r} already.")


WEBHOOKS = Resource(
    collection="webhooks",
    path="/api/v2/platform/webhooks",
    noun="Webhook",
    scopes=Scopes.read_write("webhooks:write", "webhooks:write"),
    wire=frozenset({"name", "enabled", "endpoint", "eventTypes", "requestType", "headers", "filter"}),
    defaults={"enabled": True, "headers": {}},
    unique_names=False,
    accept=accept,
    masked=masked,
    check_shape=check_shape,
)
