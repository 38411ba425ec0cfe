"""What is told while the program works, as one JSON object a line."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import assert_never

import orjson

from reconciler.model.report import Event, StepFinished, StepStarted, Waiting
from reconciler.model.values import Json


def log_line(message: str, *, at: float, level: str, members: Mapping[str, Json]) -> str:
    """`time` (RFC 3339 UTC), `level` (`info`, `error`), `message`, and the members of what it is about."""
    moment = datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds")
    said = {"time": moment.replace("+00:00", "Z"), "level": level, "message": message, **members}
    return orjson.dumps(said).decode()


def event_members(event: Event) -> dict[str, Json]:
    """`event` (`started`, `finished`, `waiting`), and by that: `step`, `address`, `action`, `outcome`, `latency_ms`,
    `live_id`; `seconds`, `reason`."""
    match event:
        case StepStarted(step, address, action):
            return {"event": "started", "step": step, "address": str(address), "action": action.value}
        case StepFinished(result):
            return {
                "event": "finished",
                "step": result.step,
                "address": str(result.address),
                "action": result.action.value,
                "outcome": result.outcome.value,
                "latency_ms": result.latency_ms,
                "live_id": result.live_id,
            }
        case Waiting(seconds, reason):
            return {"event": "waiting", "seconds": seconds, "reason": reason}
        case _:
            assert_never(event)
