"""When a privacy request ends: who is told, how often, when, and whether it is the truth (contract §5).

Nothing signs a callback, so whoever takes one must not believe it; the modes are there to find out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.edits import merge
from reconciler.sandbox.exports.jobs import COMPLETED
from reconciler.sandbox.exports.links import download_url
from reconciler.sandbox.exports.outbox import Callback
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.store import Stored, Veil


def announce(organisation: Organisation, before: Stored, after: Stored) -> None:
    """Put what the settings want said about this end into the outbox."""
    settings, now = organisation.settings, organisation.clock.now()
    url = after.body.get("callbackUrl")
    if settings.callbacks == "never" or not isinstance(url, str):
        return
    body = callback_body(organisation, after)
    if settings.callbacks == "forged":
        body["requestId"] = organisation.ids.next("forged")
    if settings.callbacks == "early":
        veil = Veil(None, 0, "everywhere", now + settings.callback_delay, None)
        organisation.collection("privacy_requests").veil(after.id, {after.id: before}, veil)
    due = now + settings.callback_delay if settings.callbacks == "late" else now
    for _ in range(2 if settings.callbacks == "twice" else 1):
        organisation.outbox.add(url, body, due)


def callback_body(organisation: Organisation, request: Stored) -> dict[str, Any]:
    """`{requestId, status, downloadUrl, entityType}`; `downloadUrl` is null unless there is something to download."""
    url = download_url(organisation, request) if request.body["status"] == COMPLETED else None
    return {
        "requestId": request.id,
        "status": request.body["status"],
        "downloadUrl": url,
        "entityType": request.body.get("entityType"),
    }


def send_now(organisation: Organisation, request: Stored, changes: Mapping[str, Any], url: str | None) -> Callback:
    """One more callback, true but for `changes` (a JSON merge patch), to `url` or to the request's own."""
    body = merge(callback_body(organisation, request), changes)
    return organisation.outbox.add(url or str(request.body.get("callbackUrl")), body, organisation.clock.now())
