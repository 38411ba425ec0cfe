"""A plan as a comment on a pull request, and what came of a run, as Markdown that a forge shows.

What is weightiest comes first, so that what is cut off where the comment would be too long is what matters least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.plan import Plan
from reconciler.model.provenance import UNKNOWN, Provenance
from reconciler.render.acknowledging import snippet
from reconciler.render.archives import HEADING as ARCHIVES
from reconciler.render.archives import archive_lines
from reconciler.render.entries import entry_parts
from reconciler.render.graph import graph_of
from reconciler.render.lines import Line, advice, prose, put
from reconciler.render.markup import code, code_in_html, fence, fold, marker
from reconciler.render.mermaid import mermaid
from reconciler.render.objects import GRAVE, PlanObject, plan_objects
from reconciler.render.requests import HEADING as REQUESTS
from reconciler.render.requests import request_lines
from reconciler.render.sections import Entry, Section
from reconciler.render.summary import cost_text, counts_text, summarise
from reconciler.render.view import View
from reconciler.render.wording import counted, listed

LIMIT: Final = 65_536
"""Characters of a comment, says GitHub; counted here as bytes of UTF-8, which are never fewer."""
MOST_LINES: Final = 200
"""Of one object; the rest is in the artefact."""
_RESERVE: Final = 1_000
_LONGEST_LINE: Final = 1_000
_WIDTH: Final = 110
_SIGNS: Final = {"~": "!"}
"""What a forge colours in a difference, for what a terminal shows."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a comment is about beside its content: the verb and environment that it is found by, whose commit, and where
    the whole can be had."""

    verb: str
    environment: str
    provenance: Provenance = UNKNOWN
    artefact: str = ""


NO_OCCASION: Final = Occasion("", "")
"""Where nobody will look for a comment."""


def plan_markdown(plan: Plan, kinds: Mapping[str, Kind], seal: str, occasion: Occasion) -> str:
    """The whole comment, without a final line end, within `LIMIT`."""
    view = View.of(plan, kinds, _WIDTH)
    head = [
        marker(occasion.verb, plan.environment),
        f"### Plan for {code(plan.environment)}: {_verdict(plan)}",
        f"**{counts_text(summarise(plan))}**",
        f"{code(plan.organisation.name)} ({code(plan.organisation.live_id)}), as of {code(plan.as_of)}.",
        f"{cost_text(plan)}.",
        *_partial(plan),
    ]
    return _assembled(head, list(_blocks(view)), _foot(occasion, plan.tool, seal), occasion)


def told_markdown(title: str, text: str, occasion: Occasion) -> str:
    """A comment that is one text, as a terminal would show it. `title` holds nothing foreign."""
    head = [marker(occasion.verb, occasion.environment), f"### {title}"]
    return _assembled(head, [fence(_bounded(text.split("\n")), "text")], _foot(occasion), occasion)


def _verdict(plan: Plan) -> str:
    if plan.blocked:
        return f"blocked by {counted(sum(finding.blocks for finding in plan.findings), 'finding')}"
    if plan.empty:
        return "no changes"
    return "can be applied"


def _partial(plan: Plan) -> Iterator[str]:
    if plan.partial:
        only = f"only {_listed(plan.targets)} and what they cannot do without" if plan.targets else ""
        less = f"{_listed(plan.excluded)} excluded, and not looked at" if plan.excluded else ""
        yield f"**Partial plan**: {'; '.join(filter(None, (only, less)))}."


def _listed(selectors: Iterable[str]) -> str:
    return listed([code(selector) for selector in selectors])


def _blocks(view: View) -> Iterator[str]:
    """A block for each object, under the heading of its weightiest part; at the end what they refer to."""
    heading: Section | None = None
    for each in plan_objects(view.plan):
        if each.section is not heading:
            heading = each.section
            yield f"#### {heading.value}"
        yield _object(view, each)
    for title, lines in (
        (REQUESTS, request_lines(view.plan, width=_WIDTH)),
        (ARCHIVES, archive_lines(view.plan, width=_WIDTH)),
    ):
        if lines:
            yield f"#### {title}"
            yield fold("all of them", _difference(lines[3:]), opened=False)
    if (graph := graph_of(view.plan, view.kinds)) is not None:
        yield fold("What the changed objects refer to", fence(mermaid(graph), "mermaid"), opened=False)


def _object(view: View, each: PlanObject) -> str:
    parts = [part for entry in each.entries for part in _entry(view, entry, each.section)]
    parts += [part for finding in each.findings for part in _finding(finding)]
    if each.acceptable:
        parts.append("To accept it, once somebody has reviewed it, add to the manifest:")
        parts.append(fence("\n".join(snippet(each.acceptable, view.plan.as_of)), "yaml"))
    return fold(_title(each), "\n\n".join(parts) or "Nothing more.", opened=each.section in GRAVE)


def _entry(view: View, entry: Entry, under: Section) -> Iterator[str]:
    """What becomes of the object, under a heading of its own where that is not the object's."""
    lines = entry_parts(view, entry)
    if lines and entry.section is not under:
        yield f"*{entry.section.value}*"
    if lines:
        yield _difference(lines)


