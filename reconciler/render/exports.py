"""Requests as the ledger has them: `reconciler exports list` and `show`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final

import orjson

from reconciler.model.request import Requested
from reconciler.model.values import Json
from reconciler.render.fields import KEEP
from reconciler.render.lines import BLANK, Line, Tone, labelled, line, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.table import table_lines
from reconciler.render.values import shown
from reconciler.render.wording import counted

_TITLES: Final = ("address", "part", "status", "asked", "id")


def requests_text(requests: Sequence[Requested], *, styled: bool, width: int = WIDTH) -> str:
    """Every request on a line, oldest first."""
    rows = [
        (str(each.address), f"{each.part}/{each.parts}", _status(each), _time(each.asked), each.live_id)
        for each in requests
    ]
    lines = [*table_lines(_TITLES, rows, width=width), BLANK] if rows else []
    return put([*lines, line(f"{counted(len(rows), 'request')} in the ledger")], styled=styled)


def request_text(request: Requested, *, styled: bool, width: int = WIDTH) -> str:
    """Everything that is known of one request."""
    facts = {
        "id": request.live_id,
        "key": request.key,
        "status": _status(request),
        "reason": request.reason or "none",
        "part": f"{request.part} of {request.parts}",
        "asked": _time(request.asked),
        "seen": _time(request.seen),
        "ended": _time(request.ended) if request.ended is not None else "not yet",
        "first as": str(request.original),
    }
    lines: list[Line] = [line(span(request.address, Tone.STRONG))]
    for word, text in facts.items():
        lines += labelled(span(word, Tone.FAINT), [span(text)], width=width, indent=2, column=11)
    lines += [BLANK, line(span("asked for", Tone.FAINT), indent=2)]
    for name, value in request.body.items():
        lines += labelled(line(KEEP, f" {name}")[1], [span(shown(value))], width=width, indent=2, column=14)
    return put(lines, styled=styled)


def requests_json(requests: Sequence[Requested]) -> bytes:
    """`requests`, oldest first: `key`, `address`, `original`, `id`, `status`, `stage` (`under way`, `completed`,
    `failed`), `reason`, `part`, `parts`, `body`, `asked`, `seen`, `ended` (RFC 3339; null: not yet), `forgotten`."""
    document = {"format_version": 1, "document": "requests", "requests": [_json(request) for request in requests]}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _json(request: Requested) -> dict[str, Json]:
    return {
        "key": request.key,
        "address": str(request.address),
        "original": str(request.original),
        "id": request.live_id,
        "status": request.status,
        "stage": request.stage.value,
        "reason": request.reason,
        "part": request.part,
        "parts": request.parts,
        "body": dict(request.body),
        "asked": _time(request.asked),
        "seen": _time(request.seen),
        "ended": None if request.ended is None else _time(request.ended),
        "forgotten": request.forgotten,
    }


def _status(request: Requested) -> str:
    return f"{request.status} (forgotten)" if request.forgotten else request.status


def _time(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
