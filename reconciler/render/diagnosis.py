"""A diagnosis: a line for each check, and below it how to mend what is wrong."""

from __future__ import annotations

from collections import Counter
from typing import Final

from reconciler.model.diagnosis import Check, Diagnosis, Verdict
from reconciler.render.json_output import written
from reconciler.render.lines import BLANK, Line, Tone, advice, labelled, line, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.wording import counted

_TONES: Final = {
    Verdict.OK: Tone.GOOD,
    Verdict.SKIPPED: Tone.FAINT,
    Verdict.WARNING: Tone.WARNING,
    Verdict.ERROR: Tone.BAD,
}
_COLUMN: Final = 9


def diagnosis_text(diagnosis: Diagnosis, *, styled: bool, width: int = WIDTH) -> str:
    """For people."""
    lines = [row for check in diagnosis.checks for row in _check(check, width)]
    return put([*lines, BLANK, line(_total(diagnosis))], styled=styled)


def diagnosis_json(diagnosis: Diagnosis) -> bytes:
    """For programs."""
    checks = [
        {"name": each.name, "verdict": each.verdict.value, "detail": each.detail, "hint": each.hint}
        for each in diagnosis.checks
    ]
    return written("diagnosis", {"checks": checks, "exit_code": diagnosis.exit_code})


def _check(check: Check, width: int) -> list[Line]:
    word = span(check.verdict.value, _TONES[check.verdict])
    rows = labelled(word, [span(f"{check.name}: {check.detail}")], width=width, indent=0, column=_COLUMN)
    return [*rows, *advice(check.hint, width=width, indent=_COLUMN)]


def _total(diagnosis: Diagnosis) -> str:
    counts = Counter(check.verdict for check in diagnosis.checks)
    told = [counted(counts[verdict], verdict.value) for verdict in (Verdict.ERROR, Verdict.WARNING) if counts[verdict]]
    return f"{' and '.join(told)}." if told else "Everything is in place."
