"""JUnit: a case for whatever was looked at, and a document that every reader of XML takes."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.errors import InvalidManifests, PlanRefused
from reconciler.model.plan import Plan
from reconciler.model.source import Source
from reconciler.render.cases import Case, Verdict, cases_of_error, cases_of_files, cases_of_plan, cases_of_report
from reconciler.render.junit import junit_xml
from reconciler.render.remarks import Level, Remark

from .builders import acknowledgement, blocked_plan, change, finding, plan, problem, report, story_plan


def read(cases: Sequence[Case]) -> Element:
    return fromstring(junit_xml(cases, "reconciler plan production"))  # noqa: S314 - our own


def case(made: Element, name: str) -> Element:
    (found,) = (each for each in made.iter("testcase") if each.get("name") == name)
    return found


def outcome(each: Element) -> str:
    return next((part.tag for part in each if part.tag != "system-out"), "passed")


@pytest.mark.parametrize("made", [blocked_plan(), story_plan(), plan()])
def test_the_numbers_are_those_of_the_cases(made: Plan) -> None:
    root = read(cases_of_plan(made))
    cases = [each for suite in root for each in suite]
    assert root.get("tests") == str(len(cases))
    assert root.get("failures") == str(sum(outcome(each) == "failure" for each in cases))
    assert [suite.get("tests") for suite in root] == [str(len(suite)) for suite in root]


def test_an_object_that_is_blocked_has_failed_and_says_all_that_blocks_it() -> None:
    (failure,) = case(read(cases_of_plan(blocked_plan())), "customer_profile")
    assert failure.get("message") == "FS101 FlexSchema/customer_profile: Field removed (and 1 more)"
    assert "FS101" in str(failure.text)
    assert "FS102" in str(failure.text)


def test_one_that_changes_and_one_that_was_accepted_have_passed() -> None:
    accepted = finding(acknowledged=acknowledgement())
    made = case(read(cases_of_plan(plan(change(), findings=(accepted,)))), "customer_profile")
    assert outcome(made) == "passed"
    assert "Accepted by a.smith until 2026-12-31: replaced by risk_band (GOV-212)" in str(made[0].text)


def test_a_case_stands_at_its_line() -> None:
    made = case(read(cases_of_plan(plan(change(), findings=(finding(),)))), "customer_profile")
    assert (made.get("file"), made.get("line")) == ("manifests/schemas/customer_profile.yaml", "14")


def test_the_plan_as_a_whole_is_a_case_too() -> None:
    assert outcome(case(read(cases_of_plan(blocked_plan())), "the whole plan")) == "failure"


def test_a_step_is_what_came_of_it() -> None:
    root = read(cases_of_report(report()))
    assert {str(each.get("name")): outcome(each) for each in root.iter("testcase")} == {
        "customer_profile": "failure",
        "contract+references": "skipped",
        "contract": "passed",
        "Customer_Support_Analytics": "passed",
        "Marketing_Campaigns": "failure",
        "Billing": "error",
        "Sales": "passed",
    }
    assert case(root, "contract").get("time") == "0.120"


def test_why_a_step_was_skipped_is_said() -> None:
    (skipped,) = case(read(cases_of_report(report())), "contract+references")
    assert "because of FlexSchema/customer_profile" in str(skipped.text)


def test_a_file_with_problems_has_failed_and_the_others_have_not() -> None:
    root = read(cases_of_error(InvalidManifests([problem(), problem(column=3)])))
    (made,) = root.iter("testcase")
    assert (outcome(made), str(made[0].text).count("FS004")) == ("failure", 2)
    root = read(cases_of_files((), ["manifests/a.yaml"], verdict=Verdict.PASSED))
    assert outcome(case(root, "manifests/a.yaml")) == "passed"


def test_an_error_is_an_error_of_the_run() -> None:
    assert outcome(case(read(cases_of_error(PlanRefused("Stale"))), "run")) == "error"


def test_nothing_at_all_is_a_document_too() -> None:
    assert read(()).get("tests") == "0"


HOSTILE = st.sampled_from(
    ["]]>", "<failure/>", '" x="', "&amp;", "\x00", "\x1b[31m", "\ufffe", "\ud800", "\u202e", "\n", "\u200b"]
)
TEXTS = st.lists(HOSTILE | st.text(max_size=5), max_size=5).map("".join)


@given(TEXTS, TEXTS, st.sampled_from(Verdict))
def test_whatever_is_said_it_is_one_legible_text(one: str, other: str, verdict: Verdict) -> None:
    said = Remark(one, Level.ERROR, other, one, other, Source(one, 1, 1), accepted="")
    root = read((Case(one, other, verdict, (said, Remark(other, Level.NOTE, one))),))
    assert [part.tag for part in root.iter()][:3] == ["testsuites", "testsuite", "testcase"]
    values = [value for part in root.iter() for value in (*part.attrib.values(), part.text or "")]
    assert all(row.isprintable() for value in values for row in value.split("\n"))
