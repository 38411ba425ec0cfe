"""Calls are the currency: an organisation allows 300 a minute. ARCHITECTURE §7 says how few are enough."""

from __future__ import annotations

from collections import Counter

import pytest

from .desk import Desk, purpose, schema, text

ORGANISATION = "/api/v2/organizations/me"
PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"
FLOOR = {"POST /oauth/token": 1, f"GET {ORGANISATION}": 1}


def calls(desk: Desk) -> dict[str, int]:
    """Requests since the last look, by method and collection."""
    seen = Counter(f"{each.method} {_collection(each.path)}" for each in desk.sandbox.control.requests())
    desk.sandbox.control.forget()
    return dict(seen)


def _collection(path: str) -> str:
    return next((known for known in (PURPOSES, SCHEMAS) if path.startswith(known)), path)


def lists(count: int) -> dict[str, int]:
    """The list calls for so many objects of a kind in use."""
    pages = max(1, -(-count // 100))
    return {f"GET {PURPOSES}": pages}


def populated(desk: Desk, count: int) -> None:
    """So many purposes, all of them applied."""
    desk.write(*(purpose(f"Purpose_{number}") for number in range(count)), schema("Only", text("key")))
    applied = desk.apply()
    assert applied.code == 0, applied
    calls(desk)


@pytest.mark.parametrize("count", [1, 101, *(pytest.param(count, marks=pytest.mark.long) for count in (100, 10_000))])
def test_creating_costs_one_call_an_object_and_planning_one_a_page(desk: Desk, count: int) -> None:
    desk.write(*(purpose(f"Purpose_{number}") for number in range(count)))

    assert desk.plan().code == 0
    assert calls(desk) == FLOOR | lists(0)
    assert desk.apply_saved().code == 0
    assert calls(desk) == FLOOR | {f"POST {PURPOSES}": count}
    assert desk.is_converged()
    assert calls(desk) == FLOOR | lists(count)


def test_without_manifests_and_ledger_nothing_is_read(desk: Desk) -> None:
    desk.write()

    assert desk.plan().code == 0
    assert calls(desk) == FLOOR


@pytest.mark.parametrize("count", [1, 101, pytest.param(100, marks=pytest.mark.long)])
def test_updating_and_deleting_cost_one_call_a_change(desk: Desk, count: int) -> None:
    populated(desk, count)
    left = (purpose(f"Purpose_{number}", description="other") for number in range(count // 2))
    desk.write(*left, schema("Only", text("key")))

    assert desk.plan("--allow-delete").code == 0
    assert calls(desk) == FLOOR | lists(count) | {f"GET {SCHEMAS}": 1}
    assert desk.apply_saved().code == 0
    changed, gone = count // 2, count - count // 2
    expected = {f"PUT {PURPOSES}": changed, f"DELETE {PURPOSES}": gone}
    assert calls(desk) == FLOOR | {name: number for name, number in expected.items() if number}


def test_an_unchanged_estate_costs_no_call_to_apply(desk: Desk) -> None:
    populated(desk, 101)

    assert desk.apply().code == 0
    assert calls(desk) == FLOOR | lists(101) | {f"GET {SCHEMAS}": 1}


def test_a_conflict_costs_two_calls_more(desk: Desk) -> None:
    populated(desk, 3)
    desk.write(*(purpose(f"Purpose_{number}", description="other") for number in range(3)), schema("Only", text("key")))
    desk.plan()
    desk.sandbox.control.edit("purposes", "Purpose_1", {"retentionPeriod": "60d"})
    calls(desk)

    assert desk.apply_saved().code == 0
    assert calls(desk) == FLOOR | {f"PUT {PURPOSES}": 4, f"GET {PURPOSES}": 1}


def test_a_write_without_a_lock_costs_three_calls(desk: Desk) -> None:
    desk.sandbox.control.settings(locking="none")
    populated(desk, 3)
    desk.write(*(purpose(f"Purpose_{number}", description="other") for number in range(3)), schema("Only", text("key")))
    desk.plan()
    calls(desk)

    assert desk.apply_saved().code == 0
    assert calls(desk) == FLOOR | {f"GET {PURPOSES}": 6, f"PUT {PURPOSES}": 3}


def test_a_vanished_object_costs_one_look_each(desk: Desk) -> None:
    populated(desk, 3)
    for name in ("Purpose_0", "Purpose_2"):
        desk.sandbox.control.delete("purposes", name)
    calls(desk)

    assert desk.plan().code == 0
    assert calls(desk) == FLOOR | {f"GET {PURPOSES}": 3, f"GET {SCHEMAS}": 1}


def test_the_plan_says_what_it_cost_and_what_applying_it_will(desk: Desk) -> None:
    populated(desk, 101)
    desk.write(
        *(purpose(f"Purpose_{number}", description="other") for number in range(101)), schema("Only", text("key"))
    )

    budget = desk.plan().document["budget"]
    made = calls(desk)
    assert budget["plan_calls"] == sum(made.values())
    desk.apply_saved()
    assert budget["apply_calls"] == sum(calls(desk).values()) - sum(FLOOR.values())
