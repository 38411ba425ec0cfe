"""Which requests a fault hits, how often, and in what order several of them strike."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import PURPOSES, SCHEMAS, Caller, purpose


def hits(call: Caller, *requests: tuple[str, str]) -> list[bool]:
    return [call(method, path).status_code == 599 for method, path in requests]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (f"GET {PURPOSES}", [True, False, False, False]),
        (f"GET {PURPOSES}/*", [False, True, False, False]),
        (f"* {SCHEMAS}/*", [False, False, True, False]),
        (f"GET {SCHEMAS}/*/records", [False, False, False, True]),
        (f"get {SCHEMAS}/**", [False, False, True, True]),
        ("GET /**", [True, True, True, True]),
        (f"PUT {PURPOSES}", [False, False, False, False]),
        ("GET /api/v2/privacy/purpose.", [False, False, False, False]),
    ],
)
def test_a_route_is_a_method_and_a_pattern(call: Caller, control: Control, route: str, expected: list[bool]) -> None:
    control.fault(route, "status", status=599, times=None)
    assert hits(
        call, ("GET", PURPOSES), ("GET", f"{PURPOSES}/1"), ("GET", f"{SCHEMAS}/1"), ("GET", f"{SCHEMAS}/1/records")
    ) == expected  # fmt: skip


def test_the_first_are_skipped_and_the_next_are_hit(call: Caller, control: Control) -> None:
    control.fault(f"GET {PURPOSES}", "status", status=599, skip=2, times=2)
    assert hits(call, *[("GET", PURPOSES)] * 6) == [False, False, True, True, False, False]


def test_a_fault_without_a_number_of_times_never_ends(call: Caller, control: Control) -> None:
    control.fault(f"GET {PURPOSES}", "status", status=599, times=None)
    assert all(hits(call, *[("GET", PURPOSES)] * 4))
    assert control.faults()[0]["remaining"] is None


def test_a_fault_strikes_once_where_nothing_is_said(call: Caller, control: Control) -> None:
    control.fault(f"GET {PURPOSES}", "status", status=599)
    assert hits(call, *[("GET", PURPOSES)] * 2) == [True, False]


def test_a_query_can_single_out_one_page(call: Caller, control: Control) -> None:
    """One page of a list failing."""
    control.fault(f"GET {PURPOSES}", "status", status=599, query={"pageNumber": 2}, times=None)
    assert hits(call, *[("GET", f"{PURPOSES}?pageNumber={n}") for n in (1, 2, 3)]) == [False, True, False]


def test_a_query_can_ask_for_a_parameters_absence(call: Caller, control: Control) -> None:
    control.fault(f"GET {PURPOSES}", "status", status=599, query={"pageNumber": None}, times=None)
    assert hits(call, ("GET", f"{PURPOSES}?pageNumber=1"), ("GET", PURPOSES)) == [False, True]


def test_faults_are_listed_with_what_is_left_of_them(call: Caller, control: Control) -> None:
    fault_id = control.fault(f"GET {PURPOSES}", "status", status=599, skip=1, times=2)
    written = {"route": f"GET {PURPOSES}", "action": "status", "query": {}, "skip": 1, "times": 2, "status": 599}
    assert control.faults() == [{"id": fault_id, **written, "seen": 0, "remaining": 2}]
    hits(call, *[("GET", PURPOSES)] * 2)
    assert control.faults() == [{"id": fault_id, **written, "seen": 2, "remaining": 1}]


def test_the_faults_that_hit_a_request_are_recorded_with_it(call: Caller, control: Control) -> None:
    fault_id = control.fault(f"GET {PURPOSES}", "delay", seconds=0)
    call("GET", PURPOSES)
    call("GET", PURPOSES)
    assert [recorded.faults for recorded in control.requests(path=PURPOSES)] == [(fault_id,), ()]


def test_faults_are_cleared_one_by_one_or_all(call: Caller, control: Control) -> None:
    first = control.fault(f"GET {PURPOSES}", "status", status=599)
    second = control.fault(f"GET {SCHEMAS}", "status", status=599)
    control.fault(f"GET {SCHEMAS}", "status", status=599)
    control.clear_faults(first)
    assert control.faults()[0]["id"] == second
    control.clear_faults()
    assert hits(call, ("GET", PURPOSES), ("GET", SCHEMAS)) == [False, False]


def test_several_faults_strike_in_the_order_of_their_addition(call: Caller, control: Control) -> None:
    """A colleague's creation is done before the second fault ends the request; the third does not happen."""
    colleague = {"edits": [{"operation": "create", "collection": "purposes", "body": purpose()}]}
    later = {"edits": [{"operation": "create", "collection": "purposes", "body": purpose("Sales")}]}
    control.fault(f"GET {PURPOSES}", "edit", **colleague)
    control.fault(f"GET {PURPOSES}", "status", status=599)
    control.fault(f"GET {PURPOSES}", "edit", **later)
    assert hits(call, ("GET", PURPOSES)) == [True]
    assert [each["name"] for each in control.objects("purposes")] == ["Support"]


