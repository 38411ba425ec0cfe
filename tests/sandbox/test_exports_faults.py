"""What every route of the organisation can suffer, these can suffer too (contract §1, "What may be repeated")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from reconciler.sandbox import Control, SandboxError

from .caller import PURPOSES, Caller
from .exporting import EXPORTS, MINE, PRIVACY, completed, data_export, exported, listed, privacy_request, submitted

POSTS: list[Any] = [
    pytest.param("privacy_requests", PRIVACY, privacy_request, id="privacy"),
    pytest.param("data_exports", EXPORTS, data_export, id="data"),
]
Body = Callable[[], dict[str, Any]]


def ids(call: Caller, path: str) -> list[str]:
    key = "requestId" if path == PRIVACY else "id"
    return [each[key] for each in call("GET", path).json()["entities"]]


@pytest.mark.parametrize(("collection", "path", "body"), POSTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_post_may_be_cut_before_or_after_its_effect(
    call: Caller, control: Control, collection: str, path: str, body: Body, when: str
) -> None:
    """POST after a timeout, a cut or a 5xx is *unknown*: look it up first."""
    control.fault(f"POST {path}", "cut", when=when)
    with pytest.raises(requests.ConnectionError):
        call("POST", path, body())
    assert len(control.objects(collection)) == len(ids(call, path)) == (when == "after")


@pytest.mark.parametrize(("collection", "path", "body"), POSTS)
@pytest.mark.parametrize("status", [429, 500, 503, 504])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_post_may_fail_before_or_after_its_effect(
    call: Caller, control: Control, collection: str, path: str, body: Body, status: int, when: str
) -> None:
    """5xx and 504 transient [0][2]."""
    control.fault(f"POST {path}", "status", status=status, when=when)
    assert call("POST", path, body()).status_code == status
    assert len(control.objects(collection)) == (when == "after")


@pytest.mark.parametrize(("collection", "path", "body"), POSTS)
def test_an_accepted_post_may_show_later(
    call: Caller, control: Control, collection: str, path: str, body: Body
) -> None:
    """The list is the only way to find out whether an interrupted POST took effect; and it may lag behind."""
    control.fault(f"POST {path}", "late", seconds=10)
    assert call("POST", path, body()).status_code == 202
    job = control.objects(collection)[0]["id"]
    assert (ids(call, path), call("GET", f"{path}/{job}").status_code) == ([], 404)
    control.advance(10)
    assert ids(call, path) == [job]
    assert call("GET", f"{path}/{job}").json()["status"] == "COMPLETED"


@pytest.mark.parametrize(("collection", "path", "body"), POSTS)
def test_a_list_may_lag_behind_for_some_reads(
    call: Caller, control: Control, collection: str, path: str, body: Body
) -> None:
    control.fault(f"POST {path}", "late", reads=2, reach="lists")
    call("POST", path, body())
    job = control.objects(collection)[0]["id"]
    assert call("GET", f"{path}/{job}").status_code == 200
    assert [ids(call, path) for _ in range(3)] == [[], [], [job]]


def test_a_known_id_is_known_while_nobody_sees_it(call: Caller, control: Control) -> None:
    """A known id again returns the existing request: the truth, not what readers are shown."""
    control.fault(f"POST {PRIVACY}", "late", seconds=10)
    submitted(call)
    assert call("GET", f"{PRIVACY}/{MINE}").status_code == 404
    assert call("POST", PRIVACY, privacy_request()).status_code == 200


def test_a_newer_export_may_show_before_an_older_one(call: Caller, control: Control) -> None:
    control.fault(f"POST {EXPORTS}", "late", seconds=10)
    first = exported(call)
    second = exported(call)
    assert ids(call, EXPORTS) == [second]
    control.advance(10)
    assert ids(call, EXPORTS) == [second, first]


@pytest.mark.parametrize("path", [PRIVACY, f"{PRIVACY}/*", EXPORTS, f"{EXPORTS}/*", f"{EXPORTS}/*/files"])
@pytest.mark.parametrize(
    ("action", "parameters", "status"),
    [
        ("status", {"status": 504}, 504),
        ("status", {"status": 429, "retry_after": 3}, 429),
        ("html", {}, 502),
        ("redirect", {"location": "http://other.invalid"}, 302),
        ("delay", {"seconds": 0.01}, 200),
        ("oversize", {"bytes": 10_000}, 200),
        ("truncate", {"keep": 5}, 200),
    ],
)
def test_every_answer_may_go_wrong(
    call: Caller, control: Control, path: str, action: str, parameters: dict[str, Any], status: int
) -> None:
    submitted(call)
    control.complete_export(MINE)
    export = completed(call, control)
    control.fault(f"GET {path}", action, **parameters)
    there = path.replace("*", MINE if path.startswith(PRIVACY) else export)
    assert call("GET", there).status_code == status
    assert call("GET", there).status_code == 200


def test_the_list_of_files_may_be_mangled(call: Caller, control: Control) -> None:
    export = completed(call, control)
    control.fault(f"GET {EXPORTS}/*/files", "mangle", set={"0.size": "many"}, remove=["0.uri"])
    mangled = listed(call, export)[0]
    assert (mangled["size"], "uri" in mangled) == ("many", False)


@pytest.mark.parametrize("by", ["insert", "delete", "swap", "rotate"])
@pytest.mark.parametrize(("collection", "path", "body"), POSTS)
def test_a_list_may_move_under_its_reader(
    call: Caller, control: Control, collection: str, path: str, body: Body, by: str
) -> None:
    for _ in range(4):
        call("POST", path, {**body(), **({"requestId": None} if path == PRIVACY else {})})
    control.fault(f"GET {path}", "shift", by=by, query={"pageNumber": 2})
    key = "requestId" if path == PRIVACY else "id"
    pages = [call("GET", path, params={"pageSize": 2, "pageNumber": number}).json() for number in (1, 2)]
    seen = [each[key] for page in pages for each in page["entities"]]
    there = [each["id"] for each in control.objects(collection)]
    twice, missed = len(seen) - len(set(seen)), len(set(there) - set(seen))
    assert (twice, missed) == {"insert": (1, 2), "delete": (0, 1), "swap": (0, 1), "rotate": (1, 1)}[by]


def test_a_colleague_may_export_in_the_same_moment(call: Caller, control: Control) -> None:
    """Two alike, and only one is ours."""
    edits = [{"operation": "create", "collection": "data_exports", "body": data_export()}]
    control.fault(f"POST {EXPORTS}", "edit", edits=edits, when="after")
    mine = exported(call)
    assert [each == mine for each in ids(call, EXPORTS)] == [False, True]


@pytest.mark.parametrize(("family", "path"), [("privacy_requests", PRIVACY), ("data_exports", EXPORTS)])
def test_each_kind_has_a_budget(call: Caller, control: Control, family: str, path: str) -> None:
    """Two budgets at once: the token's and per route family. 429 carries `Retry-After` in seconds [0][2][4]."""
    control.settings(family_rates={family: 1})
    assert call("GET", path).status_code == 200
    refused = call("GET", f"{path}/x")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert call("GET", PURPOSES).status_code == 200


