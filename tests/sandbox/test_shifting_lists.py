"""Lists that move under a reader who is between two of their pages (contract §2 does not say that they are stable)."""

from __future__ import annotations

from collections import Counter

import pytest
from reconciler.sandbox import Control

from .caller import PURPOSES, SCHEMAS, Caller, purpose


@pytest.mark.parametrize(
    ("by", "seen", "totals", "twice", "missed"),
    [
        ("insert", 4, [4, 5], {"P1"}, {"P3"}),
        ("delete", 3, [4, 3], set(), {"P2"}),
        ("swap", 4, [4, 4], set(), {"P2"}),
        ("rotate", 4, [4, 4], {"P1"}, {"P3"}),
    ],
)
def test_a_list_shifts_between_its_pages(
    call: Caller, control: Control, by: str, seen: int, totals: list[int], twice: set[str], missed: set[str]
) -> None:
    names = [control.create("purposes", purpose(f"P{n}"))["name"] for n in range(4)]
    control.fault(f"GET {PURPOSES}", "shift", by=by, query={"pageNumber": 2})
    pages = [call("GET", PURPOSES, params={"pageSize": 2, "pageNumber": n}).json() for n in (1, 2)]
    read = [each["name"] for page in pages for each in page["entities"]]
    assert len(read) == seen
    assert [page["total"] for page in pages] == totals
    assert {name for name, count in Counter(read).items() if count > 1} == twice
    assert set(names) - set(read) == missed


def test_a_shift_is_a_colleagues_effect_unless_it_only_rotates(call: Caller, control: Control) -> None:
    control.create("purposes", purpose())
    control.fault(f"GET {PURPOSES}", "shift", by="rotate")
    call("GET", PURPOSES)
    control.fault(f"GET {PURPOSES}", "shift", by="swap")
    call("GET", PURPOSES)
    assert [(effect.action, effect.by) for effect in control.effects()] == [
        ("create", "colleague"),
        ("delete", "colleague"),
        ("create", "colleague"),
    ]


def test_an_empty_list_has_nothing_to_shift(call: Caller, control: Control) -> None:
    control.fault(f"GET {SCHEMAS}", "shift", by="swap")
    assert call.names(SCHEMAS) == []


def test_a_colleague_may_create_anywhere_in_a_list(call: Caller, control: Control) -> None:
    control.create("purposes", purpose("B"))
    control.create("purposes", purpose("A"), at=0)
    control.create("purposes", purpose("C"))
    assert call.names(PURPOSES) == ["A", "B", "C"]
