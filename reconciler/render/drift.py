"""Drift for people and for programs: what was changed, field by field, and both ways out."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.drift import Drift, Drifted
from reconciler.model.kind import Kind
from reconciler.model.plan import Cause, FieldChange
from reconciler.model.shape import Shape
from reconciler.model.values import ABSENT, Json, dotted
from reconciler.render.cases import Case, Verdict
from reconciler.render.fields import field_lines
from reconciler.render.json_output import written
from reconciler.render.json_parts import place, sides
from reconciler.render.lines import BLANK, Line, Tone, folded, line, prose, put, span
from reconciler.render.remarks import Level, Remark
from reconciler.render.view import INDENT, INNER
from reconciler.render.wording import counted

CODE = "drift"


def drift_text(drift: Drift, kinds: Mapping[str, Kind], *, styled: bool, width: int) -> str:
    """Everything that drifted, without a final line end."""
    lines: list[Line] = []
    for each in drift.drifted:
        kind = kinds.get(each.address.kind)
        lines += [*_object(each, kind.shape if kind else None, width, _commands(drift, each)), BLANK]
    return put([*lines, *_ending(drift, width)], styled=styled)


def drift_json(drift: Drift) -> bytes:
    """What drifted, for programs.

    - `organisation`: `id`, `name`; `environment`; `compared`: how many objects were looked at; `foreign`: how many live
      objects are nobody's.
    - `drifted`, by address: `address`, `kind`, `name`, `live_id`, `gone` (deleted behind our back), `trouble` (why it
      cannot be compared, or empty), `where` (a place, or null), and `fields`: `path`, `recorded` (what we sent),
      `observed` (what is there now), each left out where that side has nothing.
    """
    return written(
        "drift",
        {
            "organisation": {"id": drift.organisation.live_id, "name": drift.organisation.name},
            "environment": drift.environment,
            "compared": drift.compared,
            "foreign": drift.foreign,
            "drifted": [_part(each) for each in drift.drifted],
        },
    )


def remarks_of_drift(drift: Drift) -> tuple[Remark, ...]:
    """A warning for each object, at its manifest."""
    return tuple(
        Remark(
            CODE,
            Level.WARNING,
            f"{each.address}: {_said(each)}",
            ", ".join(dotted(part.path) for part in each.fields) or each.trouble,
            "\n".join(_commands(drift, each)),
            each.where,
            subject=str(each.address),
        )
        for each in drift.drifted
    )


def cases_of_drift(drift: Drift) -> tuple[Case, ...]:
    """A failed one for each object that drifted, and one for all the others."""
    said = zip(drift.drifted, remarks_of_drift(drift), strict=True)
    drifted = [Case(each.address.kind, each.address.name, Verdict.FAILED, (remark,)) for each, remark in said]
    return (*drifted, Case("drift", "everything else"))


def _commands(drift: Drift, each: Drifted) -> tuple[str, str]:
    """What takes it over, and what sets it back: in this environment and no other, whichever is the default one."""
    here = f" --env {drift.environment}" if drift.is_one_of_several else ""
    return f"reconciler drift{here} --adopt {each.address}", f"reconciler apply{here} --target {each.address}"


def _part(each: Drifted) -> dict[str, Json]:
    return {
        "address": str(each.address),
        "kind": each.address.kind,
        "name": each.address.name,
        "live_id": each.live_id,
        "gone": each.is_gone,
        "trouble": each.trouble,
        "where": place(each.where),
        "fields": [
            {"path": dotted(part.path), **sides(recorded=part.base, observed=part.before)} for part in each.fields
        ],
    }


def _said(each: Drifted) -> str:
    if each.is_gone:
        return "deleted behind our back"
    return "cannot be compared" if each.trouble else "changed behind our back"


def _object(each: Drifted, shape: Shape | None, width: int, commands: tuple[str, str]) -> list[Line]:
    rows = [line(span(each.address, Tone.STRONG), f"  {_said(each)}", indent=INDENT)]
    rows += prose(each.trouble, width=width, indent=INNER)
    rows += field_lines(shape, [_as_it_went(part) for part in each.fields], width=width, indent=INNER)
    if each.is_gone or each.trouble:
        return rows
    adopting, undoing = commands
    return [
        *rows,
        line("take it over  ", span(adopting, Tone.LITERAL), indent=INNER),
        line("set it back   ", span(undoing, Tone.LITERAL), indent=INNER),
    ]


def _as_it_went(part: FieldChange) -> FieldChange:
    """From what we sent to what is there: as it happened, not as it would be undone."""
    return FieldChange(part.path, Cause.UPDATE, part.base, part.before, ABSENT)


def _ending(drift: Drift, width: int) -> list[Line]:
    foreign = f", {counted(drift.foreign, 'foreign object')} besides" if drift.foreign else ""
    compared = f"{counted(drift.compared, 'object')} compared{foreign}"
    if not drift.drifted:
        return [line(span(f"No drift: {compared}.", Tone.GOOD))]
    text = f"{len(drift.drifted):,} drifted of {compared}. Who did it is in the organisation's own audit."
    return folded(span(text, Tone.WARNING), width=width)
