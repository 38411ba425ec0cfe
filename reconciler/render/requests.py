"""Requests in a plan: what is asked for, and what is no longer followed."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.callback import Callback
from reconciler.model.plan import Plan
from reconciler.model.request import Submission
from reconciler.render.fields import ADD, KEEP
from reconciler.render.lines import BLANK, Line, Tone, labelled, line, span
from reconciler.render.values import shown
from reconciler.render.view import INDENT, INNER
from reconciler.render.wording import counted

HEADING = "Requests: made once, then followed"


def request_lines(plan: Plan, *, width: int) -> list[Line]:
    """The section, with its heading; nothing where the plan makes no requests and forgets none."""
    rows = [row for part in _parts(plan, width) for row in (BLANK, *part)]
    return [BLANK, line(span(HEADING, Tone.HEADING)), *rows] if rows else []


def _parts(plan: Plan, width: int) -> Iterator[list[Line]]:
    for submission in plan.submissions:
        yield _submission(submission, width)
    if plan.moved_requests:
        text = f"{counted(len(plan.moved_requests), 'request')} whose manifest has another address now"
        yield [line(KEEP, " ", span(text), indent=INDENT)]
    if plan.forgotten_requests:
        text = (
            f"{counted(len(plan.forgotten_requests), 'request')} no longer followed: never cancelled, kept as history"
        )
        yield [line(KEEP, " ", span(text), indent=INDENT)]


def _submission(submission: Submission, width: int) -> list[Line]:
    sign, verb = (KEEP, "take over") if submission.taken else (ADD, "submit")
    head = line(
        sign, " ", span(submission.step, Tone.STRONG), f"  {verb}: ", span(submission.reason, Tone.FAINT), indent=INDENT
    )
    told = {"callback": _callback(submission.callback)} if submission.callback else {}
    facts = {"window": submission.window, **submission.body, **told, "key": submission.key}
    column = max(map(len, facts)) + 2
    rows = [
        row
        for name, value in facts.items()
        for row in labelled(span(name, Tone.FAINT), [span(shown(value))], width=width, indent=INNER, column=column)
    ]
    return [head, *rows]


def _callback(callback: Callback) -> str:
    return callback.url or f"{callback.service}, with a token of its own"
