"""Contract §2: `GET ...?pageSize=&pageNumber=` -> `{entities[], pageSize, pageNumber, pageCount, total}`."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox

from .caller import PURPOSES, SCHEMAS, Caller, field, schema


def loaded(count: int) -> dict[str, Any]:
    return {"purposes": [{"name": f"Purpose {n:03}"} for n in range(count)]}


@pytest.mark.parametrize(
    ("count", "pages"),
    [(0, 0), (1, 1), (100, 1), (101, 2), (250, 3)],
)
def test_every_entity_is_on_one_page(count: int, pages: int) -> None:
    """Entities whole, each on one page, `pageCount` of them."""
    with Sandbox.start(load=loaded(count)) as sandbox:
        call = Caller(sandbox.url)
        seen: list[str] = []
        for number in range(1, pages + 1):
            seen += call.names(PURPOSES, pageSize=100, pageNumber=number)
        assert seen == [f"Purpose {n:03}" for n in range(count)]
        last = call("GET", PURPOSES, params={"pageSize": 100, "pageNumber": pages + 1}).json()
        assert (last["entities"], last["pageCount"], last["total"]) == ([], pages, count)


def test_a_page_has_25_entities_where_none_is_asked_for() -> None:
    """Seed page size 25."""
    with Sandbox.start(load=loaded(60)) as sandbox:
        page = Caller(sandbox.url)("GET", PURPOSES).json()
    assert len(page.pop("entities")) == 25
    assert page == {
        "pageSize": 25,
        "pageNumber": 1,
        "total": 60,
        "pageCount": 3,
        "selfUri": f"{PURPOSES}?pageSize=25&pageNumber=1",
        "firstUri": f"{PURPOSES}?pageSize=25&pageNumber=1",
        "lastUri": f"{PURPOSES}?pageSize=25&pageNumber=3",
        "nextUri": f"{PURPOSES}?pageSize=25&pageNumber=2",
    }


def test_the_last_page_has_no_next_one() -> None:
    """`firstUri`, `selfUri`, `nextUri`, `previousUri`, `lastUri` (published §1.7)."""
    with Sandbox.start(load=loaded(30)) as sandbox:
        page = Caller(sandbox.url)("GET", PURPOSES, params={"pageNumber": 2}).json()
    assert "nextUri" not in page
    assert page["previousUri"] == f"{PURPOSES}?pageSize=25&pageNumber=1"


@pytest.mark.parametrize("path", [PURPOSES, SCHEMAS])
@pytest.mark.parametrize("name", ["pageSize", "pageNumber"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "+1", "²", "99999999999", ["1", "2"]])
def test_a_bad_paging_parameter_is_400(call: Caller, path: str, name: str, value: Any) -> None:
    """400 malformed or violates a constraint [0][1]; `invalid.query.param.value` (published §1.4)."""
    answer = call("GET", path, params={name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid.query.param.value")


class TestExtensions:
    """What the contract marks [X]."""

    @pytest.mark.parametrize("path", [PURPOSES, SCHEMAS])
    def test_a_page_has_100_entities_at_most(self, call: Caller, path: str) -> None:
        """Maximum 100 [X]."""
        assert call("GET", path, params={"pageSize": 100}).status_code == 200
        assert call("GET", path, params={"pageSize": 101}).status_code == 400

    def test_the_largest_page_is_a_setting(self, call: Caller, control: Control) -> None:
        control.settings(max_page_size=30)
        assert call("GET", PURPOSES, params={"pageSize": 31}).status_code == 400

    def test_schemas_are_listed_whole(self, call: Caller) -> None:
        """`GET /api/v2/data/flex/schemas?pageSize=&pageNumber=` [X] (entities whole)."""
        created = call.create(SCHEMAS, schema(field("a")))
        assert call("GET", SCHEMAS).json()["entities"] == [created]
