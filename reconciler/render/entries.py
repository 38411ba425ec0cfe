"""One object of a plan: what happens to it, path by path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from reconciler.model.parts import shape_at
from reconciler.model.plan import Action, Cause, Change, FieldChange
from reconciler.model.shape import Keyed
from reconciler.model.values import dotted
from reconciler.render.fields import ADD, CHANGE, KEEP, REMOVE, field_lines, object_lines
from reconciler.render.findings import acceptance_lines, finding_lines
from reconciler.render.lines import Line, Span, Tone, beside, folded, labelled, line, span, width_of
from reconciler.render.notes import note_lines
from reconciler.render.sections import Entry, Section
from reconciler.render.values import shown
from reconciler.render.view import INDENT, INNER, View
from reconciler.render.wording import counted, listed

_SIGNS: Final = {
    Action.CREATE: ADD,
    Action.RECREATE: ADD,
    Action.ADOPT: KEEP,
    Action.UPDATE: CHANGE,
    Action.DELETE: REMOVE,
    Action.DISABLE: REMOVE,
    Action.FORGET: KEEP,
    Action.RECORD: KEEP,
    Action.ORDER: CHANGE,
    Action.SUBMIT: ADD,
    Action.ARCHIVE: ADD,
}


def entry_lines(view: View, entry: Entry) -> list[Line]:
    """The whole entry: head, fields, notes, findings, and the snippet that accepts them."""
    lines = [line(span(entry.address or "The whole plan", Tone.STRONG), indent=INDENT)]
    if entry.change is not None:
        lines = [*_head(view, entry, entry.change), *entry_parts(view, entry)]
    for finding in entry.findings:
        lines += finding_lines(finding, width=view.width, indent=INNER)
    return lines + acceptance_lines(entry.findings, view.plan.as_of, width=view.width, indent=INNER)


def entry_parts(view: View, entry: Entry) -> list[Line]:
    """Fields and notes; nothing where an entry has findings alone."""
    if entry.change is None:
        return []
    return [*_parts(view, entry, entry.change), *note_lines(view, entry, entry.change)]


def _head(view: View, entry: Entry, change: Change) -> list[Line]:
    """Sign, address, action; the reason beside them, or below where it does not fit."""
    sign = _sign(change)
    grave = change.destructive and not change.action.ends and not entry.again
    action = Span(f"  {change.action}" + (", destructive" if grave else ""), Tone.BAD if grave else Tone.PLAIN)
    head = line(sign, " ", span(change.address, Tone.STRONG), action, indent=INDENT)
    if not entry.reason:
        return [head]
    reason = span(entry.reason, Tone.FAINT)
    beside_it = (*head, Span(": ", Tone.FAINT), reason)
    if width_of(beside_it) <= view.width:
        return [beside_it]
    return [head, *folded(reason, width=view.width, indent=INNER)]


def _sign(change: Change) -> Span:
    if change.action is Action.ORDER and change.before is None:
        return ADD
    return CHANGE if change.action is Action.ADOPT and change.writes else _SIGNS[change.action]


def _parts(view: View, entry: Entry, change: Change) -> list[Line]:
    shape = view.shape(change.address)
    match change.action:
        case Action.CREATE | Action.RECREATE | Action.ORDER if change.before is None:
            return object_lines(shape, change.after or {}, sign=ADD, width=view.width, indent=INNER)
        case Action.DELETE:
            return _what_goes(view, change)
        case _:
            return [part for cause, group in _by_cause(entry.fields) for part in _group(view, entry, cause, group)]


def _by_cause(fields: tuple[FieldChange, ...]) -> Iterator[tuple[Cause, list[FieldChange]]]:
    order = list(Cause)
    ranked = sorted(fields, key=lambda part: order.index(part.cause))
    return ((cause, list(group)) for cause, group in groupby(ranked, key=lambda part: part.cause))


_HEADINGS: Final = {
    Cause.DRIFT: ("changed behind our back, will be set back:", Section.DRIFT),
    Cause.OVERRIDE: ("someone else changed these too, and the manifest wins:", Section.OVERRIDES),
    Cause.FOREIGN: ("foreign, removed because lifecycle.foreign is remove:", None),
    Cause.RECORD: ("so already, the ledger learns:", Section.RECORDS),
}
"""What is said above the paths of a cause, unless they stand under that heading anyway."""


def _group(view: View, entry: Entry, cause: Cause, group: list[FieldChange]) -> list[Line]:
    if cause is Cause.RECORD and entry.section is Section.ADOPTIONS:
        return _agreed(view, group)
    text, own = _HEADINGS.get(cause, ("", entry.section))
    heading = [] if own is entry.section else [line(span(text, Tone.FAINT), indent=INNER)]
    shape = view.shape(entry.address) if entry.address else None
    return [*heading, *field_lines(shape, group, width=view.width, indent=INNER)]


def _agreed(view: View, group: list[FieldChange]) -> list[Line]:
    """What an adopted object has as the manifest wants it: names only."""
    paths = listed([dotted(part.path) for part in group], most=20)
    text = span(f"{counted(len(group), 'part')} as the manifest says already: {paths}")
    rows = folded(text, width=view.width, indent=INNER + 2)
    return beside(KEEP, rows, indent=INNER, column=2)


def _what_goes(view: View, change: Change) -> list[Line]:
    """What a deletion destroys: the members, of keyed lists the names of the elements."""
    before = change.before or {}
    column = max((len(name) for name in before), default=0) + 4
    rows: list[Line] = []
    for name in before:
        text = span(_gone(view, change, name), Tone.REMOVED)
        label = span(f"- {name}")
        rows += labelled(label, [text], width=view.width, indent=INNER, column=min(column, view.width // 2))
    return rows


def _gone(view: View, change: Change, name: str) -> str:
    value = (change.before or {})[name]
    shape = shape_at(view.shape(change.address), (name,))
    if not isinstance(shape, Keyed) or not isinstance(value, list):
        return shown(value)
    names = [str(element.get(shape.key, "")) for element in value]
    return f"{len(names)}: {listed(names, most=20)}" if names else "none"
