"""A history comes whole or not at all, and nothing but the cursor is taken from `nextUri` (contract §7)."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.api import Client
from reconciler.api.history import next_cursor, read_history
from reconciler.api.listing import Shifting, Unfit
from reconciler.errors import NotFound, UntrustworthyAnswer
from reconciler.kinds.retention_rule import RETENTION_RULE
from reconciler.sandbox import Sandbox

from .builders import asked

HOST = "https://api.mypurecloud.ie"
PATH = "/api/v2/routing/strategies/s/versions"


@pytest.fixture
def strategy(sandbox: Sandbox) -> str:
    return str(sandbox.control.add_strategies(1, versions=250)[0]["id"])


def pages(*some: tuple[list[str], str | None]) -> Any:
    """A reader of pages whose cursors are their numbers."""

    def read(cursor: str) -> Any:
        items, following = some[int(cursor or 0)]
        more = {} if following is None else {"nextUri": f"{HOST}{PATH}?pageSize=2&cursor={following}"}
        return {"items": [{"id": item} for item in items], **more}

    return read


def test_a_whole_history_is_read_at_the_floor_of_calls(sandbox: Sandbox, api: Client, strategy: str) -> None:
    assert len(api.history(RETENTION_RULE, strategy)) == 250
    assert asked(sandbox, "GET") == 3


def test_a_size_that_is_refused_is_asked_for_once(sandbox: Sandbox, api: Client, strategy: str) -> None:
    sandbox.control.settings(max_page_size=125, default_page_size=125)
    sandbox.control.fault(f"GET {RETENTION_RULE.path}/*/versions", "status", status=400)
    assert len(api.history(RETENTION_RULE, strategy)) == 250
    assert asked(sandbox, "GET") == 1 + 2
    api.history(RETENTION_RULE, strategy)
    assert asked(sandbox, "GET") == 1 + 2 + 2


def test_a_strategy_that_is_gone_is_said(api: Client) -> None:
    with pytest.raises(NotFound):
        api.history(RETENTION_RULE, "11111111-2222-4333-8444-555555555555")


def test_pages_that_make_no_sense_are_not_trusted(sandbox: Sandbox, api: Client, strategy: str) -> None:
    sandbox.control.fault(f"GET {RETENTION_RULE.path}/*/versions", "next_page", leads="abroad", host="evil.example.com")
    with pytest.raises(UntrustworthyAnswer, match="cannot be trusted") as caught:
        api.history(RETENTION_RULE, strategy)
    assert "another host" in caught.value.detail


def test_pages_follow_one_another_to_the_one_without_nextUri() -> None:  # noqa: N802
    found = read_history(pages((["a", "b"], "1"), (["c"], "2"), ([], None)), HOST)
    assert [item["id"] for item in found] == ["a", "b", "c"]


def test_a_version_that_comes_twice_is_read_again_and_then_given_up() -> None:
    with pytest.raises(Shifting, match=r"1 of its 2 versions came more than once\."):
        read_history(pages((["a"], "1"), (["a"], None)), HOST)


def test_a_circle_is_left() -> None:
    reader, asked_for = pages((["a"], "1"), (["b"], "1")), []

    def read(cursor: str) -> Any:
        asked_for.append(cursor)
        return reader(cursor)

    with pytest.raises(Unfit, match="circle"):
        read_history(read, HOST)
    assert asked_for == ["", "1"]


@pytest.mark.parametrize("content", [None, [], {}, {"items": None}, {"items": [{"id": ""}]}, {"items": [1]}])
def test_what_is_no_page_is_none(content: Any) -> None:
    with pytest.raises(Unfit):
        read_history(lambda _: content, HOST)


@pytest.mark.parametrize(
    "uri",
    [f"{HOST}{PATH}?cursor=abc", "HTTPS://API.MYPURECLOUD.IE:443/x?pageSize=1&cursor=abc"],
)
def test_the_cursor_is_taken_from_an_address_of_the_api(uri: str) -> None:
    assert next_cursor({"nextUri": uri}, HOST) == "abc"


@pytest.mark.parametrize("content", [{}, {"nextUri": None}])
def test_no_next_page_is_the_last(content: Any) -> None:
    assert next_cursor(content, HOST) == ""


@pytest.mark.parametrize(
    "uri",
    [
        f"{HOST}{PATH}", f"{HOST}{PATH}?cursor=", f"{HOST}{PATH}?cursor=a&cursor=b", "", 7, {},
        "https://evil.example.com/x?cursor=abc", f"{HOST}:8443{PATH}?cursor=abc", f"{PATH}?cursor=abc",
        "http://api.mypurecloud.ie/x?cursor=abc", "https://[?cursor=abc", f"{HOST}:x/?cursor=abc",
        f"{HOST}.evil.example.com/x?cursor=abc",
    ],
)  # fmt: skip
def test_any_other_next_page_is_an_error(uri: Any) -> None:
    with pytest.raises(Unfit):
        next_cursor({"nextUri": uri}, HOST)
