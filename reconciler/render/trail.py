"""What the ledger remembers of the writes to one object: its audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.model.ports import AuditEntry
from reconciler.render.lines import Line, Tone, folded, line, prose, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.wording import duration, listed

INNER: Final = 6


def trail_text(entries: Iterable[AuditEntry], *, styled: bool, width: int = WIDTH) -> str:
    """Every entry, oldest first: when, what, with which result and why. Without a final line end."""
    lines: list[Line] = [line(span("audit trail", Tone.FAINT), indent=2)]
    for entry in entries:
        lines += _entry(entry, width)
    return put(lines, styled=styled)


def _entry(entry: AuditEntry, width: int) -> list[Line]:
    took = f" in {duration(entry.latency_ms / 1000)}" if entry.latency_ms else ""
    rows = [line(entry.at, "  ", entry.action, " ", span(entry.result, tone_of(entry.result)), took, indent=4)]
    rows += prose(entry.detail, width=width, indent=INNER)
    if entry.summary:
        rows += folded(span(listed(entry.summary, most=100)), width=width, indent=INNER)
    if entry.correlation_id:
        rows.append(line(span(f"correlation id {entry.correlation_id}", Tone.FAINT), indent=INNER))
    return rows


def tone_of(result: str) -> Tone:
    """How a result stands out."""
    return Tone.BAD if result in ("FAILED", "CONFLICT", "IN_DOUBT", "REFUSED") else Tone.STRONG
