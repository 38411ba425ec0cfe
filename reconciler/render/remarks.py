"""What there is to say about places in files, whoever found it: for the formats that show nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import Plan
from reconciler.model.report import Outcome, Report, StepResult
from reconciler.model.source import Problem, Source


class Level(StrEnum):
    """How much a remark weighs, in SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding, problem or error. `subject` is what it is about whatever line that stands in (address, path, facet);
    `accepted` is who accepted it and why, and empty where nobody did."""

    code: str
    level: Level
    summary: str
    detail: str = ""
    hint: str = ""
    where: Source | None = None
    subject: str = ""
    accepted: str = ""

    @property
    def weighs(self) -> bool:
        """Whether it stops anything."""
        return self.level is Level.ERROR and not self.accepted

    @property
    def message(self) -> str:
        """Everything but where."""
        return "\n".join(filter(None, (self.summary, self.detail, self.hint)))


def remarks_of_plan(plan: Plan) -> tuple[Remark, ...]:
    """Every finding of a plan, in its order."""
    return remarks_of_findings(plan.findings)


def remarks_of_findings(findings: Iterable[Finding]) -> tuple[Remark, ...]:
    return tuple(map(_of_finding, findings))


def remarks_of_problems(problems: Iterable[Problem], level: Level = Level.ERROR) -> tuple[Remark, ...]:
    return tuple(
        Remark(each.code, level, each.summary, each.detail, each.hint, each.where, subject=each.detail)
        for each in problems
    )


def remarks_of_report(report: Report) -> tuple[Remark, ...]:
    """Every step that did not succeed, and what ended the run early."""
    failed = [remark_of_step(result) for result in report.results if not result.succeeded]
    ended = [Remark("apply-ended", Level.ERROR, report.error)] if report.error else []
    return (*ended, *failed)


def remark_of_step(result: StepResult) -> Remark:
    """What kept a step from succeeding. One that was skipped for another's sake weighs less than that other."""
    skipped = result.outcome is Outcome.SKIPPED
    because = f"because of {result.because}" if result.because else ""
    return Remark(
        f"apply-{result.outcome.value.replace(' ', '-')}",
        Level.WARNING if skipped else Level.ERROR,
        f"{result.address}: {result.summary or result.outcome.value}",
        "\n".join(filter(None, (because, result.where, result.detail))),
        result.hint,
        subject=result.step,
    )


def remarks_of_error(error: ReconcilerError) -> tuple[Remark, ...]:
    """The problems that it stands for, or the error itself, which has no place in a file."""
    if isinstance(error, InvalidManifests) and error.problems:
        return remarks_of_problems(error.problems)
    detail = "\n".join(filter(None, (error.where, error.detail)))
    return (Remark(type(error).__name__, Level.ERROR, error.summary, detail, error.hint, subject=error.where),)


def _of_finding(finding: Finding) -> Remark:
    said = finding.acknowledged
    facet = " ".join(f"{name}={value}" for name, value in sorted(finding.facet.items()))
    return Remark(
        code=finding.code,
        level=_LEVELS[finding.severity],
        summary=f"{finding.address}: {finding.summary}" if finding.address else finding.summary,
        detail=finding.detail,
        hint=finding.hint,
        where=finding.where,
        subject=" ".join(filter(None, (str(finding.address or ""), finding.dotted, facet))),
        accepted=f"{said.by} until {said.expires}: {said.reason}" if said else "",
    )


_LEVELS = {Severity.BLOCK: Level.ERROR, Severity.WARN: Level.WARNING, Severity.INFO: Level.NOTE}
