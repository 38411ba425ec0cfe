"""The JSON schema document of a data schema (published API §4.2): what it must have and what it may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.data_schemas.bases import Base, Envelope, Limits
from reconciler.sandbox.data_schemas.properties import property_violations
from reconciler.sandbox.data_schemas.violations import (
    KEY_LENGTH,
    SAME_TITLE,
    duplicates,
    refusal,
    refuse,
    text_violations,
    violation,
)
from reconciler.sandbox.problems import Detail

DRAFT_04 = "http://json-schema.org/draft-04/schema#"

_BARE = frozenset({"$schema", "title", "description", "required", "properties"})
_WHOLE = _BARE | {"id", "type", "additionalProperties"}
_MEMBERS: Mapping[Envelope, frozenset[str]] = {
    Envelope.BARE: _BARE,
    Envelope.WHOLE: _WHOLE,
    Envelope.WRAPPED: _WHOLE | {"definitions"},
}
"""As the SDK's models have them."""


def members_of(base: Base) -> frozenset[str]:
    """What the base's answers may have in a document: `definitions` are taken and never shown (SDK)."""
    return _MEMBERS[base.envelope] - {"definitions"}


def checked_document(base: Base, document: object, limits: Limits) -> dict[str, Any]:
    """The document, unless it is no schema of this base."""
    if not isinstance(document, dict):
        raise refusal(violation("jsonSchema", "must be an object"))
    refuse(_violations(base, document, limits))
    return document


def properties_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a stored schema; none where a forced edit left something else."""
    document = body.get("jsonSchema")
    properties = document.get("properties") if isinstance(document, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def _violations(base: Base, document: Mapping[str, Any], limits: Limits) -> Iterator[Detail]:
    for name in sorted(set(document) - _MEMBERS[base.envelope]):
        yield violation(name, "is not a member of this schema")
    if document.get("$schema") != DRAFT_04:
        yield violation("$schema", f"must be {DRAFT_04}")
    yield from text_violations(
        "title", document.get("title"), (limits["minSchemaNameCharacters"], limits["maxSchemaNameCharacters"])
    )
    if "description" in document:
        bounds = limits["minSchemaDescriptionCharacters"], limits["maxSchemaDescriptionCharacters"]
        yield from text_violations("description", document["description"], bounds)
    yield from _minor_violations(document)
    properties = document.get("properties")
    if not isinstance(properties, dict):
        yield violation("properties", "must be an object")
        return
    yield from _required_violations(document, properties)
    for key, each in properties.items():
        least, greatest = limits["minFieldNameCharacters"], limits["maxFieldNameCharacters"]
        yield from text_violations(f"properties.{key}", key, (least, greatest), KEY_LENGTH)
        yield from property_violations(base, limits, f"properties.{key}", each)
    if base.distinct_titles:
        for title in duplicates(each.get("title") for each in properties.values() if isinstance(each, dict)):
            yield violation("properties", f"have the title {title!r} twice", SAME_TITLE)


def _minor_violations(document: Mapping[str, Any]) -> Iterator[Detail]:
    if not isinstance(document.get("id", ""), str):
        yield violation("id", "must be a string")
    if document.get("type", "object") != "object":
        yield violation("type", "must be object")
    if not isinstance(document.get("additionalProperties", False), bool):
        yield violation("additionalProperties", "must be true or false")
    if not isinstance(document.get("definitions", {}), dict):
        yield violation("definitions", "must be an object")


def _required_violations(document: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[Detail]:
    required = document.get("required", [])
    if not (isinstance(required, list) and all(isinstance(each, str) for each in required)):
        yield violation("required", "must be a list of strings")
        return
    for key in duplicates(required):
        yield violation("required", f"names {key!r} twice")
    for key in sorted(set(required) - set(properties)):
        yield violation("required", f"names {key!r}, which is no property")
