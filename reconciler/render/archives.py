"""Archives in a plan: of each history what is retained, what is not and why, and whether it is archived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.archive import Archive, Order, Standing
from reconciler.model.plan import Plan
from reconciler.render.fields import ADD, KEEP
from reconciler.render.lines import BLANK, Line, Tone, beside, folded, line, span
from reconciler.render.view import INDENT, INNER
from reconciler.render.wording import counted

HEADING = "Archives: once for each new head of a history"
MOST_SETTLED = 10
"""So many histories of one order that need nothing are listed; of more than that only the number is said."""


def archive_lines(plan: Plan, *, width: int) -> list[Line]:
    """The section, with its heading; nothing where no standing order is about any history."""
    rows = [row for order in plan.orders for row in _order(plan, order, width)]
    return [BLANK, line(span(HEADING, Tone.HEADING)), *rows] if rows else []


def _order(plan: Plan, order: Order, width: int) -> Iterator[Line]:
    archives = [archive for archive in plan.archives if archive.address == order.address]
    if not archives:
        return
    head = f"  {order.days} days, at most {counted(order.most, 'version')}, to {order.endpoint}"
    yield BLANK
    yield from folded(span(f"{order.address}{head}", Tone.STRONG), width=width, indent=INDENT, hanging=4)
    settled = [archive for archive in archives if not archive.works]
    for archive in archives:
        if archive.works or len(settled) <= MOST_SETTLED:
            yield from _archive(order, archive, width)
    if len(settled) > MOST_SETTLED:
        yield line(KEEP, " ", span(_tally(settled)), indent=INNER)


def _tally(settled: Iterable[Archive]) -> str:
    settled = tuple(settled)
    archived = sum(archive.standing is Standing.ARCHIVED for archive in settled)
    text = f"{archived:,} more archived already"
    nothing = len(settled) - archived
    return f"{text}, {nothing:,} with no version within retention" if nothing else text


def _archive(order: Order, archive: Archive, width: int) -> list[Line]:
    sign = ADD if archive.standing is Standing.DUE or archive.backup or archive.notice else KEEP
    tone = Tone.WARNING if archive.standing is Standing.TROUBLE else Tone.PLAIN
    text = span(f"{archive.name or archive.live_id}  {_said(order, archive)}", tone)
    return beside(sign, folded(text, width=width, indent=INNER + 2), indent=INNER, column=2)


def _said(order: Order, archive: Archive) -> str:
    match archive.standing:
        case Standing.TROUBLE:
            return f"nothing is sent: {archive.trouble}"
        case Standing.NOTHING:
            return f"nothing is sent: no version within retention; {_outside(order, archive)}"
        case Standing.ARCHIVED:
            missing = [word for word, lacks in (("backup", archive.backup), ("notification", archive.notice)) if lacks]
            head = f"head {archive.head} is archived already"
            said = f"{head}, the {' and the '.join(missing)} missing" if missing else head
        case Standing.DUE:
            said = f"archive {counted(archive.retained, 'version')} up to {archive.head}"
    parts = (said, _outside(order, archive), archive.remark)
    return "; ".join(part for part in parts if part)


def _outside(order: Order, archive: Archive) -> str:
    """What is not retained, and why."""
    aged = f"{archive.aged:,} older than {counted(order.days, 'day')}" if archive.aged else ""
    surplus = f"{archive.surplus:,} beyond the newest {order.most:,}" if archive.surplus else ""
    said = " and ".join(part for part in (aged, surplus) if part)
    return f"outside retention: {said}" if said else ""