def _title(each: PlanObject) -> str:
    name = code_in_html(each.address) if each.address else "The whole plan"
    return f"{name}: {each.verdict}" if each.verdict else name


def _finding(finding: Finding) -> Iterator[str]:
    word = "accepted" if finding.acknowledged else _WORDS[finding.severity]
    never = " (cannot be accepted)" if finding.blocks and finding.cls is FindingClass.PLATFORM else ""
    place = code(finding.where) if finding.where else ""
    path = code(finding.dotted) if finding.path else ""
    yield " ".join(filter(None, (f"**{word}**", code(finding.code), code(finding.summary) + never, place, path)))
    said = finding.acknowledged
    why = prose(f"By {said.by} until {said.expires}: {said.reason}", width=_WIDTH) if said else ()
    lines = [*prose(finding.detail, width=_WIDTH), *(why or advice(finding.hint, width=_WIDTH))]
    if lines:
        yield fence(_bounded(put(lines, styled=False).split("\n")), "text")


_WORDS: Final = {Severity.BLOCK: "blocked", Severity.WARN: "warning", Severity.INFO: "note"}


def _difference(lines: Iterable[Line]) -> str:
    """Lines with their signs in the first column, where a forge looks for them."""
    rows = put(lines, styled=False).split("\n")
    margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    shifted = [row[margin:] for row in rows]
    return fence(_bounded([_SIGNS.get(row[:1], row[:1]) + row[1:] for row in shifted]), "diff")


def _bounded(rows: list[str]) -> str:
    shown = [row if len(row) <= _LONGEST_LINE else f"{row[:_LONGEST_LINE]}..." for row in rows[:MOST_LINES]]
    more = [f"... and {len(rows) - MOST_LINES:,} more lines"] if len(rows) > MOST_LINES else []
    return "\n".join([*shown, *more])


def _foot(occasion: Occasion, tool: str = "", seal: str = "") -> str:
    said = (("seal", seal), ("commit", occasion.provenance.commit), ("by", occasion.provenance.actor))
    facts = [f"{word} {code(value)}" for word, value in said if value]
    return "---\n" + ", ".join([*facts, code(tool or "reconciler")])


def _assembled(head: list[str], blocks: list[str], foot: str, occasion: Occasion) -> str:
    """As many blocks as there is room for, from the first on."""
    room = LIMIT - _RESERVE - sum(_size(part) for part in (*head, foot))
    shown: list[str] = []
    for block in blocks:
        room -= _size(block)
        if room < 0:
            break
        shown.append(block)
    left = sum(not block.startswith("#") for block in blocks[len(shown) :])
    while shown and shown[-1].startswith("#"):
        shown.pop()
    more = [_left_out(left, occasion)] if left else []
    return "\n\n".join([*head, *shown, *more, foot])


def _left_out(count: int, occasion: Occasion) -> str:
    place = f"the artefact {code(occasion.artefact)} of this run" if occasion.artefact else "the run's own output"
    return f"**{counted(count, 'section')} more did not fit into a comment.** The whole is in {place}."


def _size(part: str) -> int:
    return len(part.encode(errors="replace")) + 2
