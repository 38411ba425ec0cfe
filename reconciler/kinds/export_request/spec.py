"""What the manifests of export requests may say, and what is sent (contract §5, §6)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from reconciler.model.project import Project
from reconciler.model.request import Asking
from reconciler.model.shape import Member, Ordered, Record, Scalar, Set
from reconciler.model.values import Json, Normal
from reconciler.model.window import Window, spell

ENTITIES: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("profile", "interactions", "notes", "tags"),
    "conversation": ("transcript", "metadata", "analytics", "attachments"),
    "interaction": ("voice", "chat", "email", "social", "callback"),
}
"""The data types of each entity (§5)."""
LONGEST_PRIVACY_WINDOW: Final = datetime.timedelta(days=30)

PRIVACY_SHAPE: Final = Record(
    (
        Member("entityType", Scalar()),
        Member("dataTypes", Set()),
        Member("format", Scalar(), default="json"),
        Member("window", Ordered()),
        Member("split", Scalar(), default=False),
        Member("generation", Scalar(), default=1),
        Member("callback", Ordered()),
        Member("purposes", Set(), local=True),
    )
)
DATA_SHAPE: Final = Record(
    (
        Member("type", Scalar(), default="conversation"),
        Member("view", Scalar(), default="full"),
        Member("format", Scalar(), default="jsonl"),
        Member("window", Ordered()),
        Member("split", Scalar(), default=False),
        Member("generation", Scalar(), default=1),
        Member("purposes", Set(), local=True),
    )
)


def _of_privacy(normal: Normal, part: Window) -> Mapping[str, Json]:
    return {
        "entityType": normal["entityType"],
        "format": normal["format"],
        "dataTypes": sorted(normal["dataTypes"]),
        "timeRange": {"start": spell(part.start), "end": spell(part.end)},
    }


def _of_data(normal: Normal, part: Window) -> Mapping[str, Json]:
    return {
        "type": normal["type"],
        "view": normal["view"],
        "format": normal["format"],
        "startDate": spell(part.start),
        "endDate": spell(part.end),
    }


def longest_data_window(project: Project) -> datetime.timedelta | None:
    """No limit is documented (§6): a setting."""
    days = project.limits.data_export_days
    return datetime.timedelta(days=days) if days else None


def _longest_privacy_window(_: Project) -> datetime.timedelta:
    return LONGEST_PRIVACY_WINDOW


PRIVACY_ASKING: Final = Asking(
    fields=("entityType", "dataTypes", "format"),
    body=_of_privacy,
    longest=_longest_privacy_window,
    own_id="requestId",
    reason="failureReason",
    download="downloadUrl",
    callback="callbackUrl",
    starts=("timeRange", "start"),
    ends=("timeRange", "end"),
)
DATA_ASKING: Final = Asking(
    fields=("type", "view", "format"),
    body=_of_data,
    longest=longest_data_window,
    files="/files",
    starts=("startDate",),
    ends=("endDate",),
)

_TIME: Final = {"type": "string", "description": "With its zone.", "examples": ["2026-10-01T00:00:00Z"]}
_DAY: Final = {"type": "string", "description": "In UTC.", "examples": ["2026-10-05"]}
_MONTH: Final = {"type": "string", "description": "In UTC.", "examples": ["2026-10"]}
_FORMS: Final[tuple[Mapping[str, Json], ...]] = (
    {"start": _TIME, "end": _TIME},
    {"day": _DAY},
    {"month": _MONTH},
    {"days": {"type": "integer", "minimum": 1, "maximum": 3660}, "before": _DAY},
)
_WINDOW: Final[Mapping[str, Json]] = {
    "title": "Window",
    "description": "The time whose data is asked for: the start counts, the end does not. Never relative to today, so "
    "that a plan means the same whenever it is made.",
    "examples": [{"month": "2026-10"}, {"start": "2026-10-01T00:00:00Z", "end": "2026-10-08T00:00:00Z"}],
    "oneOf": [
        {"type": "object", "additionalProperties": False, "required": list(form), "properties": dict(form)}
        for form in _FORMS
    ],
}
_SPLIT: Final[Mapping[str, Json]] = {
    "type": "boolean",
    "default": False,
    "title": "Split",
    "description": "Whether a window that is longer than the organisation allows becomes several requests.",
}
_GENERATION: Final[Mapping[str, Json]] = {
    "type": "integer",
    "minimum": 1,
    "default": 1,
    "title": "Generation",
    "description": "A request is made once, however often it is applied. Raise this to ask for the same data again.",
}
_PURPOSES: Final[Mapping[str, Json]] = {
    "type": "array",
    "minItems": 1,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1},
    "title": "Purposes",
    "description": "The names of the Purpose manifests that the data is kept for. They stay here, and make no other "
    "request.",
    "examples": [["Customer_Support_Analytics"]],
}
_ADDRESS: Final[Mapping[str, Json]] = {"type": "string", "minLength": 1, "maxLength": 2000}
_CALLBACK: Final[Mapping[str, Json]] = {
    "title": "Callback",
    "description": "Where the organisation tells that the request has ended: `service` is the address of our own "
    "service (`reconciler serve`), to which a path with a token is added when it is sent; `url` is another's, and is "
    "sent as it is. It makes no other request: changing it asks for nothing again.",
    "examples": [{"service": "https://governance.example.com"}, {"url": "https://grc.example.com/genesys"}],
    "oneOf": [
        {"type": "object", "additionalProperties": False, "required": [name], "properties": {name: _ADDRESS}}
        for name in ("service", "url")
    ],
}


def _schema(title: str, description: str, required: list[str], properties: Mapping[str, Json]) -> Mapping[str, Json]:
    return {
        "type": "object",
        "title": title,
        "description": description,
        "additionalProperties": False,
        "required": [*required, "window"],
        "properties": {
            **properties,
            "window": _WINDOW,
            "split": _SPLIT,
            "generation": _GENERATION,
            "purposes": _PURPOSES,
        },
    }


PRIVACY_SCHEMA: Final = _schema(
    "PrivacyExport",
    "Personal data of an organisation's users, conversations or interactions, asked for once.",
    ["entityType", "dataTypes"],
    {
        "entityType": {
            "enum": list(ENTITIES),
            "title": "Entity type",
            "description": "Whose data: " + "; ".join(f"{name} has {', '.join(ENTITIES[name])}" for name in ENTITIES),
        },
        "dataTypes": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string"},
            "title": "Data types",
            "description": "Which data of the entity; their order carries no meaning.",
            "examples": [["profile", "interactions"]],
        },
        "format": {"enum": ["json", "csv"], "default": "json", "title": "Format", "description": "Of the file."},
        "callback": _CALLBACK,
    },
)
DATA_SCHEMA: Final = _schema(
    "DataExport",
    "Interactions in bulk, asked for once.",
    [],
    {
        "type": {
            "enum": ["conversation"],
            "default": "conversation",
            "title": "Type",
            "description": "Of the records.",
        },
        "view": {"enum": ["full"], "default": "full", "title": "View", "description": "How much of each record."},
        "format": {"enum": ["jsonl", "csv"], "default": "jsonl", "title": "Format", "description": "Of the files."},
    },
)

PRIVACY_EXAMPLE: Final = """\
apiVersion: reconciler/v1
kind: PrivacyExport
metadata: {name: subject_access_2026_09}
spec:
  entityType: user
  dataTypes: [profile, interactions]
  window: {month: 2026-09}
"""
DATA_EXAMPLE: Final = """\
apiVersion: reconciler/v1
kind: DataExport
metadata: {name: conversations_2026_10}
spec:
  format: jsonl
  window: {month: 2026-10}
"""
