"""What a reviewer should know about a change besides its paths: order, what is kept, evidence, limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from reconciler.model.plan import Action, Cause, Change, FieldChange, Headroom
from reconciler.model.values import Path, dotted
from reconciler.render.fields import field_lines
from reconciler.render.findings import COLUMN, evidence_text, tally_text
from reconciler.render.lines import Line, Span, Tone, labelled, line, span
from reconciler.render.sections import Entry
from reconciler.render.view import INNER, View
from reconciler.render.wording import listed


def note_lines(view: View, entry: Entry, change: Change) -> list[Line]:
    """The notes, each with a word on the left; none where the change stands above already."""
    if entry.again:
        return []
    return [
        *_noted(view, "after", _needs(view, change)),
        *_noted(view, "later", [f"{dotted(path)} is set in a second step" for path in change.deferred]),
        *_noted(view, "foreign", _foreign(change.foreign)),
        *_kept(view, change),
        *_noted(view, "protect", _protection(change) if entry.first else ()),
        *_noted(view, "evidence", _evidence(entry, change) if entry.first else ()),
        *(row for room in view.rooms.get(change.address, ()) if entry.first for row in _headroom(view, room)),
    ]


def _noted(view: View, word: str, texts: Iterable[str], tone: Tone = Tone.PLAIN) -> list[Line]:
    pieces = [span(text, tone) for text in texts]
    label = Span(word, Tone.FAINT)
    return labelled(label, pieces, width=view.width, indent=INNER, column=COLUMN) if pieces else []


def _needs(view: View, change: Change) -> Iterator[str]:
    """The steps that come first, where that says something: a new id, a second step, a deletion."""
    for name in change.depends_on:
        need = view.steps.get(name)
        if need is None:
            continue
        if need.action in (Action.CREATE, Action.RECREATE):
            known = "its id is known after apply" if need.address != change.address else "created first"
            yield f"{need.address} ({known})"
        elif change.action is Action.DELETE:
            yield f"{need.address} ({need.action} first)"


def _foreign(paths: tuple[Path, ...]) -> Iterator[str]:
    """`3 foreign fields kept: x, y, z`, for each list."""
    for parent, group in groupby(sorted(paths), key=lambda path: path[:-1]):
        names = [path[-1] for path in group if path]
        noun = parent[-1] if parent else "members"
        noun = noun.removesuffix("s") if len(names) == 1 else noun
        of = f" of {dotted(parent[:-1])}" if len(parent) > 1 else ""
        yield f"{len(names)} foreign {noun}{of} kept: {listed(names)}"


def _kept(view: View, change: Change) -> list[Line]:
    """Drift left alone: from what we sent to what they made of it."""
    if not change.kept:
        return []
    heading = line(Span("left alone, though changed behind our back:", Tone.WARNING), indent=INNER)
    parts = [FieldChange(part.path, Cause.DRIFT, part.base, part.before) for part in change.kept]
    return [heading, *field_lines(view.shape(change.address), parts, width=view.width, indent=INNER)]


def _protection(change: Change) -> Iterator[str]:
    if change.protect and not change.action.ends and change.action is not Action.FORGET:
        yield "a deletion will be refused"


def _evidence(entry: Entry, change: Change) -> Iterator[str]:
    """The sentence, and those answers that no finding tells."""
    text = evidence_text(change.evidence)
    told = {finding.path for finding in entry.findings}
    if text:
        yield text
    for question, tally in change.evidence.tallies:
        if question.path not in told:
            yield f"{dotted(question.path)}, {question.ask}: {tally_text(tally)}"


def _headroom(view: View, room: Headroom) -> list[Line]:
    """`fields 87 -> 91 of 100`; nothing where nothing changes and there is room enough."""
    full = room.after * 100 >= room.maximum * view.plan.project.limits.warn_at_percent
    if room.before == room.after and not full:
        return []
    text = f"{room.noun} {room.before} -> {room.after} of {room.maximum}"
    left = room.maximum - room.after
    if left < 0:
        text += f": {-left} too many"
    elif full:
        text += f": {left} left" if left else ": full"
    return _noted(view, "limit", [text], Tone.WARNING if full else Tone.PLAIN)
