"""What a flex schema's manifest may say, and how it maps to the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.kinds.webhook.spec import ENDPOINT, EVENT_TYPES, HEADERS, SCHEMA_UPDATED
from reconciler.model.shape import Keyed, Member, Ordered, Record, Reference, Scalar, Set
from reconciler.model.values import Json

TYPES: Final = ("string", "number", "boolean", "date", "relationship")
MAX_FIELDS: Final = 100
"""The platform's hard limit (seed 004)."""

RELATIONSHIP: Final = Record(
    (
        Member("schema", Reference("FlexSchema"), wire="schemaId"),
        Member("field", Scalar(), wire="fieldName"),
    ),
    whole=True,
)
FIELD: Final = Record(
    (
        Member("name", Scalar()),
        Member("type", Scalar()),
        Member("required", Scalar(), default=False),
        Member("options", Set()),
        Member("relationship", RELATIONSHIP),
        Member("personalData", Scalar(), local=True),
        Member("purpose", Reference("Purpose"), local=True),
    )
)
SHAPE: Final = Record(
    (
        Member("name", Scalar()),
        Member("description", Scalar()),
        Member("fields", Keyed("name", FIELD, type_member="type")),
        Member("auditWebhook", Ordered(), local=True),
    )
)

_REFERENCE: Final[Mapping[str, Json]] = {
    "oneOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["id"],
            "properties": {"id": {"type": "string", "minLength": 1}},
        },
    ],
}

_FIELD_SCHEMA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Field",
    "additionalProperties": False,
    "required": ["name", "type"],
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "title": "Name",
            "description": "Unique within the schema. Renaming a field is removing one and adding another.",
            "examples": ["compliance_status"],
        },
        "type": {
            "enum": list(TYPES),
            "title": "Type",
            "description": "Changing the type of a field with records is checked against their values.",
        },
        "required": {
            "type": "boolean",
            "default": False,
            "title": "Required",
            "description": "Whether every record must have a value.",
        },
        "options": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": ["string", "number", "boolean"]},
            "title": "Options",
            "description": "The allowed values; their order carries no meaning.",
            "examples": [["verified", "pending", "rejected"]],
        },
        "relationship": {
            "type": "object",
            "additionalProperties": False,
            "required": ["schema", "field"],
            "title": "Relationship",
            "description": "For type relationship, and only there: the schema and field that it points at.",
            "examples": [{"schema": "contract", "field": "contractId"}],
            "properties": {
                "schema": {
                    "title": "Schema",
                    "description": "The name of a FlexSchema manifest, or {id: ...} of an unmanaged schema.",
                    **_REFERENCE,
                },
                "field": {
                    "type": "string",
                    "minLength": 1,
                    "title": "Field",
                    "description": "The field of that schema.",
                },
            },
        },
        "personalData": {
            "type": "boolean",
            "title": "Personal data",
            "description": "Whether the field holds personal data. Kept in the ledger; the organisation never sees it.",
        },
        "purpose": {
            "type": "string",
            "minLength": 1,
            "title": "Purpose",
            "description": "The name of the Purpose manifest for which the field is kept. Kept in the ledger only.",
            "examples": ["Customer_Support_Analytics"],
        },
    },
}

SCHEMA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "FlexSchema",
    "description": "The fields of custom data.",
    "additionalProperties": False,
    "required": ["fields"],
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "title": "Name in the organisation",
            "description": "The schema's name in the organisation; by default metadata.name.",
            "examples": ["customer_profile"],
        },
        "description": {
            "type": "string",
            "title": "Description",
            "description": "Shown to administrators.",
            "examples": ["Customer attributes shown to agents"],
        },
        "fields": {
            "type": "array",
            "maxItems": MAX_FIELDS,
            "title": "Fields",
            "description": "Fields that others added to the schema are kept unless lifecycle.foreign is remove.",
            "items": _FIELD_SCHEMA,
        },
        "auditWebhook": {
            "type": "object",
            "additionalProperties": False,
            "required": ["endpoint"],
            "title": "Audit webhook",
            "description": "Who is told of every update of this schema. It stands for a Webhook SchemaAudit_<name>, "
            "there before the schema is updated, and is deleted when this is taken away.",
            "examples": [{"endpoint": "https://compliance.example.com/genesys"}],
            "properties": {
                "endpoint": ENDPOINT,
                "eventTypes": {
                    **EVENT_TYPES,
                    "description": f"What is told; by default {SCHEMA_UPDATED}.",
                },
                "headers": HEADERS,
            },
        },
    },
}

EXAMPLE: Final = """\
apiVersion: reconciler/v1
kind: FlexSchema
metadata: {name: customer_profile}
spec:
  description: Customer attributes shown to agents
  fields:
    - {name: customerId, type: string, required: true}
    - {name: compliance_status, type: string, options: [verified, pending, rejected]}
"""
