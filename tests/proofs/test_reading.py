"""A list that cannot be read whole is never taken for whole: an error, or the very plan of a whole reading."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Sandbox

from .desk import Desk, Json, Ran, purpose, removed
from .test_call_counts import PURPOSES

pytestmark = pytest.mark.long

LIST = f"GET {PURPOSES}"
PAGES = [1, 2, 3]
ENDS = [1, 3]
UNREADABLE: dict[str, Json] = {
    "500": {"action": "status", "status": 500},
    "404": {"action": "status", "status": 404},
    "403": {"action": "status", "status": 403},
    "cut": {"action": "cut"},
    "half": {"action": "truncate"},
    "half, then cut": {"action": "truncate", "declares": "whole"},
    "a proxy's page": {"action": "html", "status": 200},
    "a redirect": {"action": "redirect", "location": "https://elsewhere.example"},
    "hangs": {"action": "hang"},
}
WRONG: dict[str, Json] = {
    "empty": {"set": {"entities": []}},
    "null": {"set": {"entities": None}},
    "no entities": {"remove": ["entities"]},
    "no total": {"remove": ["total"]},
    "a smaller total": {"set": {"total": 4}},
    "a larger total": {"set": {"total": 1000}},
    "nothing at all": {"set": {"entities": [], "total": 0, "pageCount": 0}},
    "one missing": {"remove": ["entities.0"]},
    "one without an id": {"remove": ["entities.0.id"]},
    "another page": {"set": {"pageNumber": 7}},
}
SHIFTS = ["insert", "delete", "swap", "rotate"]


@pytest.fixture
def desk(desk: Desk, sandbox: Sandbox) -> Desk:
    """Eleven recorded objects on three pages, with something of everything to do."""
    sandbox.control.settings(max_page_size=4, default_page_size=4)
    everything = [purpose(f"Purpose_{number}") for number in range(11)]
    desk.write(*everything)
    assert desk.apply().code == 0
    sandbox.control.edit("purposes", "Purpose_5", {"retentionPeriod": "60d"})
    sandbox.control.delete("purposes", "Purpose_8")
    sandbox.control.create("purposes", {**_body(), "name": "Foreign"})
    desk.write(
        *everything[:9], purpose("Purpose_9", description="new"), purpose("Brand_New"), removed("Purpose/Purpose_10")
    )
    sandbox.control.forget()
    return desk


def _body() -> Json:
    return {"description": "d", "retentionPeriod": "30d", "legalBasis": "consent", "isActive": True}


def decided(ran: Ran) -> Any:
    return [ran.document[part] for part in ("changes", "findings", "summary")]


def fault(desk: Desk, how: str, **more: Any) -> None:
    """One of the unreadable; one that hangs costs half a second a try, and only there so little may pass."""
    if how == "hangs":
        desk.project(timing={"request": "500ms"})
    desk.sandbox.control.add_faults([{"route": LIST, **UNREADABLE[how], **more}])


def assert_as_whole_or_refused(desk: Desk, *, undetectable: bool = False) -> Ran:
    """Plan under faults, then in peace. Either an error, or the same decisions.

    Where pages lie or shift in a way that agrees with itself, at least nothing is planned for a recorded object that
    the whole reading would have left alone. (What is planned for it may differ: a swap really deletes an object, and
    what was to be deleted when this reading saw it is only to be forgotten at the next.)
    """
    disturbed = desk.plan()
    desk.sandbox.control.clear_faults()
    whole = desk.plan()
    assert whole.code == 0, whole
    if disturbed.code == 0 and undetectable:
        touched = {change["address"] for change in whole.changes}
        assert {change["address"] for change in _about_recorded(desk, disturbed)} <= touched
    elif disturbed.code == 0:
        assert decided(disturbed) == decided(whole)
    else:
        assert disturbed.code in (1, 7), disturbed
        assert disturbed.document["document"] == "error"
    assert desk.writes() == []
    return disturbed


def _about_recorded(desk: Desk, ran: Ran) -> list[Json]:
    recorded = set(map(str, desk.rows()))
    return [change for change in ran.changes if change["address"] in recorded]


@pytest.mark.parametrize("page", ENDS)
@pytest.mark.parametrize("how", UNREADABLE)
def test_a_page_that_fails_for_good_stops_the_plan(desk: Desk, how: str, page: int) -> None:
    fault(desk, how, query={"pageNumber": page}, times=None)

    assert assert_as_whole_or_refused(desk).code in (1, 7)


@pytest.mark.parametrize("page", ENDS)
@pytest.mark.parametrize("how", ["500", "cut", "half", "a proxy's page", "hangs"])
def test_a_page_that_fails_once_is_read_again(desk: Desk, how: str, page: int) -> None:
    fault(desk, how, query={"pageNumber": page})

    assert assert_as_whole_or_refused(desk).code == 0


@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
@pytest.mark.parametrize("page", ENDS)
@pytest.mark.parametrize("how", WRONG)
def test_a_page_that_says_what_cannot_be_is_not_believed(desk: Desk, how: str, page: int, times: int | None) -> None:
    """A first page that says consistently that nothing is there cannot be seen through, but every recorded object is
    asked for by its id before it is believed to be gone."""
    desk.sandbox.control.fault(LIST, "mangle", query={"pageNumber": page}, times=times, **WRONG[how])

    assert_as_whole_or_refused(desk, undetectable=how in ("nothing at all", "a smaller total") and page == 1)


@pytest.mark.parametrize("times", [1, 2, None], ids=["once", "twice", "always"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("by", SHIFTS)
def test_a_list_that_shifts_between_two_pages_is_read_again_or_refused(
    desk: Desk, by: str, page: int, times: int | None
) -> None:
    desk.sandbox.control.fault(LIST, "shift", query={"pageNumber": page}, by=by, times=times)

    assert_as_whole_or_refused(desk, undetectable=by == "swap")


@pytest.mark.parametrize("shift", SHIFTS)
def test_what_a_shifting_list_hides_is_not_created_again(desk: Desk, shift: str) -> None:
    """Applied on the spot, under a list that never stands still: no object of ours is made twice or touched."""
    before = {each["id"]: each for each in desk.sandbox.control.objects("purposes")}
    desk.sandbox.control.fault(LIST, "shift", query={"pageNumber": 2}, by=shift, times=None)

    applied = desk.apply()

    if applied.code != 0:
        assert desk.writes() == []
    ours = [effect for effect in desk.sandbox.control.effects(by="sandbox") if effect.action == "create"]
    gone = {effect.name for effect in desk.sandbox.control.effects(by="colleague") if effect.action == "delete"}
    assert {effect.name for effect in ours} <= {"Brand_New", "Purpose_8"} | gone
    assert before


@pytest.mark.parametrize("lag", [{"seconds": 3600}, {"reads": 50}])
def test_a_list_that_lags_behind_our_creations_makes_nothing_be_created_again(
    desk: Desk, sandbox: Sandbox, lag: dict[str, int]
) -> None:
    sandbox.control.fault(f"POST {PURPOSES}", "late", reach="lists", times=None, **lag)
    assert desk.apply().code == 0

    again = desk.plan()

    assert again.code == 0
    assert again.changes == []


def test_a_list_that_lags_behind_our_update_makes_nothing_be_updated_again(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.control.fault(f"PUT {PURPOSES}/*", "late", reach="lists", times=None, seconds=3600)
    assert desk.apply().code == 0

    assert desk.plan().changes == []
