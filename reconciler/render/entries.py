"""One object of a plan: what happens to it, path by path, and all that a reviewer should know about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.plan import Action, Cause, Change, FieldChange, Headroom, Plan
from reconciler.model.shape import Keyed, Shape
from reconciler.model.values import Path, dotted
from reconciler.render.fields import ADD, CHANGE, KEEP, REMOVE, added_lines, field_lines
from reconciler.render.findings import COLUMN, acceptance_lines, evidence_text, finding_lines, tally_text
from reconciler.render.lines import Line, Span, Tone, labelled, line, span
from reconciler.render.paths import shape_at, spread
from reconciler.render.sections import Entry
from reconciler.render.values import shown
from reconciler.render.wording import listed

INDENT: Final = 2
INNER: Final = 6

_SIGNS: Final = {
    Action.CREATE: ADD,
    Action.RECREATE: ADD,
    Action.ADOPT: KEEP,
    Action.UPDATE: CHANGE,
    Action.DELETE: REMOVE,
    Action.FORGET: KEEP,
    Action.RECORD: KEEP,
}


@dataclass(frozen=True, slots=True)
class View:
    """What an entry is seen against: the plan, the facts of the kinds, the width of the terminal."""

    plan: Plan
    kinds: Mapping[str, Kind]
    width: int
    steps: Mapping[str, Change]

    @classmethod
    def of(cls, plan: Plan, kinds: Mapping[str, Kind], width: int) -> View:
        return cls(plan, kinds, width, {change.step: change for change in plan.changes})

    def shape(self, address: Address) -> Shape | None:
        kind = self.kinds.get(address.kind)
        return kind.shape if kind else None


def entry_lines(view: View, entry: Entry) -> list[Line]:
    """The whole entry: head, fields, notes, findings, and the snippet that accepts them."""
    lines: list[Line] = []
    if entry.change is not None:
        lines.append(_head(entry.change, entry))
        lines += _parts(view, entry.change, entry.fields)
        lines += _needs(view, entry.change)
        if entry.whole:
            lines += _notes(view, entry.change, entry)
    else:
        lines.append(line(span(entry.address or "The whole plan", Tone.STRONG), indent=INDENT))
    for finding in entry.findings:
        lines += finding_lines(finding, width=view.width, indent=INNER)
    return lines + acceptance_lines(entry.findings, view.plan.as_of, width=view.width, indent=INNER)


def _head(change: Change, entry: Entry) -> Line:
    what = str(change.action)
    if change.destructive and entry.whole:
        what += ", destructive"
    reason = change.reason if entry.whole or change.step != str(change.address) else "with the same call as above"
    sign = _SIGNS[change.action] if change.action is not Action.ADOPT or not change.writes else CHANGE
    words = Span(f"  {what}", Tone.BAD if change.destructive and entry.whole else Tone.PLAIN)
    return line(sign, " ", span(change.address, Tone.STRONG), words, span(f": {reason}", Tone.FAINT), indent=INDENT)


def _parts(view: View, change: Change, fields: tuple[FieldChange, ...]) -> list[Line]:
    shape, frame = view.shape(change.address), {"width": view.width, "indent": INNER}
    match change.action:
        case Action.CREATE | Action.RECREATE:
            return added_lines(shape, spread(shape, change.after or {}), **frame)
        case Action.DELETE:
            return _what_goes(view, change)
        case _:
            return [part for cause, group in _by_cause(fields) for part in _group(cause, shape, group, frame)]


def _by_cause(fields: tuple[FieldChange, ...]) -> Iterator[tuple[Cause, list[FieldChange]]]:
    order = list(Cause)
    ranked = sorted(fields, key=lambda part: order.index(part.cause))
    return ((cause, list(group)) for cause, group in groupby(ranked, key=lambda part: part.cause))


_HEADINGS: Final = {
    Cause.OVERRIDE: "someone else changed these too, and the manifest wins:",
    Cause.FOREIGN: "foreign, removed because lifecycle.foreign is remove:",
    Cause.RECORD: "so already, the ledger learns:",
}


def _group(cause: Cause, shape: Shape | None, group: list[FieldChange], frame: Mapping[str, int]) -> list[Line]:
    heading = [line(span(_HEADINGS[cause], Tone.FAINT), indent=INNER)] if cause in _HEADINGS else []
    return [*heading, *field_lines(shape, group, width=frame["width"], indent=frame["indent"])]


def _what_goes(view: View, change: Change) -> list[Line]:
    """What a deletion destroys: the members, of keyed lists the names of the elements."""
    shape = view.shape(change.address)
    rows: list[Line] = []
    for name, value in (change.before or {}).items():
        inner = shape_at(shape, (name,))
        if isinstance(inner, Keyed) and isinstance(value, list):
            names = [str(element.get(inner.key, "")) for element in value]
            text = f"{len(names)}: {listed(names, most=20)}" if names else "none"
        else:
            text = shown(value)
        rows += labelled(span(f"- {name}"), [span(text, Tone.REMOVED)], **_labels(view, len("- description  ")))
    return rows


def _labels(view: View, column: int = COLUMN) -> dict[str, int]:
    return {"width": view.width, "indent": INNER, "column": column}


def _needs(view: View, change: Change) -> list[Line]:
    """The steps that come first, where that says something: a new id, a second step, a deletion."""
    said = []
    for name in change.depends_on:
        need = view.steps.get(name)
        if need is None:
            continue
        if need.action in (Action.CREATE, Action.RECREATE):
            known = "its id is known after apply" if need.address != change.address else "created first"
            said.append(f"{need.address} ({known})")
        elif change.action is Action.DELETE:
            said.append(f"{need.address} ({need.action} first)")
    return labelled(span("after", Tone.FAINT), map(span, said), **_labels(view)) if said else []


def _notes(view: View, change: Change, entry: Entry) -> list[Line]:
    labels = _labels(view)
    rows: list[Line] = []
    if change.deferred:
        paths = [span(f"{dotted(path)} is set in a second step") for path in change.deferred]
        rows += labelled(span("later", Tone.FAINT), paths, **labels)
    if change.foreign:
        rows += labelled(span("foreign", Tone.FAINT), map(span, _foreign(change.foreign)), **labels)
    if change.kept:
        rows.append(line(span("left alone, though changed behind our back:", Tone.WARNING), indent=INNER))
        rows += field_lines(view.shape(change.address), map(_as_it_was, change.kept), width=view.width, indent=INNER)
    rows += _protection(change, labels)
    rows += _evidence(change, entry, labels)
    for room in view.plan.headroom:
        if room.address == change.address:
            rows += _headroom(view.plan, room, labels)
    return rows


def _as_it_was(kept: FieldChange) -> FieldChange:
    """From what we sent to what they made of it."""
    return FieldChange(kept.path, Cause.DRIFT, kept.base, kept.before)


def _foreign(paths: tuple[Path, ...]) -> Iterator[str]:
    """`3 foreign fields kept: x, y, z`, for each list."""
    for parent, group in groupby(sorted(paths), key=lambda path: path[:-1]):
        names = [path[-1] for path in group if path]
        noun = parent[-1] if parent else "members"
        noun = noun.removesuffix("s") if len(names) == 1 else noun
        of = f" of {dotted(parent[:-1])}" if len(parent) > 1 else ""
        yield f"{len(names)} foreign {noun}{of} kept: {listed(names)}"


def _protection(change: Change, labels: Mapping[str, int]) -> list[Line]:
    if not change.protect or change.action in (Action.DELETE, Action.FORGET):
        return []
    return labelled(span("protect", Tone.FAINT), [span("a deletion will be refused")], **labels)


def _evidence(change: Change, entry: Entry, labels: Mapping[str, int]) -> list[Line]:
    """The sentence, and those answers that no finding tells."""
    text = evidence_text(change.evidence)
    told = {finding.path for finding in entry.findings}
    answers = [
        span(f"{dotted(question.path)}, {question.ask}: {tally_text(tally)}")
        for question, tally in change.evidence.tallies
        if question.path not in told
    ]
    return labelled(span("evidence", Tone.FAINT), [span(text), *answers], **labels) if text else []


def _headroom(plan: Plan, room: Headroom, labels: Mapping[str, int]) -> list[Line]:
    """`fields 87 -> 91 of 100`; nothing where nothing changes and there is room enough."""
    full = room.after * 100 >= room.maximum * plan.project.limits.warn_at_percent
    if room.before == room.after and not full:
        return []
    text = f"{room.noun} {room.before} -> {room.after} of {room.maximum}"
    left = room.maximum - room.after
    if left < 0:
        text += f", {-left} too many"
    elif full:
        text += f", {left} left" if left else ", full"
    return labelled(span("limit", Tone.FAINT), [span(text, Tone.WARNING if full else Tone.PLAIN)], **labels)
