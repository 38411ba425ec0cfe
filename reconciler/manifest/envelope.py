"""The JSON Schemas of what stands around a spec, and of `removed:` and `moved:` documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.kind import Kind
from reconciler.model.values import Json

API_VERSION: Final = "reconciler/v1"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
"""Of every JSON Schema here."""

_SLUG: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_.-]{1,128}$",
    "x-hint": "Use 1 to 128 letters, digits, `_`, `.` and `-`; the name in the organisation goes into spec.name.",
}
_ADDRESS: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9]+/[A-Za-z0-9_.-]{1,128}$",
    "x-hint": "Write Kind/name: the manifest's kind, a slash, and its metadata.name.",
}
_TEXT: Final[Mapping[str, Json]] = {"type": "string", "minLength": 1}
_VERSION: Final[Mapping[str, Json]] = {
    "const": API_VERSION,
    "title": "API version",
    "description": "The rules by which the document is read.",
}

_ENVIRONMENTS: Final[Mapping[str, Json]] = {
    "type": "array",
    "minItems": 1,
    "uniqueItems": True,
    "items": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"},
    "title": "Environments",
    "description": "The environments of the project file in which it counts; by default all of them.",
    "examples": [["dev"]],
}

METADATA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Metadata",
    "description": "The identity of the manifest.",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {
            **_SLUG,
            "title": "Name",
            "description": "Unique within the kind. Renaming needs a `moved:` entry.",
            "examples": ["customer_profile"],
        },
        "labels": {
            "type": "object",
            "title": "Labels",
            "description": "Free words for selecting manifests. They stay here.",
            "additionalProperties": {"type": "string", "maxLength": 256},
            "propertyNames": {**_SLUG, "x-hint": "Use letters, digits, `_`, `.` and `-`."},
            "examples": [{"team": "crm"}],
        },
        "id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.:-]{1,128}$",
            "title": "Live id",
            "description": "Binds the manifest to a known live object, where its name does not suffice.",
            "examples": ["9e8a7d3c-1f2b-4c5d-8e9f-0a1b2c3d4e5f"],
            "x-hint": "Copy the id from the organisation, without spaces.",
        },
        "environments": _ENVIRONMENTS,
    },
}

ACKNOWLEDGEMENT: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Acknowledgement",
    "additionalProperties": False,
    "required": ["code", "path", "reason", "by", "expires"],
    "properties": {
        "code": {
            "type": "string",
            "pattern": "^[A-Z]{2,4}[0-9]{3}$",
            "title": "Code",
            "description": "The finding's code.",
            "examples": ["FS101"],
            "x-hint": "Copy the code from the plan: letters and three digits.",
        },
        "path": {
            **_TEXT,
            "title": "Path",
            "description": "Where in the spec the finding stands.",
            "examples": ["fields.legacy_score"],
        },
        "change": {
            **_TEXT,
            "title": "Change",
            "description": "The change that is accepted, as the plan spells it.",
            "examples": ["string -> number"],
        },
        "removes": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": ["string", "number", "boolean"]},
            "title": "Removes",
            "description": "The elements whose removal is accepted.",
            "examples": [["pending"]],
        },
        "reason": {
            **_TEXT,
            "title": "Reason",
            "description": "Why it is acceptable, for the next reader.",
            "examples": ["replaced by risk_band (GOV-212)"],
        },
        "by": {**_TEXT, "title": "By", "description": "Who accepts it.", "examples": ["a.smith"]},
        "expires": {
            "type": "string",
            # The pattern, too: jsonschema-rs takes 1.56-01-01 for a date.
            "pattern": "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$",
            "format": "date",
            "title": "Expires",
            "description": "The last day on which it counts, in UTC.",
            "examples": ["2026-12-31"],
            "x-hint": "Write a date that exists, as YYYY-MM-DD.",
        },
    },
    "not": {"required": ["change", "removes"]},
    "x-hint": "State `change` or `removes`, as the plan prints it, and not both.",
}

LIFECYCLE: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Lifecycle",
    "description": "How the live object may be treated.",
    "additionalProperties": False,
    "properties": {
        "protect": {
            "type": "boolean",
            "default": False,
            "title": "Protect",
            "description": "Never delete the object, even when its manifest is gone.",
        },
        "adopt": {
            "type": "boolean",
            "default": False,
            "title": "Adopt",
            "description": "Take over an object of the same name that exists already, differences included.",
        },
        "foreign": {
            "enum": ["keep", "remove"],
            "default": "keep",
            "title": "Foreign elements",
            "description": "What happens to list elements that others put into the object.",
        },
        "acknowledge": {
            "type": "array",
            "title": "Acknowledgements",
            "description": "Findings that a person has accepted. The plan prints the snippet.",
            "items": ACKNOWLEDGEMENT,
        },
    },
}

CHANGES: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Removed and moved addresses",
    "additionalProperties": False,
    "properties": {
        "apiVersion": _VERSION,
        "removed": {
            "type": "array",
            "title": "Removed",
            "description": "Addresses that are no longer ours.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["address"],
                "properties": {
                    "address": {**_ADDRESS, "title": "Address", "description": "Kind/name of the former manifest."},
                    "delete": {
                        "type": "boolean",
                        "default": False,
                        "title": "Delete",
                        "description": "Whether to delete the live object, too.",
                    },
                    "reason": {**_TEXT, "title": "Reason", "description": "Why, for the reviewer."},
                    "environments": _ENVIRONMENTS,
                },
            },
        },
        "moved": {
            "type": "array",
            "title": "Moved",
            "description": "Manifests that were renamed: the same object under another address.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["from", "to"],
                "properties": {
                    "from": {**_ADDRESS, "title": "From", "description": "The former address."},
                    "to": {**_ADDRESS, "title": "To", "description": "The address now."},
                    "environments": _ENVIRONMENTS,
                },
            },
        },
    },
}


def manifest_schema(kind: Kind) -> dict[str, Json]:
    """The JSON Schema of a whole manifest of a kind. The spec's `$defs` move to the top, where `#/$defs` finds them."""
    spec = {keyword: value for keyword, value in kind.schema.items() if keyword not in ("$defs", "$schema", "$id")}
    schema = _enveloped({"const": kind.name, "title": "Kind", "description": kind.title}, spec)
    if "$defs" in kind.schema:
        schema["$defs"] = kind.schema["$defs"]
    return schema


def kindless_schema() -> dict[str, Json]:
    """For a manifest whose kind is not known: all but the spec."""
    return _enveloped({"type": "string"}, {})


def _enveloped(kind: Mapping[str, Json], spec: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": _VERSION,
            "kind": kind,
            "metadata": METADATA,
            "spec": spec,
            "lifecycle": LIFECYCLE,
        },
    }
