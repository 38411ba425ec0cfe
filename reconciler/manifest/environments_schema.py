"""The JSON Schema of a project file's environments: where each organisation and ledger is, and what differs there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.manifest.placeholders import NAME
from reconciler.manifest.schema_parts import members
from reconciler.model.project import Environment
from reconciler.model.values import Json

URL: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": r"^(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)(/[^\s?#]*)?$",
    "x-hint": "Write an https address without a query; plain http only for this machine.",
}
ENVIRONMENT_NAME: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
    "x-hint": "Begin with a letter or a digit; use letters, digits, `_`, `.` and `-`.",
}
_TAKEN: Final[Json] = {
    "anyOf": [{"const": "all"}, {"pattern": "-([pP][lL][aA][nN]|[bB][yY]-[hH][aA][nN][dD])$"}],
}
"""`--env all` is every environment; NAME-plan and NAME-by-hand are what the workflows keep the credentials of NAME in,
where names differ by more than their case."""
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
        **URL,
        "title": "API address",
        "description": "Another host for the API: a gateway, or the sandbox.",
        "examples": ["https://api.example.com"],
    },
    "loginUrl": {
        **URL,
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

ENVIRONMENT: Final = members(
    "Environment",
    "Where the organisation is. What is not said here comes from the process environment.",
    {
        "name": {
            **ENVIRONMENT_NAME,
            "default": Environment().name,
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
            "description": "Merged into the spec: scalars and ordered lists are replaced, keyed lists merged by key, "
            "values of sets added. null takes a member away, {KEY: NAME, $remove: true} an element, {$remove: VALUE} a "
            "value.",
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
        {"type": "string", "minLength": 1, "not": {"pattern": "^([a-z+]+://|~)"}},
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
    "x-hint": "Write a path without `~`, or {fromEnv: RECONCILER_LEDGER_URL}: a URL holds a password and stays out of "
    "files.",
}
LEDGER_ID: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "title": "Ledger id",
    "description": "Which ledger it has to be. Another one, or none, is an error.",
    "examples": ["3f1c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d"],
    "x-hint": "A UUID in small letters: `reconciler init` makes one.",
}

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

ENVIRONMENTS: Final[Mapping[str, Json]] = {
    "type": "object",
    "minProperties": 1,
    "title": "Environments",
    "description": "Several environments by name; `--env NAME` chooses. Instead of `environment` and `ledger`.",
    "propertyNames": {
        **ENVIRONMENT_NAME,
        "not": _TAKEN,
        "x-hint": "Begin with a letter or a digit; use letters, digits, `_`, `.` and `-`; neither `all` nor an ending "
        "of `-plan` or `-by-hand`, by which the workflows find credentials.",
    },
    "additionalProperties": _OF_SEVERAL,
    "examples": [{"dev": {"region": "mypurecloud.de"}, "prod": {"region": "mypurecloud.de"}}],
}
