"""The JSON Schema of the project file's section `policies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.manifest.schema_parts import count, members
from reconciler.model.finding import Severity
from reconciler.model.kind import Kind
from reconciler.model.values import Json

OFF: Final = "off"
"""In the place of a severity: not in force."""
_SEVERITIES: Final = [severity.value for severity in Severity]
_TEXT: Final[Mapping[str, Json]] = {"type": "string", "minLength": 1, "maxLength": 2000}
_CODE: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[A-Z]{2,4}[0-9]{3}$",
    "x-hint": "Write two to four capital letters and three digits, as in ORG001.",
}
_MOMENT: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})$",
    "examples": ["2026-12-23T18:00:00+01:00"],
    "x-hint": "Write a time with its zone, as in 2026-12-23T18:00:00+01:00.",
}


def _threshold(title: str, description: str) -> dict[str, Json]:
    return members(
        title,
        description,
        {
            "count": count("Count", "Objects, new ones included."),
            "percent": count("Percent", "Share of the objects that are ours; one is always allowed.", most=100),
        },
        minProperties=1,
    )


_THRESHOLDS: Final = members(
    "Thresholds",
    "What one run may do, over all kinds. `limits.deletions` bounds the deletions of each kind besides.",
    {
        "changes": _threshold("Changes", "What is written to the organisation, deletions included."),
        "deletions": _threshold("Deletions", "What is deleted or disabled."),
    },
)

_DEFAULTS: Final[Mapping[str, Json]] = {
    "title": "Default policies",
    "description": "The policies that kinds bring along (`reconciler policies` lists them): false for none of them, or "
    "other severities for some.",
    "default": True,
    "examples": [False, {"PU001": OFF}],
    "type": ["boolean", "object"],
    "additionalProperties": {"enum": [*_SEVERITIES, OFF]},
}


def policies_schema(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    """The section, with one of its own for each kind whose policies can be adjusted."""
    adjustable = {kind.settings.name: kind.settings.schema for kind in kinds.values() if kind.settings is not None}
    listed = {"type": "array", "maxItems": 500}
    return members(
        "Policies",
        "What the organisation wants to hold, beyond what the platform asks for.",
        {
            "defaults": _DEFAULTS,
            **adjustable,
            "rules": {
                **listed,
                "items": _rule(kinds),
                "title": "Rules",
                "description": "The organisation's own policies.",
            },
            "thresholds": _THRESHOLDS,
            "freezes": {
                **listed,
                "items": _freeze(kinds),
                "title": "Freezes",
                "description": "Times in which nothing is changed.",
            },
        },
    )


def _rule(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    return members(
        "Rule",
        "What the spec of manifests satisfies, in the words of JSON Schema.",
        {
            "code": {
                **_CODE,
                "title": "Code",
                "description": "Unique, with letters of your own.",
                "examples": ["ORG001"],
            },
            "severity": {
                "enum": _SEVERITIES,
                "default": Severity.BLOCK.value,
                "title": "Severity",
                "description": "What blocks stops every apply until it is mended or acknowledged.",
            },
            "message": {
                "type": "string",
                "minLength": 1,
                "maxLength": 120,
                "title": "Message",
                "description": "What is wrong where the schema does not hold, in few words.",
                "examples": ["Schemas of the CRM say whom to ask"],
            },
            **_scope(kinds),
            "schema": {
                "type": "object",
                "title": "Schema",
                "description": "JSON Schema 2020-12 of the spec as it is meant: defaults filled in, retention classes "
                "in days, every value in one spelling. It refers to nothing outside itself.",
                "examples": [{"required": ["description"]}],
            },
            "explain": {
                **_TEXT,
                "title": "Explanation",
                "description": "Why it matters and how to mend it, for `reconciler explain`.",
            },
        },
        required=["code", "message", "schema"],
    )


def _freeze(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    return members(
        "Freeze",
        "A time in which nothing is sent to the organisation.",
        {
            "from": {**_MOMENT, "title": "From", "description": "The first moment."},
            "until": {**_MOMENT, "title": "Until", "description": "The first moment after it."},
            "reason": {**_TEXT, "title": "Reason", "description": "Why, for whoever is held back."},
            **_scope(kinds),
        },
        required=["from", "until", "reason"],
    )


def _scope(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    return {
        "kinds": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(kinds)},
            "title": "Kinds",
            "description": "The kinds that are meant; all where nothing is said.",
        },
        "labels": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string"},
            "title": "Labels",
            "description": "The labels that the manifests have which are meant; any where nothing is said.",
            "examples": [{"team": "crm"}],
        },
    }
