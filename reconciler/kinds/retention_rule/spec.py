"""What the manifest of a retention rule may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.address import Address
from reconciler.model.archive import Order
from reconciler.model.shape import Member, Ordered, Record, Scalar
from reconciler.model.values import Json, Normal

SHAPE: Final = Record(
    (
        Member("strategies", Ordered()),
        Member("retentionDays", Scalar()),
        Member("maxVersions", Scalar()),
        Member("archive", Ordered()),
        Member("tags", Ordered()),
        Member("backup", Ordered()),
        Member("notify", Ordered()),
        Member("generation", Scalar(), default=1),
    )
)


def order_of(address: Address, normal: Normal) -> Order:
    """The standing order that a rule is."""
    which, archive, notify = normal["strategies"], normal["archive"], normal.get("notify", {})
    chosen = which if isinstance(which, dict) else {}
    return Order(
        address=address,
        ids=tuple(live_id.lower() for live_id in chosen.get("ids", ())),
        names=tuple(chosen.get("names", ())),
        days=int(normal["retentionDays"]),
        most=int(normal["maxVersions"]),
        endpoint=archive["endpoint"],
        credential=archive.get("credential", {}).get("fromEnv", ""),
        tags=normal.get("tags", {}),
        backup=normal.get("backup", {}).get("folder", ""),
        notify=notify.get("url", ""),
        headers={name: value["fromEnv"] for name, value in notify.get("headers", {}).items()},
        generation=int(normal["generation"]),
    )


_UUID: Final[Mapping[str, Json]] = {
    "type": "string",
    "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "examples": ["3a6f0d1e-8f1c-4a55-9a0c-0f6f3f0a7d21"],
    "x-hint": "A strategy's id is a UUID; to name strategies, write `names: [...]`.",
}
_URL: Final[Mapping[str, Json]] = {
    "type": "string",
    "maxLength": 2000,
    "pattern": r"^(https://[A-Za-z0-9._~-]+|https://\[[0-9a-fA-F:.]+\]|http://(localhost|127\.0\.0\.1|\[::1\]))"
    r"(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$",
    "writeOnly": True,
    "x-hint": "Write an https address without user name and query; plain http only for this machine.",
}
_SECRET: Final[Mapping[str, Json]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["fromEnv"],
    "properties": {
        "fromEnv": {
            "type": "string",
            "pattern": "^RECONCILER_SECRET_[A-Z0-9_]{1,100}$",
            "title": "Variable",
            "description": "The environment variable that holds it.",
            "examples": ["RECONCILER_SECRET_ARCHIVE"],
            "writeOnly": True,
            "x-hint": "Name a variable that begins with RECONCILER_SECRET_; a secret never stands in a manifest.",
        }
    },
    "writeOnly": True,
    "x-hint": "Write `{fromEnv: RECONCILER_SECRET_...}`; a secret never stands in a manifest.",
}


def _list(items: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": items}


_STRATEGIES: Final[Mapping[str, Json]] = {
    "title": "Strategies",
    "description": "Which routing strategies: by id, by name, or all of them. A strategy belongs to one rule.",
    "examples": ["all", {"names": ["Premium support"]}],
    "oneOf": [
        {"const": "all"},
        {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
                "ids": _list(_UUID),
                "names": _list({"type": "string", "minLength": 1, "maxLength": 500}),
            },
        },
    ],
}

SCHEMA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "RetentionRule",
    "description": "How long the versions of routing strategies are retained, and where those are archived.",
    "additionalProperties": False,
    "required": ["strategies", "retentionDays", "maxVersions", "archive"],
    "properties": {
        "strategies": _STRATEGIES,
        "retentionDays": {
            "type": "integer",
            "minimum": 1,
            "maximum": 36500,
            "title": "Retention days",
            "description": "Versions created within so many days are retained. Shortening it needs an acknowledgement.",
            "examples": [365],
        },
        "maxVersions": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100000,
            "title": "Most versions",
            "description": "Of those, so many of the newest are retained. Lowering it needs an acknowledgement.",
            "examples": [50],
        },
        "archive": {
            "type": "object",
            "title": "Archive",
            "description": "Your own service, to which archives are sent by POST. No token of Genesys goes there.",
            "additionalProperties": False,
            "required": ["endpoint"],
            "properties": {
                "endpoint": {
                    **_URL,
                    "title": "Endpoint",
                    "description": "Its address. Receipts are kept for each endpoint.",
                    "examples": ["https://archive.example.com/api/v1/strategy-archives"],
                },
                "credential": {**_SECRET, "title": "Credential", "description": "Sent as a bearer token."},
            },
        },
        "tags": {
            "type": "object",
            "maxProperties": 100,
            "additionalProperties": {"type": "string", "maxLength": 1000},
            "title": "Tags",
            "description": "Metadata of every archived version, beside archivedBy and sourceSystem, which may be "
            "overridden, and originalAuthor, which may not.",
            "examples": [{"team": "governance"}],
        },
        "backup": {
            "type": "object",
            "title": "Backup",
            "description": "A copy of every archive in a file of its own.",
            "additionalProperties": False,
            "required": ["folder"],
            "properties": {
                "folder": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1000,
                    "title": "Folder",
                    "description": "Relative to the project file and below it, or absolute.",
                    "examples": ["backups/strategies"],
                }
            },
        },
        "notify": {
            "type": "object",
            "title": "Notify",
            "description": "Who is told of every archive that was made.",
            "additionalProperties": False,
            "required": ["url"],
            "properties": {
                "url": {
                    **_URL,
                    "title": "Address",
                    "description": "Where it is told by POST.",
                    "examples": ["https://grc.example.com/hooks/archives"],
                },
                "headers": {
                    "type": "object",
                    "title": "Headers",
                    "description": "Sent along, by name.",
                    "writeOnly": True,
                    "propertyNames": {"pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"},
                    "additionalProperties": _SECRET,
                    "examples": [{"Authorization": {"fromEnv": "RECONCILER_SECRET_GRC"}}],
                },
            },
        },
        "generation": {
            "type": "integer",
            "minimum": 1,
            "default": 1,
            "title": "Generation",
            "description": "A head is archived once, however often it is applied. Raise this to archive it again.",
        },
    },
}

EXAMPLE: Final = """\
apiVersion: reconciler/v1
kind: RetentionRule
metadata: {name: strategy_history}
spec:
  strategies: all
  retentionDays: 365
  maxVersions: 50
  archive:
    endpoint: https://archive.example.com/api/v1/strategy-archives
    credential: {fromEnv: RECONCILER_SECRET_ARCHIVE}
  backup: {folder: backups/strategies}
"""
