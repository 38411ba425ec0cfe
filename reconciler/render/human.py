"""A plan for a person: weightiest first, every path, and a last line that says whether it can be applied."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.finding import Finding, Severity
from reconciler.model.kind import Kind
from reconciler.model.plan import Plan
from reconciler.render.archives import archive_lines
from reconciler.render.entries import entry_lines
from reconciler.render.lines import BLANK, Line, Tone, labelled, line, put, span
from reconciler.render.requests import request_lines
from reconciler.render.sections import Section, sections
from reconciler.render.summary import summary_lines
from reconciler.render.view import View

LEAST_WIDTH = 40
"""A narrower terminal wraps by itself."""


def plan_text(plan: Plan, kinds: Mapping[str, Kind], *, styled: bool, width: int) -> str:
    """The whole plan, without a final line end. `styled` = with colours; the words are the same either way."""
    width = max(width, LEAST_WIDTH)
    view = View.of(plan, kinds, width)
    lines = _header(plan, width)
    for section, entries in sections(plan).items():
        lines += [BLANK, line(span(section.value, _tone(section)))]
        for entry in entries:
            lines += [BLANK, *entry_lines(view, entry)]
    lines += request_lines(plan, width=width)
    lines += archive_lines(plan, width=width)
    lines += [BLANK, *_explain(plan), *summary_lines(plan, width=width)]
    return put(lines, styled=styled)


def _header(plan: Plan, width: int) -> list[Line]:
    said = (
        ("organisation", f"{plan.organisation.name} ({plan.organisation.live_id})"),
        ("environment", plan.environment),
        ("as of", plan.as_of),
    )
    rows = [
        part
        for word, text in said
        for part in labelled(span(word, Tone.FAINT), [span(text)], width=width, indent=2, column=14)
    ]
    return [line(span("Plan", Tone.STRONG)), *rows]


def _tone(section: Section) -> Tone:
    return Tone.BAD if section in (Section.BLOCKED, Section.DESTRUCTIVE) else Tone.HEADING


def _weighs(finding: Finding) -> bool:
    return finding.severity is not Severity.INFO and finding.acknowledged is None


def _explain(plan: Plan) -> list[Line]:
    """One pointer to what the codes mean, where there are any that weigh."""
    codes = [finding.code for finding in plan.findings if _weighs(finding)]
    if not codes:
        return []
    return [line("What a code means: ", span(f"reconciler explain {codes[0]}", Tone.LITERAL)), BLANK]
