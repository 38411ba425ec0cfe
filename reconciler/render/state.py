"""What the ledger holds: `reconciler state list` and `state show`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.observed import Recorded
from reconciler.render.fields import KEEP, object_lines
from reconciler.render.lines import BLANK, Line, Tone, labelled, line, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.table import table_lines
from reconciler.render.wording import counted

_TITLES: Final = ("address", "origin", "version", "protected", "live id")


def state_text(rows: Mapping[Address, Recorded], *, styled: bool, width: int = WIDTH) -> str:
    """Every recorded object on a line, by address."""
    shown = [
        (str(row.address), row.origin.value, _version(row), "yes" if row.protect else "", row.live_id)
        for _, row in sorted(rows.items())
    ]
    lines = [*table_lines(_TITLES, shown, width=width), BLANK] if shown else []
    return put([*lines, line(f"{counted(len(shown), 'object')} in the ledger")], styled=styled)


def recorded_text(row: Recorded, kinds: Mapping[str, Kind], *, styled: bool, width: int = WIDTH) -> str:
    """One recorded object: how it is bound, and what we sent last."""
    facts = (
        ("live id", row.live_id),
        ("origin", row.origin.value),
        ("version", _version(row)),
        ("protected", "yes" if row.protect else "no"),
        ("revision", str(row.revision)),
        ("plan", row.seal or "(unknown)"),
    )
    lines: list[Line] = [line(span(row.address, Tone.STRONG))]
    for word, text in facts:
        lines += labelled(span(word, Tone.FAINT), [span(text)], width=width, indent=2, column=11)
    kind = kinds.get(row.address.kind)
    shape = kind.shape if kind else None
    lines += [BLANK, line(span("declared when last applied", Tone.FAINT), indent=2)]
    return put([*lines, *object_lines(shape, row.declared, sign=KEEP, width=width, indent=2)], styled=styled)


def _version(row: Recorded) -> str:
    return "none" if row.version is None else str(row.version)