@pytest.mark.parametrize(("family", "path"), [("privacy_requests", PRIVACY), ("data_exports", EXPORTS)])
def test_an_organisation_may_not_offer_them(call: Caller, control: Control, family: str, path: str) -> None:
    """404/405/410 on a collection or on an [X] verb means "this organisation does not offer KIND (or VERB) at PATH"."""
    control.settings(withheld=[f"{family}.list"])
    assert (call("GET", path).status_code, call("GET", f"{path}/x").status_code) == (405, 404)
    control.settings(offered=["purposes"])
    assert (call("GET", path).status_code, call("POST", path, {}).status_code) == (404, 404)


@pytest.mark.parametrize("verb", ["list", "get", "create", "files"])
def test_every_verb_of_data_exports_can_be_withheld(call: Caller, control: Control, verb: str) -> None:
    export = completed(call, control)
    control.settings(withheld=[f"data_exports.{verb}"])
    answers = {
        "list": call("GET", EXPORTS),
        "get": call("GET", f"{EXPORTS}/{export}"),
        "create": call("POST", EXPORTS, data_export()),
        "files": call("GET", f"{EXPORTS}/{export}/files"),
    }
    assert [name for name, answer in answers.items() if answer.status_code == 405] == [verb]


def test_a_verb_that_there_is_not_cannot_be_withheld(control: Control) -> None:
    with pytest.raises(SandboxError, match=r"privacy_requests\.files"):
        control.settings(withheld=["privacy_requests.files"])
