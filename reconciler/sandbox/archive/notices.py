"""What the receivers take: the notification of contract §7 and the events of §4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.archive.payloads import Violation, date_violations, is_uuid

COMPLETED = "strategy.archive.completed"
_NOTICE = ("strategyId", "versionCount", "archiveTimestamp", "idempotencyKey")
_EVENT = ("eventType", "eventId", "timestamp", "payload")


def notice_violations(notice: Mapping[str, Any]) -> Iterator[Violation]:
    """`{event: "strategy.archive.completed", payload{strategyId, versionCount, archiveTimestamp, idempotencyKey}}`."""
    if set(notice) != {"event", "payload"}:
        yield "", "must have event and payload and nothing else"
    if notice.get("event") != COMPLETED:
        yield "event", f"must be {COMPLETED}"
    payload = notice.get("payload")
    if not isinstance(payload, dict) or set(payload) != set(_NOTICE):
        yield "payload", f"must have {', '.join(_NOTICE)} and nothing else"
        return
    for name in ("strategyId", "idempotencyKey"):
        if not is_uuid(payload[name]):
            yield f"payload.{name}", "is not a UUID"
    if type(payload["versionCount"]) is not int or payload["versionCount"] < 1:
        yield "payload.versionCount", "must be a whole number from 1"
    yield from date_violations(payload, "archiveTimestamp", "payload.")


def event_violations(event: Mapping[str, Any]) -> Iterator[Violation]:
    """`{eventType, eventId, timestamp, payload}`."""
    if set(event) != set(_EVENT):
        yield "", f"must have {', '.join(_EVENT)} and nothing else"
