"""Histories that are wrong, and lists by cursor that lead astray (contract §7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .strategic import STRATEGIES, VERSIONS, numbers, strategy, walked


def page(call: Caller, known: str, **query: Any) -> dict[str, Any]:
    return dict(call("GET", f"{STRATEGIES}/{known}/versions", params={"pageSize": 2, **query}).json())


def cursor_of(uri: str) -> str | None:
    return parse_qs(urlsplit(uri).query).get("cursor", [None])[0]


def test_a_next_uri_may_lack_its_cursor(call: Caller, control: Control) -> None:
    """A `nextUri` without a cursor is an error."""
    control.fault(f"GET {VERSIONS}", "next_page", leads="without_cursor", times=None)
    known = strategy(control, 3)
    assert "pageSize=2" in page(call, known)["nextUri"]
    assert cursor_of(page(call, known)["nextUri"]) is None
    assert cursor_of(page(call, known, pageSize=10)["nextUri"]) is None, "on the last page, too"


def test_a_next_uri_may_lead_to_another_host(call: Caller, control: Control) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads="abroad", host="evil.example")
    bent = page(call, strategy(control, 3))["nextUri"]
    assert bent.startswith("https://evil.example/api/v2/routing/strategies/")
    assert cursor_of(bent) is not None


def test_a_page_may_come_twice(call: Caller, control: Control) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads="here", skip=1)
    assert numbers(walked(call, strategy(control, 5), pageSize=2)) == [5, 4, 3, 2, 3, 2, 1]


@pytest.mark.parametrize(
    ("leads", "seen"),
    [("here", [[3, 2], [1], [1], [1]]), ("to_the_first", [[3, 2], [1], [3, 2], [3, 2]])],
)
def test_next_uris_may_loop(call: Caller, control: Control, leads: str, seen: list[list[int]]) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads=leads, skip=1, times=None)
    pages = [page(call, strategy(control, 3))]
    while len(pages) < 4:
        pages.append(call("GET", pages[-1]["nextUri"].removeprefix(call.url)).json())
    assert [numbers([each]) for each in pages] == seen


def test_a_page_may_be_lost(call: Caller, control: Control) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads="past_one")
    assert numbers(walked(call, strategy(control, 6), pageSize=2)) == [6, 5, 2, 1]


def test_the_rest_may_be_lost(call: Caller, control: Control) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads="nowhere", skip=1)
    assert numbers(walked(call, strategy(control, 6), pageSize=2)) == [6, 5, 4, 3]


def test_a_next_uri_may_be_relative(call: Caller, control: Control) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads="relative")
    assert page(call, strategy(control, 3))["nextUri"].startswith("/api/v2/routing/strategies/")


@pytest.mark.parametrize("leads", ["past_one", "nowhere", "relative"])
def test_a_last_page_has_nothing_to_bend(call: Caller, control: Control, leads: str) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads=leads)
    assert "nextUri" not in page(call, strategy(control, 2))


def test_a_refusal_is_not_bent(call: Caller, control: Control) -> None:
    control.fault(f"GET {VERSIONS}", "next_page", leads="here")
    assert "nextUri" not in page(call, "nobody")


GROWS = {"operation": "add_version", "collection": "routing_strategies", "body": {}}
SHRINKS = {"operation": "drop_version", "collection": "routing_strategies", "body": {"version": 5}}


@pytest.mark.parametrize(
    ("cursors", "edit", "seen"),
    [
        ("stable", GROWS, [5, 4, 3, 2, 1]),
        ("stable", SHRINKS, [5, 4, 3, 2, 1]),
        ("offset", GROWS, [5, 4, 4, 3, 2, 1]),
        ("offset", SHRINKS, [5, 4, 2, 1]),
    ],
)
def test_a_history_may_move_between_two_pages(
    call: Caller, control: Control, cursors: str, edit: dict[str, Any], seen: list[int]
) -> None:
    control.settings(version_cursors=cursors)
    control.add_faults([{"route": f"GET {VERSIONS}", "action": "edit", "edits": [edit], "skip": 1}])
    assert numbers(walked(call, strategy(control, 5), pageSize=2)) == seen


def test_a_strategy_may_vanish_between_the_list_and_its_versions(call: Caller, control: Control) -> None:
    known = strategy(control, 3)
    deletion = {"operation": "delete", "collection": "routing_strategies"}
    control.add_faults([{"route": f"GET {VERSIONS}", "action": "edit", "edits": [deletion]}])
    assert [each["id"] for each in call("GET", STRATEGIES).json()["entities"]] == [known]
    assert call("GET", f"{STRATEGIES}/{known}/versions").status_code == 404
    assert call("GET", STRATEGIES).json()["total"] == 0


def test_versions_may_be_anything(call: Caller, control: Control) -> None:
    """Malformed dates, duplicates of ids, an order that is none."""
    wrong = [
        {"id": "a", "version": 2, "createdDate": "yesterday"},
        {"id": "a", "version": 1, "createdDate": "2026-02-30T00:00:00Z", "createdBy": None},
        {"id": 7},
    ]
    known = strategy(control)
    assert control.put_versions(known, wrong) == 3
    control.settings(version_order="oldest_first")
    assert walked(call, known) == [{"items": wrong}]
    assert control.put_versions(known, []) == 0
    assert walked(call, known) == [{"items": []}]


def test_a_strategys_own_dates_may_be_malformed(call: Caller, control: Control) -> None:
    known = strategy(control, 2, createdDate="soon", modifiedDate=None)
    assert call("GET", f"{STRATEGIES}/{known}").json()["createdDate"] == "soon"
    assert len(control.versions(known)) == 2


def test_an_id_may_be_no_uuid(call: Caller, control: Control) -> None:
    """Non-UUID strategy id."""
    assert strategy(control, id="11a2b3c4-d5e6-7f8g") == "11a2b3c4-d5e6-7f8g"
    assert call("GET", f"{STRATEGIES}/11a2b3c4-d5e6-7f8g/versions").status_code == 200


def test_histories_go_out_and_in_again(call: Caller, control: Control) -> None:
    grown = strategy(control, 3)
    control.add_version(grown, createdDate="soon")
    control.add_strategies([{"name": "Other", "version": 2}])
    state = control.state()
    assert list(state["strategy_versions"]) == [grown], "the others are made up again"
    with Sandbox.start(load=state) as other:
        again = Caller(other.url)
        assert other.control.state() == state
        assert walked(again, grown) == walked(call, grown)
        assert other.control.versions("Other") == control.versions("Other")


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ({"strategy_versions": {"Sales": []}}, "load.strategy_versions.Sales"),
        ({"routing_strategies": [{"name": "S"}], "strategy_versions": {"S": [1]}}, "load.strategy_versions.S[0]"),
        ({"routing_strategies": [{"type": "x"}]}, "load.routing_strategies[0]"),
    ],
)
def test_a_history_that_does_not_fit_is_refused_with_its_place(state: dict[str, Any], where: str) -> None:
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load=state)
    assert refused.value.where == where
