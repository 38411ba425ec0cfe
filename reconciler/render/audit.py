"""The audit for people and for programs: its entries, whether it is whole, its head."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from reconciler.model.chain import Link, Verified
from reconciler.model.provenance import Provenance
from reconciler.model.values import Json
from reconciler.render.lines import BLANK, Line, Tone, folded, line, prose, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.trail import INNER, tone_of
from reconciler.render.wording import counted, duration, listed


def audit_text(links: Sequence[Link], *, styled: bool, width: int = WIDTH) -> str:
    """Every entry, oldest first. Without a final line end."""
    lines: list[Line] = []
    for link in links:
        lines += _link(link, width)
    return put([*lines, *([BLANK] if lines else []), line(counted(len(links), "entry", "entries"))], styled=styled)


def _link(link: Link, width: int) -> list[Line]:
    entry = link.entry
    took = f" in {duration(entry.latency_ms / 1000)}" if entry.latency_ms else ""
    said = " ".join(part for part in (entry.action, entry.address) if part)
    rows = [line(f"{link.number:>6}  {entry.at}  {said} ", span(entry.result, tone_of(entry.result)), took)]
    rows += folded(span(provenance_text(link.by), Tone.FAINT), width=width, indent=INNER + 2)
    rows += prose(entry.detail, width=width, indent=INNER + 2)
    if entry.summary:
        rows += folded(span(listed(entry.summary, most=100)), width=width, indent=INNER + 2)
    if entry.correlation_id:
        rows.append(line(span(f"correlation id {entry.correlation_id}", Tone.FAINT), indent=INNER + 2))
    return rows


def provenance_text(by: Provenance) -> str:
    """`by a.smith for 3f2c91a (acme/estate#17)`."""
    parts = [f"by {by.actor or 'somebody unknown'}"]
    parts += [f"for {by.commit[:12]}"] if by.commit else []
    parts += [f"({by.pull_request})"] if by.pull_request else []
    return " ".join(parts)


def audit_json(links: Sequence[Link]) -> bytes:
    """`entries`, oldest first, each as `entry_part` has it."""
    return _document("audit", {"entries": [entry_part(link) for link in links]})


def entry_part(link: Link) -> dict[str, Json]:
    """`number`, the entry's own members, who wrote it (`actor`, `commit_id`, `pull_request`), and its place in the
    chain (`recipe`, `previous`, `hash`): everything that its hash is made of."""
    entry = link.entry
    return {
        "number": link.number,
        "at": entry.at,
        "actor": link.by.actor,
        "commit_id": link.by.commit,
        "pull_request": link.by.pull_request,
        "action": entry.action,
        "address": entry.address,
        "live_id": entry.live_id,
        "before_hash": entry.before_hash,
        "after_hash": entry.after_hash,
        "result": entry.result,
        "seal": entry.seal,
        "latency_ms": entry.latency_ms,
        "request_id": entry.request_id,
        "correlation_id": entry.correlation_id,
        "summary": list(entry.summary),
        "detail": entry.detail,
        "recipe": link.recipe,
        "previous": link.previous,
        "hash": link.hash,
    }


def verified_text(verified: Verified, *, styled: bool, width: int = WIDTH) -> str:
    """That the audit is whole, and since when."""
    head = [span(verified.head, Tone.LITERAL)] if verified.count else []
    lines = [line(span("The audit is whole", Tone.GOOD), f": {counted(verified.count, 'entry', 'entries')}")]
    lines += [line("head ", *head, indent=2)] if head else []
    if verified.published_at is not None:
        since = counted(verified.number - verified.published_at, "entry", "entries")
        lines.append(line(f"the published head is entry {verified.published_at}; {since} since", indent=2))
    if verified.migrated:
        text = f"{counted(verified.migrated, 'entry', 'entries')} from before the chain: watched only since then"
        lines += prose(text, width=width, indent=2)
    return put(lines, styled=styled)


def verified_json(verified: Verified) -> bytes:
    """`whole` (true: otherwise there is an error), `count`, `number` (the last), `head`, `migrated`, `published_at`."""
    return _document(
        "audit verification",
        {
            "whole": True,
            "count": verified.count,
            "number": verified.number,
            "head": verified.head,
            "migrated": verified.migrated,
            "published_at": verified.published_at,
        },
    )


def head_json(count: int, head: str) -> bytes:
    """`count`, `head`."""
    return _document("audit head", {"count": count, "head": head})


def _document(name: str, members: dict[str, Json]) -> bytes:
    document = {"format_version": 1, "document": name, **members}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
