"""SARIF: valid by the standard's model, found again by code scanning, at the place in the file."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.errors import PlanRefused
from reconciler.model.finding import Explanation
from reconciler.model.source import Source
from reconciler.render import Level, Remark, remarks_of_error, remarks_of_plan, remarks_of_problems, sarif_json
from reconciler.render.sarif import MOST

from .builders import blocked_plan, problem, story_plan
from .sarif_model import is_valid

EXPLAINED = {"FS101": Explanation("Field removed", "Values go.", "Acknowledge it.")}


def run_of(*remarks: Remark, succeeded: bool = True) -> dict[str, Any]:
    document = orjson.loads(
        sarif_json(
            remarks,
            EXPLAINED,
            category="reconciler/plan/prod",
            version="0.1.0",
            project_file="reconciler.yaml",
            succeeded=succeeded,
        )
    )
    is_valid(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def remark(**members: Any) -> Remark:
    where = Source("manifests/schemas/a.yaml", 9, 3)
    base = {
        "code": "FS101",
        "level": Level.ERROR,
        "summary": "Field removed",
        "where": where,
        "subject": "S/a fields.x",
    }
    return Remark(**base | members)


@pytest.mark.parametrize("made", [blocked_plan(), story_plan()])
def test_a_plans_findings_are_valid(made: Any) -> None:
    assert len(run_of(*remarks_of_plan(made))["results"]) == len(made.findings)


def test_problems_errors_and_nothing_are_valid() -> None:
    assert run_of(*remarks_of_problems([problem()]))["results"]
    assert run_of(*remarks_of_error(PlanRefused("Stale", where="plan.json")), succeeded=False)["results"]
    assert run_of()["results"] == []


def test_a_result_stands_at_its_line_and_column() -> None:
    (result,) = run_of(remark())["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "manifests/schemas/a.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 9, "startColumn": 3},
    }


def test_one_without_a_place_stands_at_the_project_file() -> None:
    for result in run_of(remark(where=None), remark(where=Source("", 1, 1)))["results"]:
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "reconciler.yaml"


def test_a_rule_is_explained_once() -> None:
    (rule,) = run_of(remark(), remark(subject="S/b"))["tool"]["driver"]["rules"]
    assert (rule["id"], rule["help"]["text"]) == ("FS101", "Acknowledge it.")


def test_a_fingerprint_survives_lines_above_and_no_other_change() -> None:
    def print_of(**members: Any) -> str:
        (result,) = run_of(remark(**members))["results"]
        return str(result["partialFingerprints"]["primaryLocationLineHash"])

    first = print_of()
    assert print_of(where=Source("manifests/schemas/a.yaml", 99, 3), detail="other") == first
    assert len({first, print_of(subject="S/a fields.y"), print_of(code="FS102")}) == 3


def test_two_findings_that_say_the_same_are_two_alerts() -> None:
    results = run_of(remark(), remark(), remark())["results"]
    prints = {result["partialFingerprints"]["primaryLocationLineHash"] for result in results}
    assert sorted(each.rpartition(":")[2] for each in prints) == ["1", "2", "3"]


def test_of_too_many_the_weightiest_are_left_and_it_is_said() -> None:
    notes = (remark(level=Level.NOTE, subject=str(number)) for number in range(MOST + 3))
    run = run_of(*notes, remark(subject="grave"))
    assert len(run["results"]) == MOST
    assert run["results"][0]["level"] == "error"
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("4 more")


def test_what_was_accepted_is_suppressed_and_says_by_whom() -> None:
    (result,) = run_of(remark(accepted="a.smith until 2026-12-31: GOV-1"))["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "a.smith until 2026-12-31: GOV-1"}]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./a b.yaml", "a%20b.yaml"),
        ("/etc/passwd", "etc/passwd"),
        ("javascript:x", "javascript%3Ax"),
        ("ä.yaml", "%C3%A4.yaml"),
    ],
)
def test_a_file_is_a_relative_uri_whatever_it_is_called(file: str, uri: str) -> None:
    (result,) = run_of(remark(where=Source(file, 1, 1)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize("said", ["[Approve](https://evil.example.com)", "[a\\](b](1)", "[[x]](javascript:y)"])
def test_nothing_that_is_said_is_a_link(said: str) -> None:
    run = run_of(remark(code="ORG001", summary=said, detail=said, hint=said))
    texts = [run["results"][0]["message"]["text"], run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]]
    assert not [text for text in texts if "](" in text]


@given(st.text(), st.text(), st.text())
def test_whatever_is_said_the_document_is_valid(one: str, other: str, third: str) -> None:
    run_of(remark(summary=one, detail=other, hint=third, subject=one, accepted=other, where=Source(third, 0, 0)))
