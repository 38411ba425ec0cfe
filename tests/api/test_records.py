from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.api import Client
from reconciler.api.listing import Unfit
from reconciler.api.records import cursor_of, read_records
from reconciler.errors import UntrustworthyAnswer
from reconciler.model.ports import RecordPages
from reconciler.sandbox import Sandbox

from .builders import PURPOSE, SCHEMA, SCHEMAS, asked

RECORDS = f"GET {SCHEMAS}/*/records"


@pytest.fixture
def schema(sandbox: Sandbox) -> str:
    body = {"name": "Customer", "description": "d", "fields": [{"name": "score", "type": "number"}]}
    return str(sandbox.control.create("flex_schemas", body)["id"])


def put(sandbox: Sandbox, schema: str, count: int) -> None:
    sandbox.control.put_records(schema, [{"score": number} for number in range(count)])


def test_no_records_are_a_complete_reading(sandbox: Sandbox, api: Client, schema: str) -> None:
    assert api.records(SCHEMA, schema, budget=5) == RecordPages((), 0, complete=True, calls=1)


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (100, 1), (101, 2), (450, 5)])
def test_all_records_are_read_behind_the_cursor(
    sandbox: Sandbox, api: Client, schema: str, count: int, calls: int
) -> None:
    put(sandbox, schema, count)
    found = api.records(SCHEMA, schema, budget=50)
    assert [values["score"] for _, values in found.records] == list(range(count))
    assert (found.total, found.complete, found.calls, asked(sandbox, "GET")) == (count, True, calls, calls)


def test_the_budget_ends_the_reading_and_makes_it_a_sample(sandbox: Sandbox, api: Client, schema: str) -> None:
    put(sandbox, schema, 450)
    found = api.records(SCHEMA, schema, budget=2)
    assert (len(found.records), found.total, found.complete, found.calls) == (200, 450, False, 2)


def test_without_a_budget_nothing_is_asked(sandbox: Sandbox, api: Client, schema: str) -> None:
    assert api.records(SCHEMA, schema, budget=0) == RecordPages((), None, complete=False, calls=0)
    assert asked(sandbox, "GET") == 0


def test_an_organisation_without_records_says_so(sandbox: Sandbox, api: Client, schema: str) -> None:
    sandbox.control.settings(offered=["flex_schemas"])
    assert api.records(SCHEMA, schema, budget=5) == RecordPages((), None, complete=False, calls=1, offered=False)


def test_a_kind_without_records_is_not_asked(sandbox: Sandbox, api: Client) -> None:
    assert api.records(PURPOSE, "p-1", budget=5) == RecordPages((), None, complete=False, calls=0, offered=False)
    assert asked(sandbox, "GET") == 0


@pytest.mark.parametrize(
    "change",
    [
        {"set": {"total": 2}},
        {"set": {"total": 4}},
        {"remove": ["total"]},
        {"set": {"entities.1.id": "same", "entities.2.id": "same"}},
    ],
)
def test_a_reading_whose_numbers_disagree_is_not_complete(
    sandbox: Sandbox, api: Client, schema: str, change: dict[str, Any]
) -> None:
    put(sandbox, schema, 3)
    sandbox.control.fault(RECORDS, "mangle", **change)
    found = api.records(SCHEMA, schema, budget=5)
    assert (len(found.records), found.complete) == (3, False)


def test_a_total_that_changes_on_the_way_is_not_complete(sandbox: Sandbox, api: Client, schema: str) -> None:
    put(sandbox, schema, 150)
    sandbox.control.fault(RECORDS, "mangle", skip=1, set={"total": 151})
    assert not api.records(SCHEMA, schema, budget=5).complete


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"set": {"entities": None}}, "entities are null"),
        ({"remove": ["entities.0.id"]}, "no id"),
        ({"remove": ["entities.0.values"]}, "no values"),
        ({"set": {"nextUri": "https://elsewhere.example/records?page=2"}}, "no cursor"),
        ({"set": {"nextUri": "?after="}}, "no cursor"),
        ({"set": {"nextUri": 7}}, "no cursor"),
        ({"set": {"nextUri": "https://[x?after=y"}}, "no cursor"),
    ],
)
def test_records_that_cannot_be_are_not_trusted(
    sandbox: Sandbox, api: Client, schema: str, change: dict[str, Any], says: str
) -> None:
    put(sandbox, schema, 3)
    sandbox.control.fault(RECORDS, "mangle", **change)
    with pytest.raises(UntrustworthyAnswer, match=says):
        api.records(SCHEMA, schema, budget=5)


def test_the_host_of_the_next_page_is_never_called(sandbox: Sandbox, api: Client, schema: str) -> None:
    put(sandbox, schema, 150)
    with Sandbox.start() as other:
        real = api.records(SCHEMA, schema, budget=1)
        sandbox.control.fault(RECORDS, "mangle", set={"nextUri": f"{other.url}/x?after=nonsense"})
        with pytest.raises(Exception, match="refuses"):  # the cursor goes to the same organisation, which knows none
            api.records(SCHEMA, schema, budget=5)
        assert other.control.requests() == []
    assert len(real.records) == 100


def test_pages_in_a_circle_end() -> None:
    page = {"entities": [], "total": 0, "nextUri": "/x?after=again"}
    with pytest.raises(Unfit, match="circle"):
        read_records(lambda _: page, 50)


@given(cursor=st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_cursor_survives_its_uri(cursor: str) -> None:
    assert cursor_of({"nextUri": "https://api.example/x?" + urlencode({"pageSize": 5, "after": cursor})}) == cursor
    assert cursor_of({"nextUri": None}) == cursor_of({}) == ""
