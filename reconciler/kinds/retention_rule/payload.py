"""What is sent of a strategy's history, and the key by which it is sent once (contract §7)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from reconciler.model.archive import Archive, Order, Receipt, Version
from reconciler.model.values import Json, canonical

_NAMESPACE: Final = uuid.UUID("8f0b0a5e-6a43-5d0c-8d35-5b7f0a3c9e42")
_SCHEME: Final = "archive/v1"
_TAGS: Final[Mapping[str, str]] = {"archivedBy": "routing-strategy-archiver", "sourceSystem": "genesys-cloud"}
"""The seed's."""


def key_of(order: Order, live_id: str, head: Version) -> str:
    """A UUIDv5 of exactly what contract §7 lists: strategy id, the newest retained version's id and modifiedDate,
    retentionDays, maxVersions, generation. No time of ours, no endpoint, no name: the same everywhere, for ever."""
    stated = [_SCHEME, live_id.lower(), head.id, head.modified, order.days, order.most, order.generation]
    return str(uuid.uuid5(_NAMESPACE, canonical(stated).decode()))


def payload_of(order: Order, archive: Archive, timestamp: str) -> dict[str, Json]:
    """The body of the POST: the versions that the rule retains, and nothing else."""
    return {
        "strategyId": archive.live_id,
        "strategyName": archive.name,
        "archiveTimestamp": timestamp,
        "versionMatrix": [_row(order, version) for version in archive.versions],
        "retentionPolicy": {"maxVersions": order.most, "retentionDays": order.days},
        "idempotencyKey": archive.key,
    }


def _row(order: Order, version: Version) -> dict[str, Json]:
    author = {"originalAuthor": version.author} if version.author else {}
    return {
        "versionId": version.id,
        "versionNumber": version.number,
        "createdDate": version.created,
        "modifiedDate": version.modified,
        "metadataTags": {**_TAGS, **order.tags, **author},
    }


def notice_of(receipt: Receipt) -> dict[str, Json]:
    """The notification, with what was archived and not, as in the seed, always 0 versions."""
    return {
        "event": "strategy.archive.completed",
        "payload": {
            "strategyId": receipt.live_id,
            "versionCount": receipt.versions,
            "archiveTimestamp": receipt.timestamp,
            "idempotencyKey": receipt.key,
        },
    }


def _object(title: str, description: str, properties: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "title": title,
        "description": description,
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }


def _uuid(title: str, description: str) -> dict[str, Json]:
    pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
    return {"type": "string", "pattern": pattern, "title": title, "description": description}


def _time(title: str, description: str) -> dict[str, Json]:
    pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$"
    return {"type": "string", "pattern": pattern, "title": title, "description": f"{description} RFC 3339, UTC."}


def _text(title: str, description: str) -> dict[str, Json]:
    return {"type": "string", "pattern": r"\S", "title": title, "description": description}


def _positive(title: str, description: str) -> dict[str, Json]:
    return {"type": "integer", "minimum": 1, "title": title, "description": description}


_VERSION: Final = _object(
    "Version",
    "One version of the strategy.",
    {
        "versionId": _text("Version id", "As the organisation knows it."),
        "versionNumber": _positive("Version number", "Grows with every version."),
        "createdDate": _time("Created", "When the version was made."),
        "modifiedDate": _time("Modified", "When it was changed last."),
        "metadataTags": {
            "type": "object",
            "additionalProperties": {"type": "string", "title": "Tag", "description": "Its value."},
            "title": "Tags",
            "description": "The rule's, and who made the version.",
        },
    },
)
_POLICY: Final = _object(
    "Retention policy",
    "What the versions were retained by.",
    {
        "maxVersions": _positive("Most versions", "So many of the newest."),
        "retentionDays": _positive("Retention days", "Created within so many days."),
    },
)
SCHEMA: Final = _object(
    "Archive",
    "What is sent to the archive of a routing strategy's history.",
    {
        "strategyId": _uuid("Strategy id", "Whose history it is."),
        "strategyName": _text("Strategy name", "When it was archived."),
        "archiveTimestamp": _time("Archive timestamp", "When it was sent first."),
        "versionMatrix": {
            "type": "array",
            "minItems": 1,
            "items": _VERSION,
            "title": "Version matrix",
            "description": "The versions that are retained, oldest first.",
        },
        "retentionPolicy": _POLICY,
        "idempotencyKey": _uuid("Idempotency key", "The same for the same head, and sent as a header, too."),
    },
)
