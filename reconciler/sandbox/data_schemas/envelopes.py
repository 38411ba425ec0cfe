"""Request bodies (published API §4.2): three shapes to create with, two to update with, one thing in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.data_schemas.bases import Base, Envelope
from reconciler.sandbox.problems import Detail, bad_request

Members = Mapping[str, type]

WHOLE: Members = {
    "id": str,
    "name": str,
    "version": int,
    "appliesTo": list,
    "enabled": bool,
    "createdBy": dict,
    "dateCreated": str,
    "jsonSchema": dict,
    "selfUri": str,
}
"""The SDK's DataSchema, which does not have the `deleted` that GET shows."""
WRAPPED: Members = {"jsonSchema": dict}
UPDATE: Members = {"version": int, "enabled": bool, "jsonSchema": dict}


def opened_to_create(base: Base, body: dict[str, Any]) -> dict[str, Any]:
    """`{jsonSchema}` out of a create body: whatever else it may have, a schema starts enabled at version 1 (§4.6)."""
    if base.envelope is Envelope.BARE:
        return {"jsonSchema": body}
    members = WHOLE if base.envelope is Envelope.WHOLE else WRAPPED
    _check(body, members, required=("jsonSchema",))
    return {"jsonSchema": body["jsonSchema"]}


def opened_to_update(base: Base, body: dict[str, Any]) -> dict[str, Any]:
    """`{enabled, jsonSchema}` out of an update body.

    A DataSchema that does not say `enabled` leaves it as it is [U]. The update requests must say it: business rules'
    is not flagged as required, but nobody says what its absence would mean.
    """
    if base.envelope is Envelope.WHOLE:
        _check(body, WHOLE, required=("jsonSchema",))
    else:
        _check(body, UPDATE, required=("enabled", "jsonSchema"))
    return {name: body[name] for name in ("enabled", "jsonSchema") if name in body}


def _check(body: dict[str, Any], members: Members, *, required: tuple[str, ...]) -> None:
    violations = list(_violations(body, members, required))
    if violations:
        first = violations[0]
        message = f"{first.field} {first.message}."
        raise bad_request(message, *violations, code="constraint.validation")


def _violations(body: dict[str, Any], members: Members, required: tuple[str, ...]) -> Iterator[Detail]:
    for name in sorted(set(body) - set(members)):
        yield Detail(name, "is not a member of this body", "invalid.property")
    for name in required:
        if body.get(name) is None:
            yield Detail(name, "is required", "constraint.validation")
    for name, wanted in members.items():
        if body.get(name) is not None and type(body[name]) is not wanted:
            yield Detail(name, f"must be of type {wanted.__name__}")
