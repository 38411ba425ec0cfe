"""Evidence never claims more than was read, and a change that it does not cover is not waved through."""

from __future__ import annotations

from typing import Any

import pytest

from .desk import Desk, Json, Ran, schema, text
from .test_call_counts import SCHEMAS

RECORDS = f"GET {SCHEMAS}/*/records"
PAGE = 100
CLEAN: dict[str, Any] = {"date": "2026-01-31", "number": "42"}
TARGETS = ["date", "number"]
"""string -> date is permitted by the platform and asks for an acknowledgement without whole, clean evidence;
string -> number is refused by it unless every value converts."""


def type_change(desk: Desk, target: str, values: list[Any], *, budget: int = 50) -> Desk:
    """A desk about to change the type of a field whose records hold these values."""
    desk.project(limits={"evidenceCalls": budget})
    desk.write(schema("case", text("held")))
    assert desk.apply().code == 0
    desk.sandbox.control.put_records("case", [{"held": value} for value in values])
    desk.write(schema("case", {"name": "held", "type": target}))
    return desk


def finding(ran: Ran) -> Json:
    return next(each for each in ran.document["findings"] if each["code"] == "FS102")


def evidence(ran: Ran) -> Json:
    return ran.changes[0]["evidence"]


def assert_not_whole(ran: Ran, target: str) -> None:
    """It blocks: for the platform where only whole evidence will do, else until somebody acknowledges."""
    assert ran.code == 3, ran
    assert evidence(ran)["complete"] is False
    assert finding(ran)["class"] == ("platform" if target == "number" else "policy")


@pytest.mark.parametrize("target", TARGETS)
def test_the_one_bad_record_lies_beyond_the_budget_and_the_plan_does_not_claim_to_know(desk: Desk, target: str) -> None:
    type_change(desk, target, [CLEAN[target]] * PAGE + ["the bad one"], budget=1)

    planned = desk.plan()

    assert_not_whole(planned, target)
    assert (evidence(planned)["read"], evidence(planned)["total"]) == (PAGE, PAGE + 1)
    assert f"{PAGE} of {PAGE + 1}" in finding(planned)["detail"]
    assert "sample" in finding(planned)["detail"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_one_bad_record_within_the_budget_is_found(desk: Desk, target: str) -> None:
    type_change(desk, target, [CLEAN[target]] * PAGE + ["the bad one"], budget=2)

    planned = desk.plan()

    assert planned.code == 3
    assert evidence(planned)["complete"] is True
    assert finding(planned)["class"] == "platform"
    assert "the bad one" not in str(planned), "values never appear"


@pytest.mark.parametrize("target", TARGETS)
def test_whole_and_clean_evidence_lifts_the_finding(desk: Desk, target: str) -> None:
    type_change(desk, target, [CLEAN[target]] * (PAGE + 1))

    applied = desk.apply()

    assert applied.code == 0, applied
    assert desk.is_converged()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("total", [PAGE, PAGE + 2, 0, None], ids=["too small", "too large", "none", "unknown"])
def test_a_total_that_disagrees_with_what_was_read_is_not_complete(desk: Desk, target: str, total: int | None) -> None:
    type_change(desk, target, [CLEAN[target]] * (PAGE + 1))
    desk.sandbox.control.fault(RECORDS, "mangle", set={"total": total}, times=None)

    assert_not_whole(desk.plan(), target)


@pytest.mark.parametrize("target", TARGETS)
def test_a_record_that_a_colleague_adds_meanwhile_unsettles_the_evidence(desk: Desk, target: str) -> None:
    """The second page is throttled; while we wait, a bad record comes in."""
    type_change(desk, target, [CLEAN[target]] * (PAGE + 1))
    first = desk.sandbox.control.records("case")
    desk.sandbox.control.fault(RECORDS, "status", status=429, retry_after=1, skip=1)

    def a_colleague_adds_one() -> None:
        new = {"id": "00000000-0000-4000-8000-000000000000", "values": {"held": "the bad one"}}
        desk.sandbox.control.put_records("case", [new, *first])

    desk.time.meanwhile = a_colleague_adds_one
    planned = desk.plan()

    assert desk.time.meanwhile is None, "the colleague had a chance"
    assert planned.code == 3
    assert evidence(planned)["complete"] is False


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("skip", [0, 1], ids=["first page", "second page"])
def test_a_page_of_records_that_cannot_be_read_is_no_evidence(desk: Desk, target: str, skip: int) -> None:
    type_change(desk, target, [CLEAN[target]] * (PAGE + 1))
    desk.sandbox.control.fault(RECORDS, "status", status=500, skip=skip, times=None)

    assert_not_whole(desk.plan(), target)


@pytest.mark.parametrize("target", TARGETS)
def test_an_organisation_without_records_gives_no_evidence(desk: Desk, target: str) -> None:
    type_change(desk, target, [])
    desk.sandbox.control.settings(offered=["purposes", "flex_schemas"])

    assert_not_whole(desk.plan(), target)


def test_an_acknowledged_sample_that_was_wrong_is_refused_by_the_platform_and_harms_nothing(desk: Desk) -> None:
    type_change(desk, "date", [CLEAN["date"]] * PAGE + ["the bad one"], budget=1)
    accepted = {
        "code": "FS102",
        "path": "fields.held.type",
        "change": "string -> date",
        "reason": "r",
        "by": "a.smith",
        "expires": "2099-12-31",
    }
    desk.write(schema("case", {"name": "held", "type": "date"}, lifecycle={"acknowledge": [accepted]}))
    before = desk.sandbox.control.find("flex_schemas", "case")

    applied = desk.apply()

    assert applied.code == 1, applied
    assert applied.outcomes == {"FlexSchema/case": "failed"}
    assert desk.sandbox.control.find("flex_schemas", "case") == before
    assert desk.sandbox.control.records("case")[-1]["values"] == {"held": "the bad one"}
