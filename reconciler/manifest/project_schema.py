"""The JSON Schema of the project file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.manifest.envelope import API_VERSION
from reconciler.manifest.environments_schema import (
    ENVIRONMENT,
    ENVIRONMENT_NAME,
    ENVIRONMENTS,
    LEDGER,
    LEDGER_ID,
    URL,
)
from reconciler.manifest.policies_schema import policies_schema
from reconciler.manifest.schema_parts import count, members
from reconciler.model.kind import Kind
from reconciler.model.project import DeletionLimit, Limits, Project, Timing
from reconciler.model.values import Json

_DEFAULTS: Final = Project()
_TIME: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[0-9]{1,6}([.][0-9]{1,3})?(ms|s|m|h)$",
    "x-hint": "Write a number with its unit: 500ms, 30s, 2m or 1h.",
}


def _time(title: str, description: str, *, default: float) -> dict[str, Json]:
    return {**_TIME, "title": title, "description": description, "default": f"{default:g}s", "examples": ["30s", "2m"]}


_RETENTION_CLASS: Final = members(
    "Retention class",
    "A named retention period.",
    {
        "retention": {
            "type": "string",
            "pattern": "^([0-9]{1,6}d|P[0-9]{1,6}D)$",
            "title": "Retention",
            "description": "How long, in days.",
            "examples": ["180d", "P180D"],
            "x-hint": "Write a number of days, as in 180d or P180D: months and years have no fixed number of days.",
        },
        "description": {"type": "string", "title": "Description", "description": "What the class is for."},
    },
    required=["retention"],
)

_DELETIONS: Final = members(
    "Deletions",
    "How many objects of one kind a plan may delete: the smaller of the two, at least one.",
    {
        "count": count("Count", "Objects of one kind.", default=DeletionLimit().count),
        "percent": count("Percent", "Share of the kind's objects.", default=DeletionLimit().percent, most=100),
    },
)

_LIMITS: Final = members(
    "Limits",
    "Numbers that hold a run back.",
    {
        "deletions": _DELETIONS,
        "evidenceCalls": count(
            "Evidence calls", "Calls that a plan may spend on reading records.", default=Limits().evidence_calls
        ),
        "warnAtPercent": count(
            "Warn at percent",
            "Share of a platform limit from which a plan warns.",
            default=Limits().warn_at_percent,
            least=1,
            most=100,
        ),
        "requestsPerMinute": count(
            "Requests per minute", "The pace of all calls together.", default=Limits().requests_per_minute, least=1
        ),
        "maxInFlight": count(
            "Most in flight",
            "Export requests of a kind that are under way at once.",
            default=Limits().in_flight,
            least=1,
        ),
        "dataExportDays": count(
            "Days of a data export", "How long its window may be; 0 = any length.", default=Limits().data_export_days
        ),
        "archivesInFlight": count(
            "Archives in flight",
            "Archives of histories that are sent at once.",
            default=Limits().archives_in_flight,
            least=1,
            most=100,
        ),
    },
)

_TIMING: Final = members(
    "Timing",
    "How long to wait.",
    {
        "connect": _time("Connect", "For a connection.", default=Timing().connect),
        "request": _time("Request", "For an answer.", default=Timing().request),
        "settle": _time(
            "Settle",
            "How long after a crash an unseen effect is still in doubt; longer than `request`.",
            default=Timing().settle,
        ),
    },
)

_RECEIVER: Final = members(
    "Receiver",
    "Who is told of confirmed callbacks: a SIEM, a GRC platform.",
    {
        "name": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,64}$",
            "title": "Name",
            "description": "What it is called in metrics and messages, and what its queue is kept under.",
            "examples": ["siem"],
            "x-hint": "Use letters, digits, `_`, `.` and `-`.",
        },
        "url": {
            **URL,
            "title": "Address",
            "description": "Where events are sent by POST.",
            "examples": ["https://siem.example.com/events"],
        },
        "headers": {
            "type": "object",
            "title": "Headers",
            "description": "Whole values of headers, each from an environment variable.",
            "maxProperties": 20,
            "propertyNames": {"pattern": "^[A-Za-z0-9-]{1,64}$"},
            "additionalProperties": members(
                "Secret",
                "The environment variable that holds the whole value.",
                {
                    "fromEnv": {
                        "type": "string",
                        "pattern": "^RECONCILER_SECRET_[A-Z0-9_]{1,64}$",
                        "title": "Variable",
                        "description": "Only such names, so that no other credential can be sent anywhere.",
                        "examples": ["RECONCILER_SECRET_SIEM"],
                        "x-hint": "Name an environment variable that begins with RECONCILER_SECRET_.",
                    }
                },
                required=["fromEnv"],
            ),
            "examples": [{"Authorization": {"fromEnv": "RECONCILER_SECRET_SIEM"}}],
        },
    },
    required=["name", "url"],
)

_SERVICE: Final = members(
    "Service",
    "What `reconciler serve` does beside showing the catalogue.",
    {
        "forward": {
            "type": "array",
            "maxItems": 20,
            "items": _RECEIVER,
            "title": "Forward",
            "description": "Receivers of confirmed callbacks, each with a durable queue of its own.",
        }
    },
)


def project_schema_for(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    """The schema, with a section of policies for each kind that has one."""
    return members(
        "Project",
        "What holds for all manifests beside this file.",
        {
            "apiVersion": {
                "const": API_VERSION,
                "title": "API version",
                "description": "The rules by which the file is read.",
            },
            "kind": {"const": "Project", "title": "Kind", "description": "Tells the project file from a manifest."},
            "retentionClasses": {
                "type": "object",
                "title": "Retention classes",
                "description": "Named retention periods, for `retention: {class: NAME}`.",
                "propertyNames": {
                    "pattern": "^[A-Za-z0-9_.-]{1,64}$",
                    "x-hint": "Use letters, digits, `_`, `.` and `-`.",
                },
                "additionalProperties": _RETENTION_CLASS,
                "examples": [{"standard": {"retention": "180d"}}],
            },
            "limits": _LIMITS,
            "timing": _TIMING,
            "policies": policies_schema(kinds),
            "environment": ENVIRONMENT,
            "environments": ENVIRONMENTS,
            "defaultEnvironment": {
                **ENVIRONMENT_NAME,
                "title": "Default environment",
                "description": "The one that is meant where --env and RECONCILER_ENV say nothing.",
                "examples": ["dev"],
            },
            "ledger": LEDGER,
            "ledgerId": LEDGER_ID,
            "service": _SERVICE,
        },
        required=["apiVersion", "kind"],
    )
