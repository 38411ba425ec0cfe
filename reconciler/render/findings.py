"""Findings: what a check objects to, where, why, and what lifts it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.model.evidence import NO_EVIDENCE, Evidence, Tally
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.render.acknowledging import snippet
from reconciler.render.excerpt import excerpt
from reconciler.render.legible import LONGEST_TEXT, cut
from reconciler.render.lines import Line, Span, Tone, advice, beside, folded, line, prose, span

COLUMN: Final = 10
"""Width of the column of words on the left of an object's notes."""

_LABEL: Final = {
    Severity.BLOCK: Span("blocked", Tone.BAD),
    Severity.WARN: Span("warning", Tone.WARNING),
    Severity.INFO: Span("note", Tone.FAINT),
}


def finding_lines(finding: Finding, *, width: int, indent: int) -> list[Line]:
    """One finding: a word, code and summary; place with its line; detail; hint. Notes and accepted ones are short."""
    inner = indent + COLUMN
    title = folded(span(f"{finding.code} {_summary(finding)}", Tone.STRONG), width=width, indent=inner)
    if finding.acknowledged is not None:
        return beside(Span("accepted", Tone.GOOD), [*title, *_acceptance(finding, width, inner)], **_at(indent))
    rows = [*title, *_place(finding, width, inner), *prose(finding.detail, width=width, indent=inner)]
    rows += advice(finding.hint, width=width, indent=inner)
    return beside(_LABEL[finding.severity], rows, **_at(indent))


def _at(indent: int) -> dict[str, int]:
    return {"indent": indent, "column": COLUMN}


def _summary(finding: Finding) -> str:
    if finding.blocks and finding.cls is FindingClass.PLATFORM:
        return f"{finding.summary} (cannot be accepted)"
    return finding.summary


def _acceptance(finding: Finding, width: int, indent: int) -> list[Line]:
    said = finding.acknowledged
    if said is None:
        return []
    text = f"By {said.by} until {said.expires}: {said.reason}"
    return prose(f"{finding.detail}\n{text}", width=width, indent=indent)


def _place(finding: Finding, width: int, indent: int) -> list[Line]:
    path = cut(span(finding.dotted).text, LONGEST_TEXT)
    if finding.where is None:
        return [line(Span(path, Tone.FAINT), indent=indent)] if path else []
    place = f"{finding.where}" + (f" ({path})" if path else "")
    shown = [line(span(place, Tone.FAINT), indent=indent)]
    if finding.severity is Severity.INFO:
        return shown
    return [*shown, *excerpt(finding.where, width=width, indent=indent)]


def acceptance_lines(findings: Iterable[Finding], as_of: str, *, width: int, indent: int) -> list[Line]:
    """The snippet that accepts those findings that a person may accept; nothing where there are none."""
    acceptable = [finding for finding in findings if finding.blocks and finding.acknowledgeable]
    if not acceptable:
        return []
    files = sorted({finding.where.file for finding in acceptable if finding.where is not None})
    place = files[0] if files else "the manifest"
    text = f"Once somebody has reviewed it, add to {place}:"
    rows = prose(text, width=width, indent=indent + COLUMN)
    head = beside(Span("accept", Tone.LITERAL), rows, **_at(indent))
    return [*head, *(line(span(row, Tone.LITERAL), indent=indent + 2) for row in snippet(acceptable, as_of))]


def evidence_text(evidence: Evidence) -> str:
    """How much was read, in words; nothing where nobody asked."""
    if evidence == NO_EVIDENCE:
        return ""
    note = f" ({evidence.note})" if evidence.note else ""
    if evidence.source == "none":
        return f"No records were read{note}."
    source = "a file" if evidence.source == "file" else f"the {evidence.source}"
    total = "an unknown number of" if evidence.total is None else f"{evidence.total:,}"
    extent = "complete" if evidence.complete else "a sample"
    return f"{evidence.read:,} of {total} records read from {source}, {extent}{note}."


def tally_text(tally: Tally) -> str:
    """What the records answered to one question."""
    counts = f"{tally.lossless:,} convert, {tally.lossy:,} with loss, {tally.fails:,} fail, {tally.empty:,} empty"
    return counts + (f"; hashed record ids {', '.join(tally.culprits)}" if tally.culprits else "")
