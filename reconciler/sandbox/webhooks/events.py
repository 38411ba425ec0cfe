"""What the platform tells of: `{eventType, eventId, timestamp, payload}` whenever one of its objects changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.webhooks.deliveries import Delivery
from reconciler.sandbox.webhooks.filters import lets_through

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.store import Stored

SUBJECTS: Mapping[str, tuple[str, str]] = {
    "flex_schemas": ("data.flex.schema", "schemaId"),
    "purposes": ("privacy.purpose", "purposeId"),
    "routing_strategies": ("routing.strategy", "strategyId"),
}
"""By collection: how its event types begin, and what a payload calls the id. The contract names the first, updated."""

EVENT_TYPES = tuple(f"{stem}.{what}" for stem, _ in SUBJECTS.values() for what in ("created", "updated", "deleted"))


def publish(organisation: Organisation, collection: str, before: Stored | None, after: Stored | None) -> None:
    """Put an event on its way to every webhook that exists at this moment, is enabled and asks for it."""
    subject = after or before
    if collection not in SUBJECTS or subject is None:
        return
    stem, id_name = SUBJECTS[collection]
    what = "created" if before is None else "deleted" if after is None else "updated"
    payload = {id_name: subject.id, "name": subject.name, "version": subject.version}
    event = {
        "eventType": f"{stem}.{what}",
        "eventId": organisation.ids.next("events"),
        "timestamp": wire_date(organisation.clock.now()),
        "payload": payload,
    }
    for webhook in organisation.collection("webhooks"):
        if _asks_for(webhook, event):
            _dispatch(organisation, webhook, event)


def _asks_for(webhook: Stored, event: Mapping[str, Any]) -> bool:
    return (
        webhook.body.get("enabled") is True
        and event["eventType"] in webhook.body.get("eventTypes", ())
        and lets_through(webhook.body.get("filter"), event["payload"])
    )


def _dispatch(organisation: Organisation, webhook: Stored, event: Mapping[str, Any]) -> None:
    """As the settings want it: never, once, twice, late, or so that the next one overtakes it."""
    settings, deliveries = organisation.settings, organisation.deliveries
    if settings.webhook_deliveries == "never":
        return
    waits = settings.webhook_deliveries == "late"
    if settings.webhook_deliveries == "overtaking":
        waits = len(deliveries.to(webhook.id)) % 2 == 0
    due = organisation.clock.now() + (settings.webhook_delay if waits else 0.0)
    for _ in range(2 if settings.webhook_deliveries == "twice" else 1):
        deliveries.add(Delivery(deliveries.next_number, webhook.id, event, due))
