"""A plan, or what came of a run, as one page that a person opens from the artefacts of a run.

One file, no script, nothing loaded from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.plan import Plan
from reconciler.render.acknowledging import snippet
from reconciler.render.archives import HEADING as ARCHIVES
from reconciler.render.archives import archive_lines
from reconciler.render.drawing import Drawing, drawn
from reconciler.render.entries import entry_parts
from reconciler.render.excerpt import excerpt
from reconciler.render.graph import graph_of
from reconciler.render.legible import paragraphs
from reconciler.render.lines import Line, Span, Tone, advice
from reconciler.render.markdown import Occasion
from reconciler.render.objects import PlanObject, plan_objects
from reconciler.render.pages import environment
from reconciler.render.remarks import Remark
from reconciler.render.requests import HEADING as REQUESTS
from reconciler.render.requests import request_lines
from reconciler.render.sections import Section
from reconciler.render.summary import cost_text, counts_text, summarise
from reconciler.render.view import View
from reconciler.render.wording import counted

MOST: Final = 1_000
"""Objects on one page; the plan file has all."""
MOST_LINES: Final = 300
"""Of one block of text."""
MOST_REMARKS: Final = 1_000
_WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under a small heading, and how many are left out."""

    title: str
    lines: tuple[Line, ...]
    left_out: int = 0


class Verdict(NamedTuple):
    """A few words in a colour."""

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class Objection:
    """A finding in the words of the page."""

    finding: Finding
    verdict: Verdict
    detail: tuple[str, ...]
    hint: tuple[Line, ...]
    excerpt: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One object, as it stands on the page."""

    about: PlanObject
    blocks: tuple[Block, ...]
    objections: tuple[Objection, ...]
    snippet: str


@dataclass(frozen=True, slots=True)
class Page:
    """One plan as a page shows it; `key` keeps the names of its parts apart from those of other plans beside it."""

    plan: Plan
    verdict: Verdict
    counts: str
    cost: str
    sections: tuple[tuple[Section, tuple[Article, ...]], ...]
    left_out: int
    others: tuple[Block, ...]
    drawing: Drawing | None
    seal: str
    key: str = ""

    @property
    def environment(self) -> str:
        return self.plan.environment


@dataclass(frozen=True, slots=True)
class Trouble:
    """An environment that could not be planned, and why."""

    environment: str
    trouble: str


def plan_html(plan: Plan, kinds: Mapping[str, Kind], seal: str, occasion: Occasion) -> str:
    """The whole page. Equal plans give equal pages."""
    page = _page(plan, kinds, seal)
    title = f"Plan for {plan.environment}"
    return _rendered("plan.html", title=title, page=page, seal=seal, tool=plan.tool, occasion=occasion)


def plans_html(plans: Mapping[str, tuple[Plan, str] | str], kinds: Mapping[str, Kind], occasion: Occasion) -> str:
    """The plans of several environments on one page, each with its seal; a text is why there is none."""
    pages = [
        Trouble(name, each) if isinstance(each, str) else _page(each[0], kinds, each[1], key=f"-{number}")
        for number, (name, each) in enumerate(plans.items(), 1)
    ]
    title = "The plans of all environments"
    return _rendered("plans.html", title=title, pages=pages, seal="", tool="reconciler", occasion=occasion)


def _page(plan: Plan, kinds: Mapping[str, Kind], seal: str, *, key: str = "") -> Page:
    view = View.of(plan, kinds, _WIDTH)
    objects = plan_objects(plan)
    graph = graph_of(plan, kinds)
    return Page(
        plan,
        _verdict(plan),
        counts_text(summarise(plan)),
        cost_text(plan),
        tuple((section, tuple(group)) for section, group in _articles(view, objects[:MOST])),
        len(objects[MOST:]),
        tuple(_others(plan)),
        drawn(graph) if graph else None,
        seal,
        key,
    )


def told_html(title: str, text: str, remarks: Iterable[Remark], occasion: Occasion) -> str:
    """A page that is one text, as a terminal would show it, under a list of what there is to mend."""
    said = [remark for remark in remarks if not remark.accepted]
    return _rendered(
        "told.html",
        title=title,
        text=text,
        remarks=said[:MOST_REMARKS],
        left_out=len(said[MOST_REMARKS:]),
        seal="",
        tool="reconciler",
        occasion=occasion,
    )


def _rendered(template: str, **values: object) -> str:
    made = environment()
    made.filters |= {"tone": _tone, "paragraphs": paragraphs, "text": "".join}
    return made.get_template(template).render(**values)


def _verdict(plan: Plan) -> Verdict:
    if plan.blocked:
        return Verdict(f"blocked by {counted(sum(finding.blocks for finding in plan.findings), 'finding')}", "bad")
    return Verdict("no changes", "good") if plan.empty else Verdict("can be applied", "good")


def _articles(view: View, objects: Iterable[PlanObject]) -> Iterator[tuple[Section, Iterator[Article]]]:
    for section, group in groupby(objects, key=lambda each: each.section):
        yield section, (_article(view, each) for each in group)


def _article(view: View, each: PlanObject) -> Article:
    blocks = []
    for entry in each.entries:
        if lines := entry_parts(view, entry):
            blocks.append(_block("" if entry.section is each.section else entry.section.value, lines))
    return Article(
        about=each,
        blocks=tuple(blocks),
        objections=tuple(map(_objection, each.findings)),
        snippet="\n".join(snippet(each.acceptable, view.plan.as_of)) if each.acceptable else "",
    )


def _objection(finding: Finding) -> Objection:
    return Objection(
        finding,
        _weight(finding),
        tuple(paragraphs(finding.detail)),
        tuple(advice(finding.hint, width=_WIDTH)),
        tuple(excerpt(finding.where, width=_WIDTH, indent=0)) if finding.where else (),
    )


def _weight(finding: Finding) -> Verdict:
    if finding.acknowledged:
        return Verdict("accepted", "good")
    if finding.blocks and finding.cls is FindingClass.PLATFORM:
        return Verdict("blocked, cannot be accepted", "bad")
    return _WEIGHTS[finding.severity]


_WEIGHTS: Final = {
    Severity.BLOCK: Verdict("blocked", "bad"),
    Severity.WARN: Verdict("warning", "warn"),
    Severity.INFO: Verdict("note", "faint"),
}


def _others(plan: Plan) -> list[Block]:
    """What stands under no object; the first three lines of each are its heading."""
    found = ((REQUESTS, request_lines(plan, width=_WIDTH)), (ARCHIVES, archive_lines(plan, width=_WIDTH)))
    return [_block(title, lines[3:]) for title, lines in found if lines]


def _block(title: str, lines: list[Line]) -> Block:
    margin = min((len(pieces[0].text) for pieces in lines if pieces and pieces[0].text.isspace()), default=0)
    shown = tuple(_moved(pieces, margin) for pieces in lines[:MOST_LINES])
    return Block(title, shown, len(lines[MOST_LINES:]))


def _moved(pieces: Line, margin: int) -> Line:
    if not pieces or not pieces[0].text.isspace():
        return pieces
    return (Span(pieces[0].text[margin:], pieces[0].tone), *pieces[1:])


def _tone(tone: Tone) -> str:
    return f"t-{tone.name.lower()}"
