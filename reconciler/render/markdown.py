"""A plan as a comment on a pull request, and what came of a run, as Markdown that a forge shows.

What is weightiest comes first, so that what is cut off where the comment would be too long is what matters least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
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
"""Of one block of text; the rest is in the artefact."""
LARGEST_BLOCK: Final = 8_000
LARGEST_OBJECT: Final = 20_000
LARGEST_TEXT: Final = 50_000
"""Bytes of a block, of all about one object, of what is one text: what weighs most shows at least in part."""
LARGEST_NAMES: Final = 8_000
"""Bytes of the names of what did not fit: nothing that is destructive goes unnamed because of three long objects."""
_RESERVE: Final = 1_000
_LONGEST_LINE: Final = 1_000
_WIDTH: Final = 110
_SIGNS: Final = {"~": "!"}
"""What a forge colours in a difference, for what a terminal shows."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a comment is about beside its content: the verb and environment that it is found by, whose commit, where the
    whole can be had, and how many bytes it may take where it is one of several."""

    verb: str
    environment: str
    provenance: Provenance = UNKNOWN
    artefact: str = ""
    room: int = LIMIT

    @property
    def names(self) -> int:
        """Bytes of the names of what did not fit."""
        return min(LARGEST_NAMES, self.room // 8)

    @property
    def text(self) -> int:
        """Bytes of what is one text."""
        return min(LARGEST_TEXT, max(self.room - self.names - 4 * _RESERVE, _RESERVE))


NO_OCCASION: Final = Occasion("", "")
"""Where nobody will look for a comment."""


def plan_markdown(plan: Plan, kinds: Mapping[str, Kind], seal: str, occasion: Occasion) -> str:
    """The whole comment, without a final line end, within the room that there is."""
    view = View.of(plan, kinds, _WIDTH)
    head = [
        marker(occasion.verb, plan.environment),
        f"### Plan for {code(plan.environment)}: {_verdict(plan)}",
        f"**{counts_text(summarise(plan))}**",
        f"{code(plan.organisation.name)} ({code(plan.organisation.live_id)}), as of {code(plan.as_of)}.",
        f"{cost_text(plan)}.",
        *_partial(plan),
    ]
    objects, others = plan_objects(plan), list(_others(view))
    blocks = chain(_blocks(view, objects), others)
    titles = [*map(_title, objects), *("" for _ in others)]
    return _assembled(head, blocks, _foot(occasion, plan.tool, seal), occasion, titles=titles)


def told_markdown(title: str, text: str, occasion: Occasion) -> str:
    """A comment that is one text, as a terminal would show it. `title` holds nothing foreign."""
    head = [marker(occasion.verb, occasion.environment), f"### {title}"]
    told = fence(_bounded(text.split("\n"), most=occasion.text), "text")
    return _assembled(head, [told], _foot(occasion), occasion, titles=[""])


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


def _blocks(view: View, objects: Iterable[PlanObject]) -> Iterator[str]:
    """A block for each object, the first of a section under its heading. Made one by one: only as many as fit."""
    above: Section | None = None
    for each in objects:
        heading = "" if each.section is above else f"#### {each.section.value}\n\n"
        above = each.section
        yield heading + _object(view, each)


def _others(view: View) -> Iterator[str]:
    """What stands under no object, and what the objects refer to."""
    for title, lines in (
        (REQUESTS, request_lines(view.plan, width=_WIDTH)),
        (ARCHIVES, archive_lines(view.plan, width=_WIDTH)),
    ):
        if lines:
            yield f"#### {title}\n\n{fold('all of them', _difference(lines[3:]), opened=False)}"
    if (graph := graph_of(view.plan, view.kinds)) is not None:
        yield fold("What the changed objects refer to", fence(mermaid(graph), "mermaid"), opened=False)


def _object(view: View, each: PlanObject) -> str:
    parts = [part for entry in each.entries for part in _entry(view, entry, each.section)]
    parts += [part for finding in each.findings for part in _finding(finding)]
    if each.acceptable:
        parts.append("To accept it, once somebody has reviewed it, add to the manifest:")
        parts.append(fence(_bounded(snippet(each.acceptable, view.plan.as_of)), "yaml"))
    return fold(_title(each), "\n\n".join(_fitting(parts)) or "Nothing more.", opened=each.section in GRAVE)


def _fitting(parts: list[str]) -> list[str]:
    """As much about one object as leaves room for the others."""
    room = LARGEST_OBJECT
    for number, part in enumerate(parts):
        room -= _size(part)
        if room < 0:
            return [*parts[:number], f"**{counted(len(parts) - number, 'part')} more about it did not fit.**"]
    return parts


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


def _bounded(rows: list[str], *, most: int = LARGEST_BLOCK) -> str:
    """So many lines as fit, and how many more there are; the first one always does."""
    shown: list[str] = []
    for row in rows[:MOST_LINES]:
        shown.append(row if len(row) <= _LONGEST_LINE else f"{row[:_LONGEST_LINE]}...")
        most -= _size(shown[-1])
        if most < 0:
            break
    left = len(rows) - len(shown)
    return "\n".join([*shown, f"... and {left:,} more lines"] if left else shown)


def _foot(occasion: Occasion, tool: str = "", seal: str = "") -> str:
    said = (("seal", seal), ("commit", occasion.provenance.commit), ("by", occasion.provenance.actor))
    facts = [f"{word} {code(value)}" for word, value in said if value]
    return "---\n" + ", ".join([*facts, code(tool or "reconciler")])


def _assembled(head: list[str], blocks: Iterable[str], foot: str, occasion: Occasion, *, titles: Sequence[str]) -> str:
    """As many blocks as there is room for, from the first on, and the titles of those that are left out. A block
    without a title is not named."""
    room = occasion.room - _RESERVE - occasion.names - sum(_size(part) for part in (*head, foot))
    shown: list[str] = []
    for block in blocks:
        room -= _size(block)
        if room < 0:
            break
        shown.append(block)
    left = titles[len(shown) :]
    more = [_left_out(len(left), occasion), *_names(left, most=occasion.names)] if left else []
    return "\n\n".join([*head, *shown, *more, foot])


def _names(titles: Iterable[str], *, most: int) -> Iterator[str]:
    """A list, as far as there is room. It is HTML like the titles, in which nothing is read as Markdown."""
    rows = [f"<li>{title}</li>" for title in titles if title]
    named = [row for row, size in zip(rows, accumulate(map(_size, rows)), strict=True) if size <= most]
    if named:
        body = "\n".join(["<ul>", *named, "</ul>"])
        yield fold("their names" if len(named) == len(rows) else f"the first {len(named)} of them", body, opened=False)


def _left_out(count: int, occasion: Occasion) -> str:
    place = f"the artefact {code(occasion.artefact)} of this run" if occasion.artefact else "the run's own output"
    return f"**{counted(count, 'section')} more did not fit into a comment.** The whole is in {place}."


def _size(part: str) -> int:
    return len(part.encode(errors="replace")) + 2
