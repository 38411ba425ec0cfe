"""One object's failure is one object's: only what depends on it waits, and the next apply finishes."""

from __future__ import annotations

from typing import Any

import pytest

from .desk import US, Desk, link, purpose, schema, text
from .test_call_counts import PURPOSES, SCHEMAS

CHAIN = (
    purpose("First"),
    purpose("Second"),
    schema("alone", text("key")),
    schema("base", text("key")),
    schema("middle", text("key"), link("to_base", "base")),
    schema("top", text("key"), link("to_middle", "middle")),
)
EVERYTHING = sorted(each["metadata"]["name"] for each in CHAIN)
TROUBLE: dict[str, dict[str, Any]] = {
    "422": {"action": "status", "status": 422},
    "400": {"action": "status", "status": 400},
    "409": {"action": "status", "status": 409},
    "500": {"action": "status", "status": 500},
    "cut": {"action": "cut"},
    "redirect": {"action": "redirect", "location": "https://elsewhere.example"},
}
ONE_AT_A_TIME = ("--parallelism", "1")
"""So that the third schema created is `middle`: `alone`, `base`, `middle`, `top`."""


@pytest.fixture
def chained(desk: Desk) -> Desk:
    desk.write(*CHAIN)
    return desk


@pytest.mark.parametrize("how", TROUBLE)
def test_only_what_depends_on_a_failed_creation_is_skipped(chained: Desk, how: str) -> None:
    chained.sandbox.control.add_faults([{"route": f"POST {SCHEMAS}", "skip": 2, "times": None, **TROUBLE[how]}])

    applied = chained.apply(*ONE_AT_A_TIME)

    assert applied.code == 5, applied
    assert applied.outcomes == {
        "Purpose/First": "done",
        "Purpose/Second": "done",
        "FlexSchema/alone": "done",
        "FlexSchema/base": "done",
        "FlexSchema/middle": "failed",
        "FlexSchema/top": "skipped",
    }
    assert applied.result("FlexSchema/top")["because"] == "FlexSchema/middle"
    chained.sandbox.control.clear_faults()
    assert chained.apply().code == 0
    assert chained.creations() == EVERYTHING
    assert chained.is_converged()


@pytest.mark.parametrize("how", ["422", "500"])
def test_the_rest_of_a_saved_plan_is_finished_by_running_it_again(chained: Desk, how: str) -> None:
    chained.plan()
    chained.sandbox.control.add_faults([{"route": f"POST {SCHEMAS}", "skip": 2, "times": None, **TROUBLE[how]}])
    assert chained.apply_saved(*ONE_AT_A_TIME).code == 5
    chained.sandbox.control.clear_faults()

    again = chained.apply_saved()

    assert again.code == 0, again
    assert sorted(again.outcomes.values()) == ["already done"] * 4 + ["done"] * 2
    assert chained.creations() == EVERYTHING


@pytest.mark.parametrize("status", [422, 500])
def test_a_failing_update_leaves_the_others_alone(chained: Desk, status: int) -> None:
    chained.apply()
    first = chained.sandbox.control.find("purposes", "First")["id"]
    chained.write(purpose("First", description="new"), purpose("Second", description="new"), *CHAIN[2:])
    chained.sandbox.control.fault(f"PUT {PURPOSES}/{first}", "status", status=status, times=None)

    applied = chained.apply(*ONE_AT_A_TIME)

    assert applied.code == 5, applied
    assert applied.outcomes["Purpose/Second"] == "done"
    assert applied.outcomes["Purpose/First"] in ("failed", "in doubt")
    chained.sandbox.control.clear_faults()
    assert chained.apply().code == 0
    assert chained.is_converged()


@pytest.mark.parametrize("after", [1, "", None], ids=["Retry-After", "no sense in it", "without"])
def test_a_storm_of_429_is_sat_out(chained: Desk, after: int | str | None) -> None:
    for method in ("GET", "POST"):
        chained.sandbox.control.fault(f"{method} /api/v2/**", "status", status=429, retry_after=after, times=5)

    applied = chained.apply()

    assert applied.code == 0, applied
    assert chained.creations() == EVERYTHING
    assert chained.is_converged()


def test_the_organisations_own_budget_is_kept_to(chained: Desk) -> None:
    chained.sandbox.control.settings(token_rate=5, family_rates={"purposes": 2})

    applied = chained.apply()

    assert applied.code == 0, applied
    assert chained.creations() == EVERYTHING


def test_a_token_that_expires_in_mid_apply_is_renewed(chained: Desk) -> None:
    """The third creation is throttled; while everybody waits, all tokens are revoked."""
    chained.sandbox.control.fault(f"POST {SCHEMAS}", "status", status=429, retry_after=1, skip=2)
    chained.time.meanwhile = lambda: chained.sandbox.control.revoke_tokens() and None

    applied = chained.apply(*ONE_AT_A_TIME)

    assert applied.code == 0, applied
    assert chained.creations() == EVERYTHING
    tokens = chained.sandbox.control.requests("POST", "/oauth/token")
    assert len(tokens) == 2


def test_a_single_401_in_mid_apply_is_survived(chained: Desk) -> None:
    chained.sandbox.control.fault(f"POST {SCHEMAS}", "status", status=401, skip=1)

    assert chained.apply(*ONE_AT_A_TIME).code == 0
    assert chained.creations() == EVERYTHING


def test_who_is_not_let_in_any_more_stops_and_goes_on_later(chained: Desk) -> None:
    chained.sandbox.control.fault("POST /api/v2/**", "status", status=401, skip=3, times=None)

    applied = chained.apply(*ONE_AT_A_TIME)

    assert applied.code == 5, applied
    assert sorted(applied.outcomes.values()) == ["done"] * 3 + ["failed"] + ["skipped"] * 2
    chained.sandbox.control.clear_faults()
    assert chained.apply().code == 0
    assert chained.creations() == EVERYTHING


def test_a_missing_scope_fails_its_kind_and_nothing_else(chained: Desk) -> None:
    chained.sandbox.control.fault(f"POST {SCHEMAS}", "status", status=403, times=None)

    applied = chained.apply()

    assert applied.code == 5, applied
    assert {step for step, outcome in applied.outcomes.items() if outcome == "done"} == {
        "Purpose/First",
        "Purpose/Second",
    }
    assert {each.by for each in chained.sandbox.control.effects()} == {US}
