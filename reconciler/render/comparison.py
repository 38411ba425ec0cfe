"""Two plans side by side, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.approval import Changed
from reconciler.model.comparison import Comparison, Pair
from reconciler.model.plan import Plan
from reconciler.model.values import Json, dotted
from reconciler.render.approvals import change_part, change_text, place_of
from reconciler.render.json_output import written
from reconciler.render.lines import BLANK, Line, Tone, line, prose, put, span
from reconciler.render.view import INDENT
from reconciler.render.wording import counted


def comparison_text(comparison: Comparison, names: tuple[str, str], *, styled: bool, width: int) -> str:
    """Where they differ, and how much is alike. `names` are what the two are called here."""
    lines: list[Line] = []
    for index, name in enumerate(names):
        lines += _section(f"Only in {name}", _only_in(comparison, index), width)
    both = [each for each in comparison.different if each.first and each.second]
    if both:
        lines += [line(span("Different in both", Tone.HEADING)), *_both(both, names, width), BLANK]
    return put([*lines, *prose(_total(comparison, names), width=width)], styled=styled)


def _only_in(comparison: Comparison, index: int) -> list[Changed]:
    """What only the first (0) or only the second (1) plan does."""
    return [each.shown for each in comparison.different if (each.first, each.second)[1 - index] is None]


def _section(title: str, changes: list[Changed], width: int) -> Iterator[Line]:
    if not changes:
        return
    yield line(span(title, Tone.HEADING))
    for each in changes:
        yield from prose(f"{place_of(each)}: {change_text(each)}", width=width, indent=INDENT)
    yield BLANK


def _both(pairs: list[Pair], names: tuple[str, str], width: int) -> Iterator[Line]:
    for pair in pairs:
        yield from prose(place_of(pair.shown), width=width, indent=INDENT)
        for name, changed in zip(names, (pair.first, pair.second), strict=True):
            if changed is not None:
                yield from prose(f"{name}: {change_text(changed)}", width=width, indent=INDENT + INDENT)


def _total(comparison: Comparison, names: tuple[str, str]) -> str:
    alike = counted(len(comparison.alike), "change")
    if not comparison.different:
        return f"{names[0]} and {names[1]} do the same: {alike}."
    return f"{counted(len(comparison.different), 'difference')} between {names[0]} and {names[1]}; {alike} alike."


def comparison_json(comparison: Comparison, seals: tuple[str, str]) -> bytes:
    """Where two plans differ, for programs.

    - `first`, `second`: `environment`, `organisation` (its id), `as_of`, `seal`.
    - `alike`: `address` and `path` of each place where both do the same.
    - `different`, by address and path: `address` (null: a request without manifest), `path`, `first` and `second`
      (null: the plan leaves it as it is), each with `action`, `path`, `before`, `after` and `verdicts`.
    """
    plans = (comparison.first, comparison.second)
    first, second = (_plan(plan, seal) for plan, seal in zip(plans, seals, strict=True))
    return written(
        "diff",
        {
            "first": first,
            "second": second,
            "alike": [_place(each) for each in comparison.alike],
            "different": [
                {
                    **_place(each.shown),
                    "first": change_part(each.first) if each.first else None,
                    "second": change_part(each.second) if each.second else None,
                }
                for each in comparison.different
            ],
        },
    )


def _plan(plan: Plan, seal: str) -> dict[str, Json]:
    return {
        "environment": plan.environment,
        "organisation": plan.organisation.live_id,
        "as_of": plan.as_of,
        "seal": seal,
    }


def _place(changed: Changed) -> dict[str, Json]:
    return {"address": str(changed.address) if changed.address else None, "path": dotted(changed.path)}
