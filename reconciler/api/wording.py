"""What the organisation said about a refusal, in one paragraph fit to be shown (ErrorBody: published API §1.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.api.answer import Answer
from reconciler.api.legible import legible
from reconciler.model.secret import MASK
from reconciler.model.values import Json

_MOST = 10
"""Violations that a message lists."""

_SECRET = re.compile(r"(^|\.)headers\b|secret|password|token|authorization|credential|downloadurl", re.IGNORECASE)
"""Paths whose value is masked."""

_STEP = re.compile(r"[^.\[\]]+")


def told(answer: Answer, sent: Json = None) -> str:
    """Status, message, code, and every violation with the value that was `sent` there."""
    if not answer.status:
        return f"{answer.trouble.rstrip('.') or 'No answer'}."
    parts = [f"HTTP {answer.status}"]
    if isinstance(answer.content, dict):
        parts += [part for part in (_said(answer.content), *_violations(answer.content, sent)) if part]
        return "; ".join(parts) + "."
    quote = f" It begins: {answer.quote}" if answer.quote else ""
    return f"{parts[0]}. {answer.trouble}{quote}".rstrip()


def _said(body: dict[str, Json]) -> str:
    """The message and the code; the token endpoint's `error` and its description."""
    message = next((body[name] for name in ("message", "error_description", "description") if body.get(name)), "")
    code = body.get("code") or body.get("error") or ""
    limit = body.get("limit")
    text = legible(message).rstrip(".")
    if code:
        text = f"{text} ({legible(code, 80)})" if text else legible(code, 80)
    if isinstance(limit, dict):
        text += f", limit {legible(limit.get('key', ''), 80)} = {legible(limit.get('value', ''), 40)}"
    return text


def _violations(body: dict[str, Json], sent: Json) -> list[str]:
    """`errors` are more talkative than `details`; where both speak of one thing only the first is taken."""
    nested = [_said(each) for each in _objects(body, "errors")]
    fields = [
        f"{legible(each['fieldName'], 120)}: {legible(each.get('errorCode') or 'refused', 80)}"
        f"{_shown(str(each['fieldName']), sent)}"
        for each in _objects(body, "details")
        if each.get("fieldName")
    ]
    found = [each for each in (*nested, *fields) if each]
    return found[:_MOST] + ([f"{len(found) - _MOST} more"] if len(found) > _MOST else [])


def _objects(body: dict[str, Json], name: str) -> Iterator[dict[str, Json]]:
    listed = body.get(name)
    return (each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict))


def _shown(path: str, sent: Json) -> str:
    """The value at `fields[3].type`, where there is one."""
    value = sent
    for step in _STEP.findall(path):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return ""
    return f" (sent: {MASK if _SECRET.search(path) else legible(repr(value), 80)})"
