"""Whole texts and documents, for reading: what a person or a program gets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reconciler.errors import PlanRefused
from reconciler.kinds import KINDS
from reconciler.model.plan import Budget, Plan
from reconciler.render import (
    codes_text,
    error_text,
    explanation_text,
    kinds_markdown,
    kinds_text,
    plan_json,
    plan_text,
    problems_text,
    report_json,
    report_text,
)

from .builders import blocked_plan, plan, problem, report, story_plan

Golden = Callable[[str, str], None]

PLANS: dict[str, Plan] = {
    "blocked": blocked_plan(),
    "story": story_plan(),
    "nothing": plan(unchanged=12, budget=Budget(3, 0, 0.0)),
}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("width", [80, 120])
def test_a_plan_reads_as_in_the_golden_file(name: str, width: int, golden: Golden) -> None:
    golden(f"plan_{name}_{width}.txt", plan_text(PLANS[name], KINDS, styled=False, width=width))


def test_a_styled_plan_has_the_colours_of_the_golden_file(golden: Golden) -> None:
    text = plan_text(blocked_plan(), KINDS, styled=True, width=80)
    golden("plan_blocked_80.ansi.txt", text.replace("\x1b", "<ESC>"))


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_the_golden_document(name: str, golden: Golden) -> None:
    golden(f"plan_{name}.json", plan_json(PLANS[name], "sha256:ab").decode().rstrip("\n"))


def test_a_report_reads_as_in_the_golden_file(golden: Golden) -> None:
    golden("report.txt", report_text(report(), styled=False, width=80))
    golden("report.json", report_json(report()).decode().rstrip("\n"))


def test_problems_and_errors_read_as_in_the_golden_files(golden: Golden) -> None:
    golden("problems.txt", problems_text([problem(), problem("\t\tfields: []", 3)], styled=False, width=80))
    error = PlanRefused("The plan is stale", detail="It moved.", hint="Again:\nreconciler plan", where="plan.json")
    golden("error.txt", error_text(error, styled=False))


def test_kinds_and_codes_read_as_in_the_golden_files(golden: Golden) -> None:
    explanations = {code: text for kind in KINDS.values() for code, text in kind.explanations.items()}
    golden("kinds.txt", kinds_text(KINDS, styled=False, width=80))
    golden("kinds.md", kinds_markdown(KINDS))
    golden("codes.txt", codes_text(explanations, styled=False, width=80))
    golden("explanation.txt", explanation_text("FS102", explanations["FS102"], styled=False, width=80))
