"""Where a fresh plan and its approvals differ, for a person and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reconciler.model.approval import Changed, Difference, Gap
from reconciler.model.values import ABSENT, Json, dotted
from reconciler.render.json_parts import sides
from reconciler.render.values import shown, shown_beside

MOST: Final = 20
"""Differences told in a message; a document has all of them."""


def differences_text(differences: Sequence[Difference], names: Mapping[str, str]) -> str:
    """Each difference in a paragraph of lines. `names` are the files of the approvals, by seal."""
    lines = [part for each in differences[:MOST] for part in _lines(each, names)]
    if len(differences) > MOST:
        lines.append(f"And {len(differences) - MOST} more; --output json=FILE has all of them.")
    return "\n".join(lines)


def _lines(difference: Difference, names: Mapping[str, str]) -> Iterator[str]:
    about = difference.shown
    yield f"{place_of(about)}: {_HEADINGS[difference.gap]}"
    if difference.planned is not None:
        yield f"planned now: {change_text(difference.planned)}"
    for seal, changed in difference.approved:
        yield f"approved: {change_text(changed)}, at {dotted(changed.path)}, by {names.get(seal, seal)}"
    if not difference.approved:
        yield "approved: nothing there"
    if difference.gap is Gap.UNMET:
        yield f"so now: {shown(difference.observed)}"
    if difference.detail:
        yield difference.detail


_HEADINGS: Final = {
    Gap.UNAPPROVED: "planned, and not approved",
    Gap.UNMET: "approved, not planned any more, and not so either",
    Gap.OVERTAKEN: "another plan has been applied to it since it was approved",
}


def place_of(changed: Changed) -> str:
    """Which place of which object a change is about: `Purpose/Support spec.retention`."""
    return f"{changed.address or 'a request without manifest'} {dotted(changed.path)}"


def change_text(changed: Changed) -> str:
    """`update 180d -> 90d, with PU101 acknowledged`."""
    before, after = shown_beside(changed.before, changed.after)
    verdicts = "; ".join(f"{each.code} {each.word}" for each in changed.verdicts)
    return f"{changed.action.value} {before} -> {after}" + (f", with {verdicts}" if verdicts else "")


def difference_part(difference: Difference) -> dict[str, Json]:
    """`gap` (`not approved`, `not come about`, `overtaken`), `address` (null: a request without manifest), `path`,
    `planned` (null: nothing), `approved` (each with its `seal`), `observed` (left out where nothing is), `detail`.
    A change has `action`, `path`, `before` and `after` (each left out where that side has nothing) and `verdicts`.
    """
    about, observed = difference.shown, difference.observed
    return {
        "gap": difference.gap.value,
        "address": str(about.address) if about.address else None,
        "path": dotted(about.path),
        "planned": change_part(difference.planned) if difference.planned is not None else None,
        "approved": [{"seal": seal, **change_part(changed)} for seal, changed in difference.approved],
        "detail": difference.detail,
        **({} if observed is ABSENT else {"observed": observed}),
    }


def change_part(changed: Changed) -> dict[str, Json]:
    """One changed path: see `difference_part`."""
    return {
        "action": changed.action.value,
        "path": dotted(changed.path),
        "verdicts": [{"code": each.code, "path": each.path, "verdict": each.word} for each in changed.verdicts],
        **sides(before=changed.before, after=changed.after),
    }
