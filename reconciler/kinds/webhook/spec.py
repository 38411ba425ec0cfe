"""What a webhook's manifest may say, and the normal form that it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.project import Project
from reconciler.model.secret import PREFIX
from reconciler.model.shape import Hidden, Keyed, Member, Record, Reference, Scalar, Set
from reconciler.model.values import Json, Normal

OWNER: Final = "owner"
SCHEMA_UPDATED: Final = "data.flex.schema.updated"
"""The event type that seed 004 names."""


def spelt(name: Json) -> Json:
    """`X-Api-Key` for `x-api-key`: names of headers are compared without case, and organisations change it."""
    return "-".join(part.capitalize() for part in name.split("-")) if isinstance(name, str) else name


def is_header_value(text: str) -> bool:
    """One line of printable ASCII, with nothing at its ends that a proxy would trim."""
    return text.isascii() and text.isprintable() and text == text.strip()


HEADER: Final = Record((Member("name", Scalar(spelt)), Member("value", Hidden(is_header_value))))
FILTER: Final = Record(
    (
        Member("schema", Reference("FlexSchema", needed_to_create=True, watching=True), wire="schemaId"),
        Member("text", Scalar()),
    ),
    whole=True,
)
"""`text` is a filter of somebody else's that speaks of no schema: no manifest can state it."""
SHAPE: Final = Record(
    (
        Member("name", Scalar()),
        Member("enabled", Scalar(), default=True),
        Member("endpoint", Scalar()),
        Member("eventTypes", Set()),
        Member("filter", FILTER),
        Member("headers", Keyed("name", HEADER)),
        Member(OWNER, Scalar(), local=True),
    )
)

_SECRET: Final[Mapping[str, Json]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["fromEnv"],
    "title": "Secret",
    "writeOnly": True,
    "x-hint": f"Write {{fromEnv: {PREFIX}NAME}}, and the value into that environment variable: never into a manifest.",
    "properties": {
        "fromEnv": {
            "type": "string",
            "pattern": f"^{PREFIX}[A-Z0-9_]{{1,128}}$",
            "title": "Environment variable",
            "description": f"The variable that holds the value when apply runs. Its name begins with {PREFIX}.",
            "examples": [f"{PREFIX}COMPLIANCE"],
            "writeOnly": True,
            "x-hint": f"Write the name of an environment variable: {PREFIX} and capital letters, digits or `_`.",
        }
    },
}
ENDPOINT: Final[Mapping[str, Json]] = {
    "type": "string",
    "minLength": 1,
    "title": "Endpoint",
    "description": "The http or https address that events are posted to. Its credentials go into headers.",
    "examples": ["https://compliance.example.com/genesys"],
}
EVENT_TYPES: Final[Mapping[str, Json]] = {
    "type": "array",
    "minItems": 1,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1},
    "title": "Event types",
    "description": "What is told. Taking one away blocks until acknowledged.",
    "examples": [[SCHEMA_UPDATED]],
}
HEADERS: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Headers",
    "description": "Headers that the organisation sends along, by name. Their values come from the environment; a hash "
    "of each, salted with the ledger's id, tells when it has changed.",
    "writeOnly": True,
    "propertyNames": {
        "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$",
        "x-hint": "Use the letters, digits and signs that a header's name may have.",
    },
    "additionalProperties": _SECRET,
    "examples": [{"Authorization": {"fromEnv": f"{PREFIX}COMPLIANCE"}}],
}

SCHEMA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Webhook",
    "description": "Who is told of which changes.",
    "additionalProperties": False,
    "required": ["endpoint", "eventTypes"],
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "pattern": "\\S",
            "title": "Name in the organisation",
            "description": "The webhook's name in the organisation; by default metadata.name.",
            "examples": ["Compliance"],
            "x-hint": "Write a name that can be seen.",
        },
        "enabled": {
            "type": "boolean",
            "default": True,
            "title": "Enabled",
            "description": "Whether events are told. Switching a webhook off blocks until acknowledged.",
        },
        "endpoint": ENDPOINT,
        "eventTypes": EVENT_TYPES,
        "filter": {
            "type": "object",
            "additionalProperties": False,
            "required": ["schema"],
            "title": "Filter",
            "description": "Only events of one schema.",
            "examples": [{"schema": "customer_profile"}],
            "properties": {
                "schema": {
                    "title": "Schema",
                    "description": "The name of a FlexSchema manifest, or {id: ...} of an unmanaged schema.",
                    "oneOf": [
                        {"type": "string", "minLength": 1},
                        {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["id"],
                            "properties": {"id": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$"}},
                        },
                    ],
                }
            },
        },
        "headers": HEADERS,
    },
}

EXAMPLE: Final = """\
apiVersion: reconciler/v1
kind: Webhook
metadata: {name: Compliance}
spec:
  endpoint: https://compliance.example.com/genesys
  eventTypes: [data.flex.schema.updated]
  filter: {schema: customer_profile}
  headers:
    Authorization: {fromEnv: RECONCILER_SECRET_COMPLIANCE}
"""


def resolve(spec: Mapping[str, Json], _: Project) -> Mapping[str, Json]:
    """Headers become a list told apart by name, as they are everywhere but in a manifest and on the wire."""
    if "headers" not in spec:
        return spec
    return {**spec, "headers": [{"name": name, "value": value} for name, value in spec["headers"].items()]}


def express(spec: Normal) -> Normal:
    """The mapping again; none where there are no headers that a manifest can state."""
    headers = {header["name"]: header["value"] for header in spec.get("headers", ())}
    rest = {name: part for name, part in spec.items() if name != "headers"}
    return {**rest, "headers": headers} if headers else rest
