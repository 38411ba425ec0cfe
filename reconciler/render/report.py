"""What came of an apply, for a person: what needs attention first, then what was done, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from reconciler.model.merged import Overlap
from reconciler.model.report import Outcome, Report, StepResult
from reconciler.model.values import dotted
from reconciler.render.events import step_name
from reconciler.render.fields import row_lines, three_sides
from reconciler.render.findings import finding_lines
from reconciler.render.lines import BLANK, Line, Tone, advice, folded, labelled, line, prose, put, span
from reconciler.render.wording import listed

INNER: Final = 6

_HEADINGS: Final = {
    Outcome.CONFLICT: ("Conflicts: left untouched", Tone.BAD),
    Outcome.FAILED: ("Failed", Tone.BAD),
    Outcome.IN_DOUBT: ("In doubt: sent, and not known to have happened", Tone.WARNING),
    Outcome.SKIPPED: ("Skipped", Tone.WARNING),
    Outcome.MERGED: ("Done, together with someone else's edit", Tone.GOOD),
    Outcome.DONE: ("Done", Tone.GOOD),
    Outcome.QUEUED: ("Queued: as many requests as may be are under way; run apply again, or with --wait", Tone.WARNING),
    Outcome.ALREADY: ("Done by an earlier run of this plan", Tone.FAINT),
}
"""In the order in which they are shown."""


def report_text(report: Report, *, styled: bool, width: int) -> str:
    """The whole report, without a final line end."""
    lines: list[Line] = []
    for outcome, (title, tone) in _HEADINGS.items():
        results = [result for result in report.results if result.outcome is outcome]
        if results:
            lines += [
                line(span(title, tone)),
                *(part for one in results for part in _result(report, one, width)),
                BLANK,
            ]
    return put([*lines, *_ending(report, width)], styled=styled)


def _result(report: Report, result: StepResult, width: int) -> list[Line]:
    live = f"  {result.live_id}" if result.live_id and result.succeeded else ""
    head = line(
        str(result.action), " ", span(step_name(result.step, result.address), Tone.STRONG), span(live, Tone.FAINT),
        indent=2,
    )  # fmt: skip
    return [
        head,
        *_why(report, result, width),
        *_overlaps(result.overlaps, width),
        *_theirs(result, width),
        *advice(result.hint, width=width, indent=INNER),
    ]


def _why(report: Report, result: StepResult, width: int) -> list[Line]:
    rows: list[Line] = []
    if result.because:
        failed = " did not succeed" if any(result.because == other.step for other in report.results) else ""
        rows += folded(span(f"because {result.because}{failed}"), width=width, indent=INNER)
    rows += folded(span(result.summary, Tone.STRONG), width=width, indent=INNER)
    rows += folded(span(result.where, Tone.FAINT), width=width, indent=INNER)
    rows += prose(result.detail, width=width, indent=INNER)
    for finding in result.findings:
        rows += finding_lines(finding, width=width, indent=INNER)
    return rows


def _overlaps(overlaps: Iterable[Overlap], width: int) -> list[Line]:
    """The three values of each path that both sides changed."""
    rows = [
        three_sides(None, part.path, (("base", part.base), ("ours", part.ours), ("theirs", part.theirs)))
        for part in overlaps
    ]
    return row_lines(rows, width=width, indent=INNER)


def _theirs(result: StepResult, width: int) -> list[Line]:
    if not result.theirs:
        return []
    paths = listed([dotted(path) for path in result.theirs], most=20)
    return labelled(
        span("theirs", Tone.FAINT), [span(f"kept as they made it: {paths}")], width=width, indent=INNER, column=10
    )


def _ending(report: Report, width: int) -> list[Line]:
    """Counts, what ended the run early, and what to do next."""
    rows = folded(span(report_counts(report), Tone.STRONG), width=width)
    if report.interrupted:
        rows += prose("Interrupted: what was under way was finished, nothing more was begun.", width=width)
    if report.error:
        rows += prose(f"Ended early: {report.error}", width=width, tone=Tone.BAD)
    return rows + advice(_next(report), width=width)


def report_counts(report: Report) -> str:
    """`5 done, 1 merged, 1 conflict, 2 skipped; 6 written to the organisation, 3 archived`."""
    counts = Counter(result.outcome for result in report.results)
    said = [f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome]]
    archived = f", {report.archived:,} archived" if report.archived else ""
    return (", ".join(said) or "Nothing to do") + f"; {report.written:,} written to the organisation{archived}"


def _next(report: Report) -> str:
    outcomes = {result.outcome for result in report.results}
    if Outcome.CONFLICT in outcomes:
        return "Someone changed the same things. Plan again to see their values beside ours:\nreconciler plan"
    if Outcome.IN_DOUBT in outcomes:
        return "Run apply again: it looks whether what was sent has happened before it sends anything."
    if Outcome.QUEUED in outcomes and outcomes <= {Outcome.QUEUED, Outcome.DONE, Outcome.MERGED, Outcome.ALREADY}:
        return "Run apply again once those under way have ended, or with --wait."
    if Outcome.FAILED in outcomes:
        return "Mend what failed and run apply again: it goes on with what is left."
    if report.interrupted or report.error or Outcome.SKIPPED in outcomes:
        return "Run apply again: it goes on with what is left."
    if any(result.owed for result in report.results):
        return "Everything is applied, but for what is said above: the next apply tries that again."
    return "Everything is applied."
