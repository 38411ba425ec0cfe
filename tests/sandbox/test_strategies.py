"""Routing strategies and their histories (contract §7), what it leaves open [X] apart."""

from __future__ import annotations

import time

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .strategic import STRATEGIES, numbers, strategy, walked


def test_a_strategy_is_read_by_its_id(call: Caller, control: Control) -> None:
    """`GET /api/v2/routing/strategies/{id}` -> `id, name, type, version, createdDate, modifiedDate`."""
    known = strategy(control, 3)
    answer = call("GET", f"{STRATEGIES}/{known}")
    assert set(answer.json()) == {"id", "name", "type", "version", "createdDate", "modifiedDate"}
    assert (answer.json()["id"], answer.json()["name"], answer.json()["version"]) == (known, "Sales", 3)
    assert call("GET", f"{STRATEGIES}/nobody").status_code == 404
    assert call("GET", f"{STRATEGIES}/nobody/versions").status_code == 404


def test_a_version_has_an_author_and_dates(call: Caller, control: Control) -> None:
    """`items[{id, version, createdDate, modifiedDate, createdBy{id,name}}]`."""
    item = walked(call, strategy(control))[0]["items"][0]
    assert set(item) == {"id", "version", "createdDate", "modifiedDate", "createdBy"}
    assert set(item["createdBy"]) == {"id", "name"}


def test_the_next_uri_is_absolute_and_carries_the_cursor(sandbox: Sandbox, call: Caller, control: Control) -> None:
    """The cursor is a query parameter inside `nextUri` (an absolute URI); no `nextUri` = last page."""
    known = strategy(control, 26)
    first = call("GET", f"{STRATEGIES}/{known}/versions").json()
    assert first["nextUri"].startswith(f"{sandbox.url}{STRATEGIES}/{known}/versions?pageSize=25&cursor=")
    assert len(first["items"]) == 25, "`?pageSize=25`"
    last = call("GET", first["nextUri"].removeprefix(sandbox.url)).json()
    assert len(last["items"]) == 1
    assert "nextUri" not in last


