"""Contract §3: `GET .../schemas/{id}/records?pageSize=&after=` -> `{entities[{id, values{}}], total, nextUri}` [X]."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from reconciler.sandbox import Control

from .caller import SCHEMAS, Caller, field, schema


@pytest.fixture
def path(call: Caller) -> str:
    return f"{SCHEMAS}/{call.create(SCHEMAS, schema(field('n', 'number')))['id']}/records"


def pages(call: Caller, path: str, size: int) -> list[list[int]]:
    found, query = [], {"pageSize": [str(size)]}
    while True:
        page = call("GET", path, params=query).json()
        found.append([record["values"]["n"] for record in page["entities"]])
        if "nextUri" not in page:
            return found
        query = parse_qs(urlsplit(page["nextUri"]).query)


def test_a_record_has_an_id_and_its_values(call: Caller, control: Control, path: str) -> None:
    """`{entities[{id, values{}}], total, nextUri}`; no `nextUri` on the last page."""
    control.put_records("Customer", [{"n": 1}, {"id": "mine", "values": {"n": 2}}])
    content = call("GET", path).json()
    assert set(content) == {"entities", "total"}
    assert content["total"] == 2
    assert [each["values"] for each in content["entities"]] == [{"n": 1}, {"n": 2}]
    assert content["entities"][1]["id"] == "mine"


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (5, [2, 2, 1])])
def test_the_cursor_leads_through_all_of_them(
    call: Caller, control: Control, path: str, count: int, sizes: list[int]
) -> None:
    """The cursor is in `nextUri`; no `nextUri` = last page."""
    control.put_records("Customer", [{"n": n} for n in range(count)])
    found = pages(call, path, 2)
    assert [len(page) for page in found] == sizes
    assert [n for page in found for n in page] == list(range(count))


def test_a_cursor_survives_other_records(call: Caller, control: Control, path: str) -> None:
    """A cursor is a place in a list that moves on."""
    control.put_records("Customer", [{"n": n} for n in range(4)])
    following = call("GET", path, params={"pageSize": 2}).json()["nextUri"]
    control.put_records("Customer", [{"n": 9}])
    assert [record["values"]["n"] for record in call("GET", following).json()["entities"]] == [9]


@pytest.mark.parametrize("query", [{"after": "nonsense"}, {"after": ""}, {"after": ["a", "b"]}, {"pageSize": "0"}])
def test_a_bad_cursor_or_size_is_400(call: Caller, path: str, query: dict[str, str]) -> None:
    """400 malformed."""
    assert call("GET", path, params=query).status_code == 400


def test_the_largest_page_holds_here_too(call: Caller, path: str) -> None:
    assert call("GET", path, params={"pageSize": 100}).status_code == 200
    assert call("GET", path, params={"pageSize": 101}).status_code == 400


def test_the_records_of_an_unknown_schema_are_404(call: Caller) -> None:
    assert call("GET", f"{SCHEMAS}/none/records").status_code == 404


def test_an_organisation_without_records_answers_404(call: Caller, control: Control, path: str) -> None:
    """An org without it answers 404."""
    control.settings(offered=["purposes", "flex_schemas"])
    assert call("GET", path).status_code == 404
    assert call("GET", SCHEMAS).status_code == 200


def test_a_deleted_schema_takes_its_records_with_it(call: Caller, control: Control, path: str) -> None:
    control.put_records("Customer", [{"n": 1}])
    assert call("DELETE", path.removesuffix("/records")).status_code == 204
    call.create(SCHEMAS, schema(field("n", "number")))
    assert control.records("Customer") == []
