"""What is wrong in the manifests, and why a run failed, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.model.source import Problem
from reconciler.render.excerpt import excerpt
from reconciler.render.lines import Line, Tone, advice, folded, line, prose, put, span
from reconciler.render.wording import counted

WIDTH: Final = 80
"""Columns where the caller knows no better."""


def problems_text(problems: Sequence[Problem], *, styled: bool, width: int = WIDTH) -> str:
    """Every problem with its place, line and caret, and how many there are. Without a final line end."""
    each = [problem_text(problem, styled=styled, width=width) + "\n" for problem in problems]
    return "\n".join([*each, problems_total(problems, styled=styled)])


def problems_total(problems: Sequence[Problem], *, styled: bool) -> str:
    """How many problems there are."""
    files = len({problem.where.file for problem in problems})
    total = f"{counted(len(problems), 'problem')} in {counted(files, 'file')}"
    return put([line(span(total, Tone.BAD if problems else Tone.GOOD))], styled=styled)


def problem_text(problem: Problem, *, styled: bool, width: int = WIDTH) -> str:
    """One problem with its place, line and caret. Without a final line end."""
    return put(_problem(problem, width), styled=styled)


def _problem(problem: Problem, width: int) -> list[Line]:
    return [
        line(
            span(problem.where), ": ", span(problem.code, Tone.BAD), " ", span(problem.summary, Tone.STRONG)
        ),
        *excerpt(problem.where, width=width, indent=2),
        *prose(problem.detail, width=width, indent=2),
        *advice(problem.hint, width=width, indent=2),
    ]  # fmt: skip


def error_text(error: ReconcilerError, *, styled: bool, width: int = WIDTH) -> str:
    """The four parts of a message (STYLE rule 17), or the problems that it stands for. Without a final line end."""
    if isinstance(error, InvalidManifests) and error.problems:
        return problems_text(error.problems, styled=styled, width=width)
    return put(message_lines(error.summary, error.where, error.detail, error.hint, width=width), styled=styled)


def message_lines(summary: str, where: str, detail: str, hint: str, *, width: int) -> list[Line]:
    """`Error: summary`, and below it where, detail and hint."""
    return [
        line(span("Error: ", Tone.BAD), span(summary, Tone.STRONG)),
        *folded(span(where, Tone.FAINT), width=width, indent=2),
        *prose(detail, width=width, indent=2),
        *advice(hint, width=width, indent=2),
    ]