def test_a_request_over_budget_uses_up_no_fault(call: Caller, control: Control) -> None:
    control.fault(f"GET {PURPOSES}", "status", status=599)
    control.settings(token_rate=0)
    assert call("GET", PURPOSES).status_code == 429
    assert control.faults()[0]["remaining"] == 1


def test_faults_can_be_there_from_the_start() -> None:
    scripts = [{"route": f"GET {PURPOSES}", "action": "status", "status": 599}]
    with Sandbox.start(faults=scripts) as sandbox:
        assert hits(Caller(sandbox.url), ("GET", PURPOSES)) == [True]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ({"route": "/x", "action": "cut"}, "not like 'PUT /api"),
        ({"route": "GET x", "action": "cut"}, "not like 'PUT /api"),
        ({"route": "GET /x", "action": "explode"}, "'explode' is none of status, delay"),
        ({"action": "cut"}, "route is required"),
        ({"route": "GET /x", "action": "status"}, "status is required"),
        ({"route": "GET /x", "action": "status", "status": "503"}, "a whole number is wanted"),
        ({"route": "GET /x", "action": "cut", "when": "later"}, "'before' or 'after'"),
        ({"route": "GET /x", "action": "cut", "seconds": 3}, "seconds; the keys are when"),
        ({"route": "GET /x", "action": "cut", "times": 0}, "times from 1 or null"),
        ({"route": "GET /x", "action": "cut", "skip": -1}, "skip is from 0"),
        ({"route": "GET /x", "action": "late"}, "either seconds or reads"),
        ({"route": "GET /x", "action": "late", "reads": 1, "seconds": 1}, "either seconds or reads"),
        ({"route": "GET /x", "action": "edit", "edits": [{"operation": "patch"}]}, r"edits\[0\]"),
        ({"route": "GET /x", "action": "edit"}, "a list is wanted"),
        ("cut", "a mapping is wanted"),
    ],
)
def test_a_script_that_does_not_read_is_refused_with_all_beside_it(control: Control, script: Any, says: str) -> None:
    good = {"route": "GET /x", "action": "cut"}
    with pytest.raises(SandboxError, match=says) as refused:
        control.add_faults([good, script])
    assert "faults[1]" in refused.value.where
    assert control.faults() == []


def test_a_script_that_cannot_be_played_says_so(call: Caller, control: Control) -> None:
    edits = [{"operation": "delete", "collection": "purposes", "target": "nobody"}]
    control.fault(f"GET {PURPOSES}", "edit", edits=edits)
    answer = call("GET", PURPOSES)
    assert (answer.status_code, answer.json()["code"]) == (500, "sandbox.fault.failed")
    assert "nobody" in answer.json()["message"]


@pytest.mark.parametrize("place", ["entities.0.name", "total.name", "nothing.here"])
def test_a_place_that_is_not_in_the_answer_cannot_be_mangled(call: Caller, control: Control, place: str) -> None:
    control.fault(f"GET {PURPOSES}", "mangle", set={place: 1})
    answer = call("GET", PURPOSES)
    assert (answer.status_code, answer.json()["code"]) == (500, "sandbox.fault.failed")
    assert place in answer.json()["message"]