@pytest.mark.parametrize("size", [1, 7, 40, 100])
def test_any_page_size_reads_the_whole_history_once(call: Caller, control: Control, size: int) -> None:
    """`GET .../{id}/versions?pageSize=25&cursor=`."""
    pages = walked(call, strategy(control, 40), pageSize=size)
    assert len(pages) == -(-40 // size)
    assert numbers(pages) == list(range(40, 0, -1))
    assert len({item["id"] for page in pages for item in page["items"]}) == 40


@pytest.mark.parametrize("query", [{"pageSize": 0}, {"pageSize": 101}, {"cursor": "soon"}, {"cursor": ""}])
def test_what_is_no_page_is_400(call: Caller, control: Control, query: dict[str, object]) -> None:
    """400 malformed."""
    assert call("GET", f"{STRATEGIES}/{strategy(control)}/versions", params=query).status_code == 400


def test_reading_needs_its_scope(sandbox: Sandbox, control: Control) -> None:
    """Routing strategies: `routing:strategy:read` [3]."""
    known = strategy(control)
    writer, reader = (Caller(sandbox.url, scope=f"routing:strategy:{what}") for what in ("write", "read"))
    for path in (STRATEGIES, f"{STRATEGIES}/{known}", f"{STRATEGIES}/{known}/versions"):
        assert reader("GET", path).status_code == 200
        refused = writer("GET", path)
        assert (refused.status_code, "routing:strategy:read" in refused.json()["message"]) == (403, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_no_client_writes_one(call: Caller, control: Control, method: str) -> None:
    """The contract has GET and nothing else."""
    path = STRATEGIES if method == "POST" else f"{STRATEGIES}/{strategy(control)}"
    assert call(method, path, {"name": "x"}).status_code == 405


# What the contract marks [X], or says nothing about.


def test_strategies_are_listed_page_by_page(call: Caller, control: Control) -> None:
    """List [X]."""
    control.add_strategies(30, versions=2)
    pages = [call("GET", STRATEGIES, params={"pageNumber": n}).json() for n in (1, 2)]
    assert [len(page["entities"]) for page in pages] == [25, 5]
    assert (pages[0]["total"], pages[0]["pageCount"]) == (30, 2)
    assert pages[0]["entities"][0]["version"] == 2


def test_the_version_is_content_and_no_lock(call: Caller, control: Control) -> None:
    """An org that shows neither version nor ETag still has strategies at a version."""
    known = strategy(control, 4)
    control.settings(locking="none")
    assert call("GET", f"{STRATEGIES}/{known}").json()["version"] == 4
    assert call("GET", STRATEGIES).json()["entities"][0]["version"] == 4


@pytest.mark.parametrize("verb", ["list", "get", "versions"])
def test_every_verb_can_be_withheld(call: Caller, control: Control, verb: str) -> None:
    """404/405/410 on an [X] verb means that this organisation does not offer it."""
    known = strategy(control)
    control.settings(withheld=[f"routing_strategies.{verb}"])
    paths = {"list": STRATEGIES, "get": f"{STRATEGIES}/{known}", "versions": f"{STRATEGIES}/{known}/versions"}
    assert [name for name, path in paths.items() if call("GET", path).status_code == 405] == [verb]
    control.settings(offered=["purposes"])
    assert call("GET", STRATEGIES).status_code == 404


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
def test_the_order_of_versions_is_the_organisations(call: Caller, control: Control, order: str) -> None:
    control.settings(version_order=order)
    found = numbers(walked(call, strategy(control, 40), pageSize=7))
    assert sorted(found) == list(range(1, 41))
    assert (found == sorted(found), found == sorted(found, reverse=True)) == (
        order == "oldest_first",
        order == "newest_first",
    )


def test_a_made_up_history_lies_between_the_strategys_dates(control: Control) -> None:
    dates = {"createdDate": "2026-01-01T00:00:00Z", "modifiedDate": "2026-01-09T00:00:00Z"}
    found = control.versions(strategy(control, 5, **dates))
    assert [each["createdDate"][:10] for each in found] == [f"2026-01-0{day}" for day in range(1, 10, 2)]


def test_without_dates_versions_are_a_day_apart(control: Control) -> None:
    found = control.versions(strategy(control, 3))
    assert [each["createdDate"][:10] for each in found] == ["2026-10-30", "2026-10-31", "2026-11-01"]


def test_a_new_version_is_the_new_head(call: Caller, control: Control) -> None:
    known = strategy(control, 3)
    before = control.versions(known)
    control.advance(60)
    control.add_version("Sales")
    shown = call("GET", f"{STRATEGIES}/{known}").json()
    assert (shown["version"], shown["modifiedDate"]) == (4, "2026-11-01T12:01:00.000Z")
    *older, head = control.versions(known)
    assert older == before
    assert (head["version"], head["createdDate"]) == (4, "2026-11-01T12:01:00.000Z")
    assert head["id"] not in {each["id"] for each in before}
    assert numbers(walked(call, known)) == [4, 3, 2, 1]


def test_an_edit_of_a_strategy_is_a_version_too(control: Control) -> None:
    known = strategy(control, 2)
    control.edit("routing_strategies", known, {"name": "Support"})
    assert [each["version"] for each in control.versions("Support")] == [1, 2, 3]
    control.delete("routing_strategies", known)
    with pytest.raises(SandboxError, match="nothing in routing_strategies"):
        control.versions(known)
    assert control.state()["strategy_versions"] == {}


def test_a_version_in_the_middle_can_go(call: Caller, control: Control) -> None:
    known = strategy(control, 4)
    control.drop_version(known, version=2)
    assert numbers(walked(call, known)) == [4, 3, 1]
    assert call("GET", f"{STRATEGIES}/{known}").json()["version"] == 4
    with pytest.raises(SandboxError, match="no version of Sales shows"):
        control.drop_version(known, version=2)


def test_only_strategies_have_such_versions(control: Control) -> None:
    with pytest.raises(SandboxError, match="no versions of that sort"):
        control._edit(operation="add_version", collection="purposes", target=_purpose(control), body={})


def _purpose(control: Control) -> str:
    body = {"name": "P", "description": "x", "retentionPeriod": "1d", "legalBasis": "consent"}
    return str(control.create("purposes", body)["id"])


def test_a_strategy_that_breaks_the_rules_needs_force(control: Control) -> None:
    with pytest.raises(SandboxError, match="must be a string that is not blank"):
        control.create("routing_strategies", {"name": " "})
    assert control.create("routing_strategies", {"name": "Sales"})["version"] == 1


def test_500_strategies_with_40_versions_are_cheap() -> None:
    """500 strategies × 40 versions."""
    with Sandbox.start(load={"settings": {"token_rate": None}}) as sandbox:
        begun = time.process_time()
        sandbox.control.add_strategies(500, versions=40)
        assert time.process_time() - begun < 2
        call = Caller(sandbox.url)
        ids = [
            each["id"]
            for page in range(1, 6)
            for each in call("GET", STRATEGIES, params={"pageSize": 100, "pageNumber": page}).json()["entities"]
        ]
        assert len(set(ids)) == 500
        assert numbers(walked(call, ids[499], pageSize=100)) == list(range(40, 0, -1))
        assert sandbox.control.state()["strategy_versions"] == {}, "what can be made up again is not saved"
