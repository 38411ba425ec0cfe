"""A snapshot as bytes with their hash; and back."""

from __future__ import annotations

from typing import Final

import orjson

from reconciler.errors import SnapshotUnreadable
from reconciler.model.snapshot import Snapshot
from reconciler.model.values import fingerprint
from reconciler.planning.planfile import converter

FORMAT_VERSION: Final = 1
DOCUMENT: Final = "snapshot"
_AGAIN: Final = "Make it again:\nreconciler snapshot FILE"


def write_snapshot(snapshot: Snapshot) -> bytes:
    """Equal snapshots give equal bytes. Members keep their order: in it people see them."""
    body = orjson.loads(orjson.dumps(converter().unstructure(snapshot)))
    whole = {"document": DOCUMENT, "format_version": FORMAT_VERSION, "hash": fingerprint(body), "snapshot": body}
    return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)


def read_snapshot(content: bytes) -> Snapshot:
    """Raises SnapshotUnreadable for what is none, was changed, or has another format."""
    try:
        whole = orjson.loads(content)
        document, version, stated, body = (whole[name] for name in ("document", "format_version", "hash", "snapshot"))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise _unreadable("It is no document of `reconciler snapshot`.") from None
    if document != DOCUMENT:
        raise _unreadable("It is no document of `reconciler snapshot`.")
    if version != FORMAT_VERSION:
        raise _unreadable(f"It has format {version!r}, and this program reads format {FORMAT_VERSION}.")
    if fingerprint(body) != stated:
        raise _unreadable("It has been changed, or was cut short: its hash is another.")
    try:
        snapshot = converter().structure(body, Snapshot)
    except Exception as error:  # whatever it is that garbage makes the structuring stumble over
        raise _unreadable(f"Its content does not have the shape of a snapshot ({type(error).__name__}).") from None
    return snapshot


def _unreadable(detail: str) -> SnapshotUnreadable:
    return SnapshotUnreadable("The file is not a snapshot", detail=detail, hint=_AGAIN)
