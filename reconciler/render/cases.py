"""What a run looked at, one by one, and what came of each: for the formats that count what is well, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from reconciler.errors import InvalidManifests, ReconcilerError
from reconciler.model.address import Address
from reconciler.model.plan import Plan
from reconciler.model.report import Outcome, Report, StepResult
from reconciler.render.objects import PlanObject, plan_objects
from reconciler.render.remarks import Remark, remark_of_step, remarks_of_error, remarks_of_findings, remarks_of_report


class Verdict(Enum):
    """What came of a case, in the words of JUnit."""

    PASSED = "passed"
    FAILED = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One object, file or step: `name` within `group`, and all that there is to say about it."""

    group: str
    name: str
    verdict: Verdict = Verdict.PASSED
    remarks: tuple[Remark, ...] = ()
    milliseconds: int = 0


def cases_of_plan(plan: Plan) -> tuple[Case, ...]:
    """Every object that changes or that a finding is about. What blocks has failed."""
    return tuple(map(_of_object, plan_objects(plan)))


def cases_of_report(report: Report) -> tuple[Case, ...]:
    """Every step, and the run itself where it ended early."""
    ended = [remark for remark in remarks_of_report(report) if remark.code == "apply-ended"]
    return (*(Case("run", "run", Verdict.ERROR, (remark,)) for remark in ended), *map(_of_step, report.results))


def cases_of_error(error: ReconcilerError) -> tuple[Case, ...]:
    """A case for each file with problems; of any other error, the run itself."""
    if isinstance(error, InvalidManifests) and error.problems:
        return cases_of_files(remarks_of_error(error), verdict=Verdict.FAILED)
    return (Case("run", "run", Verdict.ERROR, remarks_of_error(error)),)


def cases_of_files(remarks: Iterable[Remark], files: Iterable[str] = (), *, verdict: Verdict) -> tuple[Case, ...]:
    """A case for each file, and the `verdict` for those that there is something to say about."""
    found: dict[str, list[Remark]] = {file: [] for file in files}
    for remark in remarks:
        found.setdefault(remark.where.file if remark.where else "", []).append(remark)
    return tuple(
        Case("manifests", file or "(no file)", verdict if said else Verdict.PASSED, tuple(said))
        for file, said in sorted(found.items())
    )


def _of_object(each: PlanObject) -> Case:
    failed = any(finding.blocks for finding in each.findings)
    verdict = Verdict.FAILED if failed else Verdict.PASSED
    return Case(*_named(each.address), verdict, remarks_of_findings(each.findings))


def _named(address: Address | None) -> tuple[str, str]:
    return (address.kind, address.name) if address else ("plan", "the whole plan")


def _of_step(result: StepResult) -> Case:
    kind, _, name = result.step.partition("/")
    remarks = () if result.succeeded else (remark_of_step(result),)
    return Case(kind, name or kind, _VERDICTS[result.outcome], remarks, result.latency_ms)


_VERDICTS = {
    Outcome.DONE: Verdict.PASSED,
    Outcome.MERGED: Verdict.PASSED,
    Outcome.ALREADY: Verdict.PASSED,
    Outcome.QUEUED: Verdict.SKIPPED,
    Outcome.CONFLICT: Verdict.FAILED,
    Outcome.FAILED: Verdict.FAILED,
    Outcome.IN_DOUBT: Verdict.ERROR,
    Outcome.SKIPPED: Verdict.SKIPPED,
}
