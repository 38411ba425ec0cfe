"""A whole collection or an error. First the law, then what the organisation does to its lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.api import Client
from reconciler.api.listing import READINGS, Page, Shifting, Unfit, page_of, read_whole
from reconciler.errors import ApiError, NotOffered, PermissionDenied, Rejected, UntrustworthyAnswer
from reconciler.model.kind import Paging
from reconciler.sandbox import Sandbox

from .builders import PURPOSE, PURPOSES, SCHEMA, SCHEMAS, asked, client, fill, kind

LIST = f"GET {PURPOSES}"


def one_by_one(read: Callable[[int], Page], numbers: Sequence[int]) -> Sequence[Page]:
    return [read(number) for number in numbers]


def paged(ids: list[str], size: int) -> Callable[[int], Page]:
    def read(number: int) -> Page:
        return Page(tuple({"id": each} for each in ids[(number - 1) * size : number * size]), len(ids))

    return read


@given(count=st.integers(0, 60), size=st.integers(1, 20))
def test_whatever_the_page_size_the_whole_list_comes_in_order(count: int, size: int) -> None:
    ids = [f"p-{number}" for number in range(count)]
    assert [each["id"] for each in read_whole(paged(ids, size), one_by_one)] == ids


@given(
    pages=st.lists(
        st.tuples(st.lists(st.sampled_from("abcdefgh"), max_size=4), st.integers(0, 8)), min_size=1, max_size=8
    )
)
def test_pages_that_do_not_add_up_are_never_a_list(pages: list[tuple[list[str], int]]) -> None:
    """Whatever is accepted has as many different ids as the total that every page states."""

    def read(number: int) -> Page:
        ids, total = pages[min(number, len(pages)) - 1]
        return Page(tuple({"id": each} for each in ids), total)

    try:
        found = read_whole(read, one_by_one)
    except (Shifting, Unfit):
        return
    assert len({each["id"] for each in found}) == len(found) == pages[0][1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "not an object"),
        ([], "not an object"),
        ({}, "entities are null"),
        ({"entities": None, "total": 0}, "entities are null"),
        ({"entities": {}, "total": 0}, "not a list"),
        ({"entities": [None], "total": 1}, "no id"),
        ({"entities": [{"name": "x"}], "total": 1}, "no id"),
        ({"entities": [{"id": ""}], "total": 1}, "no id"),
        ({"entities": [{"id": ".."}], "total": 1}, "no id"),
        ({"entities": [{"id": 7}], "total": 1}, "no id"),
        ({"entities": [], "total": "0"}, "not a count"),
        ({"entities": [], "total": True}, "not a count"),
        ({"entities": [], "total": -1}, "not a count"),
    ],
)
def test_what_is_no_page_is_said(content: Any, says: str) -> None:
    with pytest.raises(Unfit, match=says):
        page_of(content)


def test_a_total_beyond_all_measure_is_not_believed() -> None:
    with pytest.raises(Unfit, match="makes 1000000000 pages"):
        read_whole(lambda _: Page(({"id": "a"},), 10**9), one_by_one)


# Over the wire.


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (250, 3)])
def test_a_list_costs_one_call_a_page(sandbox: Sandbox, api: Client, count: int, calls: int) -> None:
    fill(sandbox, count)
    found = api.list(PURPOSE)
    assert [each.body["name"] for each in found] == [f"Name {number}" for number in range(count)]
    assert (asked(sandbox, "GET"), api.calls["GET", PURPOSES]) == (calls, calls)


def test_ten_thousand_objects_cost_a_hundred_calls(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 10_000)
    assert len({each.live_id for each in api.list(PURPOSE)}) == 10_000
    assert api.calls["GET", PURPOSES] == 100


def test_every_object_comes_with_its_version(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 2)
    sandbox.control.edit("purposes", "Name 1", {"description": "new"})
    assert [each.version for each in api.list(PURPOSE)] == [1, 2]


def test_an_organisation_that_refuses_large_pages_is_asked_for_its_own(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 60)
    sandbox.control.settings(max_page_size=25)
    assert len(api.list(PURPOSE)) == 60
    assert [each.status for each in sandbox.control.requests("GET")] == [400, 200, 200, 200]


def test_another_refusal_of_a_list_is_reported(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LIST, "status", status=400, times=None, message="no lists on Sundays")
    with pytest.raises(Rejected, match="no lists on Sundays"):
        api.list(PURPOSE)


def test_a_page_that_vanishes_makes_the_list_be_read_again(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 150)
    sandbox.control.fault(LIST, "status", query={"pageNumber": "2"}, status=404)
    assert len(api.list(PURPOSE)) == 150


@pytest.mark.parametrize("by", ["insert", "delete", "rotate"])
def test_a_list_that_shifts_between_its_pages_is_read_again(sandbox: Sandbox, api: Client, by: str) -> None:
    fill(sandbox, 150)
    sandbox.control.fault(LIST, "shift", query={"pageNumber": "2"}, by=by)
    found = api.list(PURPOSE)
    assert {each.live_id for each in found} == {each["id"] for each in sandbox.control.objects("purposes")}
    assert asked(sandbox, "GET") == 4


@pytest.mark.parametrize("by", ["insert", "rotate"])
def test_a_list_that_never_stands_still_is_not_trusted(sandbox: Sandbox, api: Client, by: str) -> None:
    fill(sandbox, 150)
    sandbox.control.fault(LIST, "shift", query={"pageNumber": "2"}, by=by, times=None)
    with pytest.raises(UntrustworthyAnswer) as caught:
        api.list(PURPOSE)
    assert asked(sandbox, "GET") == 2 * READINGS
    assert caught.value.where == LIST
    assert "total" in caught.value.detail or "more than once" in caught.value.detail


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"set": {"entities": None}}, "Its entities are null."),
        ({"remove": ["entities"]}, "Its entities are null."),
        ({"set": {"entities": {}}}, "Its entities are not a list."),
        ({"remove": ["entities.0.id"]}, "One of its entities has no id."),
        ({"remove": ["total"]}, "It does not state its total."),
        ({"set": {"total": 7}}, "It states a total of 7, and 3 came."),
        ({"set": {"total": 2}}, "It states a total of 2, and 3 came."),
        ({"set": {"pageNumber": 4}}, "Page 1 was asked for, and page 4 came."),
    ],
)
def test_a_page_that_says_what_cannot_be_is_not_trusted(
    sandbox: Sandbox, api: Client, change: dict[str, Any], says: str
) -> None:
    fill(sandbox, 3)
    sandbox.control.fault(LIST, "mangle", times=None, **change)
    with pytest.raises(UntrustworthyAnswer) as caught:
        api.list(PURPOSE)
    assert says in caught.value.detail


def test_a_page_that_lacks_an_object_is_noticed(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 150)
    sandbox.control.fault(LIST, "mangle", remove=["entities.7"])
    assert len(api.list(PURPOSE)) == 150
    assert asked(sandbox, "GET") > 2


def test_a_page_that_fails_fails_the_list(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 250)
    sandbox.control.fault(LIST, "status", query={"pageNumber": "2"}, status=500, times=None)
    with pytest.raises(ApiError) as caught:
        api.list(PURPOSE)
    assert (caught.value.status, caught.value.exit_code) == (500, 1)


def test_a_page_that_fails_for_a_moment_is_read_again(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 250)
    sandbox.control.fault(LIST, "cut", query={"pageNumber": "2"})
    assert len(api.list(PURPOSE)) == 250


@pytest.mark.parametrize("status", [404, 405, 410])
def test_an_organisation_without_the_collection_says_so_and_is_not_empty(
    sandbox: Sandbox, api: Client, status: int
) -> None:
    sandbox.control.fault(LIST, "status", status=status, times=None)
    with pytest.raises(NotOffered) as caught:
        api.list(PURPOSE)
    assert f"This organisation does not offer Purpose (GET) at {PURPOSES}." in caught.value.detail
    assert "metadata.id" in caught.value.hint
    assert asked(sandbox, "GET") == 1


def test_an_organisation_that_has_never_heard_of_the_path_says_so(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.settings(offered=["purposes"])
    with pytest.raises(NotOffered, match=f"FlexSchema .GET. at {SCHEMAS}"):
        api.list(SCHEMA)


def test_a_missing_scope_is_named_with_the_role_and_the_place_to_grant_it(sandbox: Sandbox) -> None:
    environ = {**sandbox.environment(), "RECONCILER_OAUTH_SCOPE": "data:flex:read"}
    with client(environ) as api, pytest.raises(PermissionDenied) as caught:
        api.list(PURPOSE)
    error = caught.value
    assert (error.exit_code, error.summary) == (7, "A permission is missing")
    assert "the scope privacy:purpose:read, which the role Privacy Admin or Super Administrator brings" in error.detail
    assert "Admin > Integrations > OAuth" in error.hint
    assert error.where.startswith(f"{LIST} (correlation id ")


def test_a_collection_without_pages_is_read_at_once(sandbox: Sandbox, api: Client) -> None:
    fill(sandbox, 20)
    assert len(api.list(kind(paging=Paging.UNPAGED))) == 20
    assert sandbox.control.requests("GET")[0].query == {}


def test_pages_are_read_by_no_more_threads_than_allowed(sandbox: Sandbox) -> None:
    fill(sandbox, 1000)
    with client(sandbox.environment(), parallelism=100) as api:
        assert len(api.list(PURPOSE)) == 1000
        assert api._pool._max_workers == 16
