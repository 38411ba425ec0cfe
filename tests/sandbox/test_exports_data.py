"""Data exports (contract §6): create, follow, list, and the list of files."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .exporting import EXPORTS, NOBODY, completed, data_export, exported, fetch, listed


def fields(answer: Any) -> set[str]:
    return {detail["fieldName"] for detail in answer.json()["details"]}


def test_an_export_gets_its_id_from_the_server(call: Caller, control: Control) -> None:
    """`POST` -> `{id, status}`. The id is the *server's*."""
    answer = call("POST", EXPORTS, data_export())
    assert answer.json() == {"id": control.objects("data_exports")[0]["id"], "status": "QUEUED"}
    assert control.effects("data_exports")[0].by == "sandbox"


@pytest.mark.parametrize("status", [200, 201, 202])
def test_the_status_of_the_answer_is_not_stated(call: Caller, control: Control, status: int) -> None:
    control.settings(export_accepted=status)
    assert call("POST", EXPORTS, data_export()).status_code == status


def test_the_same_post_twice_makes_two(call: Caller) -> None:
    """There is no client key."""
    assert exported(call) != exported(call)


@pytest.mark.parametrize("key", ["id", "requestId"])
def test_a_client_key_is_refused(call: Caller, key: str) -> None:
    answer = call("POST", EXPORTS, data_export(**{key: NOBODY}))
    assert (answer.status_code, fields(answer)) == (400, {key})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "user"}, "type"),
        ({"type": ...}, "type"),
        ({"view": "brief"}, "view"),
        ({"view": []}, "view"),
        ({"format": "json"}, "format"),
        ({"format": ...}, "format"),
        ({"startDate": ...}, "startDate"),
        ({"startDate": "2026-10-01"}, "startDate"),
        ({"endDate": "tomorrow"}, "endDate"),
        ({"endDate": "2026-10-01T00:00:00Z"}, "endDate"),
        ({"endDate": "2026-09-30T00:00:00Z"}, "endDate"),
    ],
)
def test_a_violation_is_400_and_names_its_field(
    call: Caller, control: Control, changes: dict[str, Any], field: str
) -> None:
    """`{type: conversation, view: full, format: jsonl|csv, startDate, endDate}`."""
    answer = call("POST", EXPORTS, data_export(**changes))
    assert (answer.status_code, fields(answer)) == (400, {field})
    assert control.objects("data_exports") == []


def test_no_window_is_too_wide_unless_the_organisation_says_so(call: Caller, control: Control) -> None:
    """No window limit is stated: a setting."""
    wide = {"startDate": "2020-01-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"}
    exported(call, **wide)
    control.settings(export_window_days=7)
    assert call("POST", EXPORTS, data_export(**wide)).status_code == 400
    exported(call, startDate="2026-01-01T00:00:00Z", endDate="2026-01-08T00:00:00Z")
    over = data_export(startDate="2026-01-01T00:00:00Z", endDate="2026-01-08T00:00:00.001Z")
    assert call("POST", EXPORTS, over).status_code == 400


def test_the_list_is_newest_first_with_the_requests_own_fields(call: Caller, control: Control) -> None:
    """List (newest first, with the request's own fields and `createdDate`)."""
    first = exported(call, format="csv")
    control.advance(0.5)
    second = exported(call, startDate="2026-10-01T02:00:00+02:00")
    entities = call("GET", EXPORTS).json()["entities"]
    assert entities == [
        {"id": second, "status": "QUEUED", **data_export(), "createdDate": "2026-11-01T12:00:00.500Z"},
        {"id": first, "status": "QUEUED", **data_export(format="csv"), "createdDate": "2026-11-01T12:00:00.000Z"},
    ]


def test_the_list_is_paged(call: Caller) -> None:
    ids = [exported(call) for _ in range(3)]
    pages = [call("GET", EXPORTS, params={"pageSize": 2, "pageNumber": number}).json() for number in (1, 2)]
    assert [[each["id"] for each in page["entities"]] for page in pages] == [ids[:0:-1], ids[:1]]
    assert (pages[0]["total"], pages[0]["pageCount"]) == (3, 2)
    assert call("GET", EXPORTS, params={"pageSize": 101}).status_code == 400


def test_an_export_by_id_is_its_state_and_nothing_else(call: Caller, control: Control) -> None:
    """`GET .../{id}` -> `{id, status, statusReason}`."""
    export = exported(call)
    assert call("GET", f"{EXPORTS}/{export}").json() == {"id": export, "status": "QUEUED"}
    control.fail_export(export, "Too much.")
    failed = {"id": export, "status": "FAILED", "statusReason": "Too much."}
    assert call("GET", f"{EXPORTS}/{export}").json() == failed


@pytest.mark.parametrize("path", [f"{EXPORTS}/{NOBODY}", f"{EXPORTS}/{NOBODY}/files", f"{EXPORTS}/x/files/0"])
def test_an_unknown_export_is_404(call: Caller, path: str) -> None:
    assert call("GET", path).status_code == 404


@pytest.mark.parametrize(("method", "rest"), [("PUT", ""), ("DELETE", ""), ("POST", "/files")])
def test_an_export_is_never_changed(call: Caller, method: str, rest: str) -> None:
    assert call(method, f"{EXPORTS}/{exported(call)}{rest}", {}).status_code == 405


