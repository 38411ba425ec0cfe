"""The JSON Schema of the project file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.manifest.envelope import API_VERSION
from reconciler.manifest.placeholders import NAME
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
_URL: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": r"^(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)(/[^\s?#]*)?$",
    "x-hint": "Write an https address without a query; plain http only for this machine.",
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
            **_URL,
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

_NAME: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_.-]{1,64}$",
    "x-hint": "Use letters, digits, `_`, `.` and `-`.",
}
_PLACE: Final[Mapping[str, Json]] = {
    "region": {
        "type": "string",
        "pattern": "^[a-z0-9][a-z0-9.-]{1,62}$",
        "title": "Region",
        "description": "The region's domain, or its AWS name.",
        "examples": ["mypurecloud.de"],
        "x-hint": "Write the region's domain, as in mypurecloud.de, or its AWS name, as in eu-central-1.",
    },
    "apiUrl": {
        **_URL,
        "title": "API address",
        "description": "Another host for the API: a gateway, or the sandbox.",
        "examples": ["https://api.example.com"],
    },
    "loginUrl": {
        **_URL,
        "title": "Login address",
        "description": "Where tokens come from, together with `apiUrl`.",
        "examples": ["https://login.example.com"],
    },
    "organisationId": {
        "type": "string",
        "pattern": "^[A-Za-z0-9-]{1,64}$",
        "title": "Organisation id",
        "description": "A run against another organisation stops before it reads anything.",
        "examples": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
        "x-hint": "Copy the organisation's id, without spaces.",
    },
}
_ONE_PLACE: Final[Mapping[str, Json]] = {
    "dependentRequired": {"apiUrl": ["loginUrl"], "loginUrl": ["apiUrl"]},
    "not": {"required": ["region", "apiUrl"]},
    "x-hint": "State `region`, or `apiUrl` with `loginUrl`; not both.",
}

_ENVIRONMENT: Final = members(
    "Environment",
    "Where the organisation is. What is not said here comes from the process environment.",
    {
        "name": {
            **_NAME,
            "default": _DEFAULTS.environment.name,
            "title": "Name",
            "description": "How the environment is called in plans.",
            "examples": ["production"],
        },
        **_PLACE,
    },
    **_ONE_PLACE,
)

VALUES: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Values",
    "description": "What `${values.NAME}` stands for in manifests: scalars, lists, maps. No secrets.",
    "propertyNames": {"pattern": f"^{NAME}$", "x-hint": "Begin with a letter; use letters, digits and `_`."},
    "additionalProperties": {
        "type": ["string", "number", "boolean", "array", "object"],
        "x-hint": "Write a value; one that is empty stands for nothing.",
    },
    "examples": [{"supportDays": 180, "owner": "crm"}],
}

_PATCH: Final = members(
    "Patch",
    "A change to manifests in this environment.",
    {
        "target": {
            "type": "string",
            "pattern": r"^[A-Za-z0-9*?\[\]!-]+/[A-Za-z0-9_.*?\[\]!-]{1,128}$",
            "title": "Target",
            "description": "The manifest's address, or a glob that fits several.",
            "examples": ["*/contract", "*/crm_*"],
            "x-hint": "Write Kind/name; `*`, `?` and `[...]` may stand in both.",
        },
        "labels": {
            "type": "object",
            "title": "Labels",
            "description": "Labels that are added or replaced; null takes one away.",
            "additionalProperties": {"type": ["string", "null"], "maxLength": 256},
        },
        "spec": {
            "type": "object",
            "minProperties": 1,
            "title": "Spec",
            "description": "Merged into the spec: scalars and ordered lists are replaced, keyed lists merged by key, values "
            "of sets added. null takes a member away, {KEY: NAME, $remove: true} an element, {$remove: VALUE} a value.",
            "examples": [{"retention": "30d"}],
        },
    },
    required=["target"],
    anyOf=[{"required": ["spec"]}, {"required": ["labels"]}],
    **{"x-hint": "State `spec`, `labels` or both."},
)

LEDGER: Final[Mapping[str, Json]] = {
    "title": "Ledger",
    "description": "A file of SQLite, relative to this one, for one persistent machine; for a team the environment "
    "variable that holds the URL of a database of PostgreSQL.",
    "default": ".reconciler/ledger.db",
    "examples": [".reconciler/ledger.db", {"fromEnv": "RECONCILER_LEDGER_URL"}],
    "oneOf": [
        {"type": "string", "minLength": 1, "not": {"pattern": "^[a-z+]+://"}},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["fromEnv"],
            "properties": {
                "fromEnv": {
                    "type": "string",
                    "pattern": "^RECONCILER_LEDGER_[A-Z0-9_]{1,100}$",
                    "title": "Environment variable",
                    "description": "The variable that holds the URL. Its name begins with RECONCILER_LEDGER_.",
                }
            },
        },
    ],
    "x-hint": "Write a path, or {fromEnv: RECONCILER_LEDGER_URL}: a URL holds a password and stays out of files.",
}
LEDGER_ID: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "title": "Ledger id",
    "description": "Which ledger it has to be. Another one, or none, is an error.",
    "examples": ["3f1c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d"],
    "x-hint": "A UUID in small letters: `reconciler init` makes one.",

_OF_SEVERAL: Final = members(
    "Environment",
    "One of several environments: where its organisation is, its ledger, and what differs in its manifests.",
    {
        **_PLACE,
        "ledger": {name: part for name, part in LEDGER.items() if name != "default"},
        "ledgerId": LEDGER_ID,
        "values": {
            "oneOf": [
                VALUES,
                {
                    "type": "string",
                    "minLength": 1,
                    "title": "File of values",
                    "description": "A YAML map, relative to this file.",
                    "examples": ["values/dev.yaml"],
                },
            ],
            "title": "Values",
            "description": "What `${values.NAME}` stands for: written out, or the path of a YAML file.",
        },
        "patches": {
            "type": "array",
            "title": "Patches",
            "description": "What else differs, by address.",
            "items": _PATCH,
        },
    },
    **_ONE_PLACE,
)

_ENVIRONMENTS: Final[Mapping[str, Json]] = {
    "type": "object",
    "minProperties": 1,
    "title": "Environments",
    "description": "Several environments by name; `--env NAME` chooses. Instead of `environment` and `ledger`.",
    "propertyNames": {**_NAME, "not": {"const": "all"}, "x-hint": "Use letters, digits, `_`, `.` and `-`; not `all`."},
    "additionalProperties": _OF_SEVERAL,
    "examples": [{"dev": {"region": "mypurecloud.de"}, "prod": {"region": "mypurecloud.de"}}],
}


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
            "environment": _ENVIRONMENT,
            "environments": _ENVIRONMENTS,
            "defaultEnvironment": {
                **_NAME,
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
