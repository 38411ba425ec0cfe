"""Answers that leave as something else: cut short, padded, with other JSON in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.fault_actions import Action, Mangle, Oversize, Truncate
from reconciler.sandbox.replies import Reply


def disfigure(reply: Reply, action: Action) -> Reply:
    """What the action makes of it; most have no hand in how an answer leaves."""
    match action:
        case Truncate(keep=keep, declares=declares):
            keep = len(reply.answer.body) // 2 if keep is None else min(keep, len(reply.answer.body))
            return replace(
                reply, keep=keep, declared=len(reply.answer.body[:keep] if declares == "part" else reply.answer.body)
            )
        case Oversize(bytes=size, declares=declares):
            padding = max(0, size - len(reply.sent))
            return replace(reply, padding=padding, declared=len(reply.sent) + padding if declares else None)
        case Mangle():
            body = _mangled(reply.answer.body, action)
            return replace(reply, answer=replace(reply.answer, body=body), declared=len(body))
        case _:
            return reply


def _mangled(body: bytes, action: Mangle) -> bytes:
    content: Any = orjson.loads(body) if body else {}
    try:
        for place, value in action.set.items():
            parent, last = _parent(content, place)
            parent[last] = value
        for place in action.remove:
            parent, last = _parent(content, place)
            del parent[last]
    except (LookupError, TypeError):
        raise SandboxError("No such place in the answer", f"{place} is not in {body[:200]!r}", where="mangle") from None
    return orjson.dumps(content)


def _parent(content: Any, place: str) -> tuple[Any, Any]:
    *path, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    for step in path:
        content = content[step]
    return content, last