@pytest.mark.parametrize(("method", "path"), [("GET", EXPORTS), ("POST", EXPORTS), ("GET", f"{EXPORTS}/x/files")])
def test_everything_asks_for_one_scope(sandbox: Sandbox, method: str, path: str) -> None:
    """Data exports: `dataexports:read`, and to write `dataexports:read` (the seed creates with it)."""
    body = data_export() if method == "POST" else None
    assert Caller(sandbox.url, scope="data:privacy:view")(method, path, body).status_code == 403
    assert Caller(sandbox.url, scope="dataexports:read")(method, path, body).status_code != 403


@pytest.mark.parametrize("status", [409, 404])
def test_before_it_is_completed_there_are_no_files(call: Caller, control: Control, status: int) -> None:
    control.settings(files_unready=status)
    export = exported(call)
    for _ in range(2):
        answer = call("GET", f"{EXPORTS}/{export}/files")
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.json()["code"] == {409: "request.conflict", 404: "not.found"}[status]
        control.step_export(export)
    assert call("GET", f"{EXPORTS}/{export}/files").status_code == 200


def test_a_failed_export_has_no_files(call: Caller, control: Control) -> None:
    export = exported(call)
    control.fail_export(export)
    assert call("GET", f"{EXPORTS}/{export}/files").status_code == 409


@pytest.mark.parametrize("wire", ["jsonl", "csv"])
def test_the_files_are_an_array_that_says_the_truth(call: Caller, control: Control, wire: str) -> None:
    """A JSON **array** of `{uri, size, format, checksum: "sha256:<hex>", partition}`."""
    control.settings(export_partitions=3)
    files = listed(call, completed(call, control, format=wire))
    assert [(file["partition"], file["format"]) for file in files] == [(0, wire), (1, wire), (2, wire)]
    for file in files:
        assert set(file) == {"uri", "size", "format", "checksum", "partition"}
        content = fetch(file["uri"]).content
        assert file["size"] == len(content)
        assert file["checksum"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert len({file["checksum"] for file in files}) == 3


def test_a_uri_belongs_to_another_host(sandbox: Sandbox, call: Caller) -> None:
    """The URI is presigned and belongs to another host."""
    uri = listed(call, completed(call, sandbox.control))[0]["uri"]
    assert not uri.startswith(sandbox.url)


def test_each_list_signs_anew(call: Caller, control: Control) -> None:
    """Fetch the list again."""
    export = completed(call, control)
    assert listed(call, export)[0]["uri"] != listed(call, export)[0]["uri"]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"checksum": "sha256:" + "0" * 64}, {"checksum": "sha256:" + "0" * 64}),
        ({"checksum": "md5:0cc175b9c0f1b6a831c399e269772661"}, {"checksum": "md5:0cc175b9c0f1b6a831c399e269772661"}),
        ({"size": 1}, {"size": 1}),
        ({"size": -1}, {"size": -1}),
        ({"partition": "../../x"}, {"partition": "../../x"}),
        ({"partition": "/etc/x"}, {"partition": "/etc/x"}),
        ({"partition": "a\0b"}, {"partition": "a\0b"}),
        ({"partition": 2**64}, {"partition": 2**64}),
        ({"partition": -1}, {"partition": -1}),
        ({"format": "../sh"}, {"format": "../sh"}),
        ({"uri": "file:///etc/passwd"}, {"uri": "file:///etc/passwd"}),
    ],
)
def test_the_list_may_claim_anything(
    call: Caller, control: Control, claims: dict[str, Any], expected: dict[str, Any]
) -> None:
    export = completed(call, control, [{"partition": 0, "listed": claims}])
    assert expected.items() <= listed(call, export)[0].items()


@pytest.mark.parametrize("member", ["uri", "size", "format", "checksum", "partition"])
def test_the_list_may_leave_anything_out(call: Caller, control: Control, member: str) -> None:
    export = completed(call, control, [{"partition": 0, "listed": {member: None}}])
    assert member not in listed(call, export)[0]


def test_a_partition_can_be_claimed_twice(call: Caller, control: Control) -> None:
    """In the seed two exports overwrite each other."""
    export = completed(call, control, [{"partition": 0}, {"partition": 1, "listed": {"partition": 0}}])
    assert [file["partition"] for file in listed(call, export)] == [0, 0]


def test_an_export_may_have_no_files_at_all(call: Caller, control: Control) -> None:
    assert listed(call, completed(call, control, [])) == []
    control.settings(export_partitions=0)
    assert listed(call, completed(call, control)) == []


@pytest.mark.parametrize("answer", [{"entities": []}, None, "files", [None, 7], []])
def test_the_answer_may_be_anything_but_an_array(call: Caller, control: Control, answer: Any) -> None:
    export = completed(call, control)
    control.answer_export_files(export, answer)
    assert listed(call, export) == answer
    control.answer_export_files_truly(export)
    assert listed(call, export)[0]["partition"] == 0


def test_an_export_may_be_gone(call: Caller, control: Control) -> None:
    """404 gone."""
    export = completed(call, control)
    uri = listed(call, export)[0]["uri"]
    control.delete("data_exports", export)
    assert call("GET", f"{EXPORTS}/{export}").status_code == call("GET", f"{EXPORTS}/{export}/files").status_code == 404
    assert fetch(uri).status == 404


def test_a_colleague_may_export_too(call: Caller, control: Control) -> None:
    created = control.create("data_exports", data_export())
    assert call("GET", f"{EXPORTS}/{created['id']}").json()["status"] == "QUEUED"
    assert control.find("data_exports", created["id"])["format"] == "jsonl"
    with pytest.raises(SandboxError, match="cannot be changed"):
        control.replace("data_exports", created["id"], data_export())
