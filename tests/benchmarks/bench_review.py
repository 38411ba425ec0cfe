"""What a plan of many changed objects costs in each format beside the plan as text, and how that grows.

    python -m tests.benchmarks.bench_review [--count 500]

Every object changes, one in ten is blocked, and all refer to others. Prints; asserts nothing.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from reconciler.commands.explain import every_explanation
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Severity
from reconciler.model.observed import Organisation
from reconciler.model.plan import Action, Budget, Cause, Change, FieldChange, Plan
from reconciler.model.project import Project
from reconciler.model.source import Source
from reconciler.model.values import ABSENT, Normal
from reconciler.render import (
    Occasion,
    annotated,
    cases_of_plan,
    plan_html,
    plan_json,
    plan_markdown,
    plan_text,
    remarks_of_plan,
    sarif_json,
)
from reconciler.render.junit import junit_xml
from reconciler.render.markdown import LIMIT

ROUNDS = 5
FIELDS = 8
OCCASION = Occasion("plan", "production", artefact="plan-production")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure what a reviewer is shown.")
    parser.add_argument("--count", type=int, default=500)
    count = parser.parse_args(arguments).count
    for number in (count, count * 4):
        _measure(plan_of(number), number)


def _measure(plan: Plan, count: int) -> None:
    comment = plan_markdown(plan, KINDS, "sha256:0", OCCASION)
    print(f"{count:,} changed objects; the comment has {len(comment.encode()):,} of {LIMIT:,} bytes")
    text = _median(lambda: plan_text(plan, KINDS, styled=False, width=100))
    print(f"  {'human':10} {text * 1000:8.1f} ms")
    for name, work in _formats(plan).items():
        taken = _median(work)
        print(f"  {name:10} {taken * 1000:8.1f} ms; ratio {taken / text:.2f}")


def _formats(plan: Plan) -> dict[str, Callable[[], object]]:
    explained = every_explanation()
    return {
        "json": lambda: plan_json(plan, "sha256:0"),
        "markdown": lambda: plan_markdown(plan, KINDS, "sha256:0", OCCASION),
        "sarif": lambda: sarif_json(
            remarks_of_plan(plan),
            explained,
            category="plan",
            version="0",
            project_file="reconciler.yaml",
            succeeded=True,
        ),
        "github": lambda: annotated(remarks_of_plan(plan)),
        "html": lambda: plan_html(plan, KINDS, "sha256:0", OCCASION),
        "junit": lambda: junit_xml(cases_of_plan(plan), "plan"),
    }


def plan_of(count: int) -> Plan:
    """Updates of schemas with a few changed fields each, and findings."""
    return Plan(
        organisation=Organisation("5f3c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d", "Acme"),
        environment="production",
        as_of="2026-10-03T08:15:00Z",
        tool="reconciler",
        ledger_id="",
        project=Project(),
        changes=tuple(map(_change, range(count))),
        findings=tuple(map(_finding, range(0, count, 10))),
        budget=Budget(10, count, count / 5),
    )


def _change(number: int) -> Change:
    address = _address(number)
    return Change(
        str(address),
        address,
        Action.UPDATE,
        "the manifest changed",
        before=_schema(number, "before"),
        after=_schema(number, "after"),
        fields=(*map(_field, range(FIELDS)), FieldChange(("fields", "gone"), Cause.UPDATE, {"name": "gone"}, ABSENT)),
        destructive=number % 10 == 0,
    )


def _field(number: int) -> FieldChange:
    path = ("fields", f"field_{number}", "description")
    return FieldChange(path, Cause.UPDATE, f"before {number}", f"after {number}")


def _schema(number: int, said: str) -> Normal:
    fields = [{"name": f"field_{each}", "type": "string", "description": f"{said} {each}"} for each in range(FIELDS)]
    pointing = {"name": "owner", "type": "relationship", "relationship": {"schema": _address(number // 2).name}}
    return {"name": _address(number).name, "fields": [*fields, pointing]}


def _finding(number: int) -> Finding:
    return Finding(
        "FS101",
        Severity.BLOCK,
        "Field removed",
        _address(number),
        ("fields", "gone"),
        facet={"removes": ["gone"]},
        detail="Field 'gone' goes, and with it every value that records hold in it.",
        where=Source(f"manifests/schemas/{_address(number).name}.yaml", 9, 3, "  fields:"),
    )


def _address(number: int) -> Address:
    return Address("FlexSchema", f"schema_{number:05}")


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    print(sys.version.split()[0])
    main()
