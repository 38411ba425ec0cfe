"""The documents for programs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import orjson
import pytest
from reconciler.errors import InvalidManifests, PlanRefused
from reconciler.model.plan import Action
from reconciler.model.report import Outcome, Report
from reconciler.render import error_json, json_output, json_parts, plan_json, problems_json, report_json

from .builders import blocked_plan, change, field, plan, problem, report, result, story_plan


def read(document: bytes) -> Any:
    return orjson.loads(document)


def test_every_document_says_its_format_and_what_it_is() -> None:
    documents = [plan_json(plan()), report_json(report()), problems_json([]), error_json(PlanRefused("x"))]
    names = [(read(document)["format_version"], read(document)["document"]) for document in documents]
    assert names == [(1, "plan"), (1, "report"), (1, "problems"), (1, "error")]


def test_equal_plans_give_equal_bytes() -> None:
    assert plan_json(story_plan(), "s") == plan_json(story_plan(), "s")


def test_a_blocked_plan_says_so_and_why() -> None:
    document = read(plan_json(blocked_plan(), "sha256:ab"))
    assert (document["seal"], document["blocked"], document["applicable"]) == ("sha256:ab", True, False)
    assert document["summary"]["findings"] == {"blocking": 4, "warn": 0, "info": 1, "acknowledged": 0}


def test_a_finding_has_its_place() -> None:
    document = read(plan_json(blocked_plan()))
    where = document["findings"][1]["where"]
    assert (where["file"], where["line"], where["column"]) == ("manifests/schemas/customer_profile.yaml", 17, 31)


def test_a_side_that_has_nothing_is_left_out_and_null_is_a_value() -> None:
    document = read(plan_json(plan(change(fields=(field("a.b", before=None),)))))
    assert document["changes"][0]["fields"] == [{"path": "a.b", "cause": "update", "before": None}]


def test_long_values_are_whole() -> None:
    document = read(plan_json(plan(change(fields=(field("a", after="x" * 100_000),)))))
    assert len(document["changes"][0]["fields"][0]["after"]) == 100_000


def test_counts_are_the_same_as_in_the_text() -> None:
    summary = read(plan_json(story_plan()))["summary"]
    assert {action.value: summary[action.value] for action in Action} == {
        "create": 1, "recreate": 1, "adopt": 1, "update": 3, "delete": 1, "disable": 0, "forget": 1,
        "record": 1, "order": 0, "submit": 0, "archive": 0,
    }  # fmt: skip
    assert (summary["destructive"], summary["unchanged"], summary["foreign"]) == (1, 1204, 2)


def test_an_accepted_finding_says_by_whom() -> None:
    said = read(plan_json(story_plan()))["findings"][0]["acknowledged"]
    assert said == {"by": "a.smith", "expires": "2026-12-31", "reason": "replaced by risk_band (GOV-212)"}


def test_a_report_has_every_step_and_its_outcome() -> None:
    document = read(report_json(report()))
    assert document["summary"]["conflict"] == 1
    assert document["succeeded"] is False
    assert document["results"][0]["overlaps"][1] == {"path": "description", "theirs": "x"}


@pytest.mark.parametrize(
    ("made", "succeeded"),
    [
        (Report("s", (result(), result(outcome=Outcome.MERGED))), True),
        (Report("s", (result(outcome=Outcome.SKIPPED),)), False),
        (Report("s", (), error="The deadline has passed"), False),
        (Report("s", (), interrupted=True), False),
    ],
)
def test_a_report_says_whether_all_succeeded(made: Report, succeeded: bool) -> None:
    assert read(report_json(made))["succeeded"] is succeeded


def test_no_problems_is_a_valid_document_too() -> None:
    assert read(problems_json([])) == {
        "format_version": 1, "document": "problems", "valid": True, "count": 0, "problems": [], "remarks": [],
    }  # fmt: skip


def test_a_failed_run_has_class_parts_exit_code_and_problems() -> None:
    document = read(error_json(InvalidManifests([problem()])))
    assert (document["error"], document["exit_code"]) == ("InvalidManifests", 1)
    assert document["problems"][0]["where"]["column"] == 22
    assert read(error_json(PlanRefused("x")))["exit_code"] == 4


def test_a_file_name_that_is_no_text_does_not_break_the_document() -> None:
    assert read(error_json(PlanRefused("x", where="a\udcff.yaml")))["where"] == "a\\udcff.yaml"


def members(value: Any) -> set[str]:
    """Every member's name in a document, below those whose names are data."""
    if isinstance(value, list):
        return {name for part in value for name in members(part)}
    if not isinstance(value, dict):
        return set()
    data = {"before", "after", "base", "facet", "foreign_objects", "ours", "theirs"}
    return {*value, *(name for key, part in value.items() if key not in data for name in members(part))}


def test_every_member_is_documented() -> None:
    documents = [plan_json(story_plan()), plan_json(blocked_plan()), report_json(report()), problems_json([problem()])]
    described = " ".join(
        text.__doc__ or "" for text in (json_output, json_parts, plan_json, report_json, problems_json, error_json)
    )
    names = {name for document in (*documents, error_json(PlanRefused("x"))) for name in members(read(document))}
    assert {name for name in names if f"`{name}`" not in described} == set()


def test_importing_the_renderers_imports_no_rich() -> None:
    code = "import sys, reconciler.render; sys.exit('rich' in sys.modules or 'yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
