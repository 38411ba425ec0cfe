"""Privacy export requests (contract §5)."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .exporting import MINE, NOBODY, OTHER, PRIVACY, fetch, privacy_request, submitted


def fields(answer: Any) -> set[str]:
    return {detail["fieldName"] for detail in answer.json()["details"]}


def test_a_request_is_accepted_and_queued_under_the_clients_id(call: Caller, control: Control) -> None:
    """`POST` -> **202**, queued; we send our `requestId`."""
    answer = call("POST", PRIVACY, privacy_request())
    assert answer.status_code == 202
    assert (answer.json()["requestId"], answer.json()["status"]) == (MINE, "QUEUED")
    effect = control.effects("privacy_requests")[0]
    assert (effect.action, effect.id, effect.by) == ("create", MINE, "sandbox")


def test_a_request_shows_what_was_asked_for(call: Caller) -> None:
    """`GET .../{requestId}` -> `{requestId, status, downloadUrl, failureReason, ...}`."""
    submitted(call)
    shown = call("GET", f"{PRIVACY}/{MINE}").json()
    assert privacy_request().items() <= shown.items()
    assert set(shown) - set(privacy_request()) == {"status", "createdDate", "modifiedDate"}


def test_the_same_request_again_answers_the_known_one(call: Caller, control: Control) -> None:
    """Sending a known id again returns the existing request (200) for an equal body."""
    submitted(call)
    control.step_export(MINE)
    again = call("POST", PRIVACY, privacy_request())
    assert (again.status_code, again.json()["status"]) == (200, "PROCESSING")
    assert [effect.action for effect in control.effects(by="sandbox")] == ["create"]


@pytest.mark.parametrize(
    "changes",
    [
        {"callbackUrl": ...},
        {"timeRange": {"start": "2026-10-01T02:00:00+02:00", "end": "2026-10-02T00:00:00Z"}},
        {"request_id": MINE.upper()},
    ],
)
def test_a_body_that_says_the_same_otherwise_is_equal(call: Caller, changes: dict[str, Any]) -> None:
    submitted(call, request_id="aaaaaaaa-1111-4111-8111-111111111111")
    submitted(call)
    assert call("POST", PRIVACY, privacy_request(**changes)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "csv"},
        {"dataTypes": ["transcript"]},
        {"timeRange": {"start": "2026-10-01T00:00:00.000Z", "end": "2026-10-02T00:00:00.001Z"}},
        {"callbackUrl": "https://example.invalid/hook"},
        {"entityType": "user", "dataTypes": ["notes"]},
    ],
)
def test_a_known_id_for_something_else_is_a_conflict(call: Caller, control: Control, changes: dict[str, Any]) -> None:
    """409 for another [body]."""
    submitted(call)
    before = control.objects("privacy_requests")
    assert call("POST", PRIVACY, privacy_request(**changes)).status_code == 409
    assert control.objects("privacy_requests") == before


def test_a_conflict_is_judged_after_the_content(call: Caller) -> None:
    submitted(call)
    assert call("POST", PRIVACY, privacy_request(format="xml")).status_code == 400


@pytest.mark.parametrize("request_id", [None, ...])
def test_without_an_id_the_server_makes_one(call: Caller, request_id: Any) -> None:
    """The seed's prose says the server generates it."""
    made = {submitted(call, request_id=request_id) for _ in range(2)}
    assert len(made) == 2
    assert MINE not in made


def test_a_server_may_ignore_the_clients_id(call: Caller, control: Control) -> None:
    """If the server's differs, record and follow the server's, and find interrupted ones by the list."""
    control.settings(request_ids="server")
    made = {submitted(call) for _ in range(2)}
    assert len(made) == 2
    assert MINE not in made
    assert call("GET", f"{PRIVACY}/{MINE}").status_code == 404
    assert {each["requestId"] for each in call("GET", PRIVACY).json()["entities"]} == made


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entityType": "queue"}, "entityType"),
        ({"entityType": ...}, "entityType"),
        ({"entityType": ["user"]}, "entityType"),
        ({"format": "jsonl"}, "format"),
        ({"format": ...}, "format"),
        ({"format": {}}, "format"),
        ({"dataTypes": []}, "dataTypes"),
        ({"dataTypes": ...}, "dataTypes"),
        ({"dataTypes": "transcript"}, "dataTypes"),
        ({"dataTypes": ["transcript", "voice"]}, "dataTypes[1]"),
        ({"dataTypes": [7]}, "dataTypes[0]"),
        ({"dataTypes": ["transcript", "transcript"]}, "dataTypes[1]"),
        ({"timeRange": ...}, "timeRange"),
        ({"timeRange": {"start": "2026-10-01T00:00:00Z"}}, "timeRange.end"),
        ({"timeRange": {"start": "2026-10-01", "end": "2026-10-02T00:00:00Z"}}, "timeRange.start"),
        ({"timeRange": {"start": "2026-10-01T00:00:00", "end": "2026-10-02T00:00:00Z"}}, "timeRange.start"),
        ({"timeRange": {"start": "2026-02-30T00:00:00Z", "end": "2026-10-02T00:00:00Z"}}, "timeRange.start"),
        ({"timeRange": {"start": 1, "end": "2026-10-02T00:00:00Z"}}, "timeRange.start"),
        ({"timeRange": {"start": "2026-10-02T00:00:00Z", "end": "2026-10-02T00:00:00Z"}}, "timeRange.end"),
        ({"timeRange": {"start": "2026-10-02T00:00:01Z", "end": "2026-10-02T00:00:00Z"}}, "timeRange.end"),
        ({"timeRange": privacy_request()["timeRange"] | {"zone": "UTC"}}, "timeRange.zone"),
        ({"callbackUrl": "ftp://example.invalid/hook"}, "callbackUrl"),
        ({"callbackUrl": "example.invalid"}, "callbackUrl"),
        ({"callbackUrl": "https://"}, "callbackUrl"),
        ({"callbackUrl": "http://[::1"}, "callbackUrl"),
        ({"callbackUrl": "http://a b/"}, "callbackUrl"),
        ({"callbackUrl": ""}, "callbackUrl"),
        ({"callbackUrl": 7}, "callbackUrl"),
        ({"requestId": "mine"}, "requestId"),
        ({"requestId": 7}, "requestId"),
        ({"requestId": MINE + "\n"}, "requestId"),
        ({"priority": 1}, "priority"),
    ],
)
def test_a_violation_is_400_and_names_its_field(
    call: Caller, control: Control, changes: dict[str, Any], field: str
) -> None:
    """Entity matrix; formats json, csv; at least one data type; both ends valid, end after start; http(s)."""
    answer = call("POST", PRIVACY, privacy_request(**changes))
    assert answer.status_code == 400
    assert field in fields(answer)
    assert control.objects("privacy_requests") == []


def test_all_violations_are_named_at_once(call: Caller) -> None:
    answer = call("POST", PRIVACY, {})
    assert {"entityType", "format", "dataTypes", "timeRange"} == fields(answer)


@pytest.mark.parametrize(
    ("entity", "types"),
    [
        ("user", ["profile", "interactions", "notes", "tags"]),
        ("conversation", ["transcript", "metadata", "analytics", "attachments"]),
        ("interaction", ["voice", "chat", "email", "social", "callback"]),
    ],
)
@pytest.mark.parametrize("wire", ["json", "csv"])
def test_the_whole_matrix_is_accepted(call: Caller, entity: str, types: list[str], wire: str) -> None:
    """user: profile, interactions, notes, tags; conversation: transcript, ...; interaction: voice, ..."""
    submitted(call, entityType=entity, dataTypes=types, format=wire)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("2026-10-31T00:00:00.000Z", 202),
        ("2026-10-31T00:00:00.000999Z", 202),
        ("2026-10-31T00:00:00.001Z", 400),
        ("2026-11-01T00:00:00Z", 400),
    ],
)
def test_a_window_has_at_most_thirty_days_to_the_millisecond(call: Caller, end: str, status: int) -> None:
    """At most 30 days (to the millisecond)."""
    window = {"start": "2026-10-01T00:00:00.000Z", "end": end}
    assert call("POST", PRIVACY, privacy_request(timeRange=window)).status_code == status


def test_a_day_is_always_as_long(call: Caller) -> None:
    """30 days between two offsets are 30 days, whatever the wall clocks say."""
    window = {"start": "2026-10-01T00:00:00+02:00", "end": "2026-10-31T00:00:00+01:00"}
    assert call("POST", PRIVACY, privacy_request(timeRange=window)).status_code == 400


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("data:privacy:view", "GET", PRIVACY, 200),
        ("data:privacy:view", "GET", f"{PRIVACY}/{NOBODY}", 404),
        ("data:privacy:view", "POST", PRIVACY, 403),
        ("data:privacy:write", "POST", PRIVACY, 403),
        ("data:privacy:export", "POST", PRIVACY, 403),
        ("data:privacy:write data:privacy:export", "POST", PRIVACY, 202),
        ("data:privacy:write data:privacy:export", "GET", PRIVACY, 403),
        ("data:privacy:write data:privacy:export", "GET", f"{PRIVACY}/{NOBODY}", 403),
    ],
)
def test_each_operation_asks_for_its_scopes(sandbox: Sandbox, scope: str, method: str, path: str, status: int) -> None:
    """`data:privacy:view`, `data:privacy:write`; `data:privacy:export`: the org asks for it on POST too."""
    answer = Caller(sandbox.url, scope=scope)(method, path, privacy_request() if method == "POST" else None)
    assert answer.status_code == status


def test_a_missing_export_scope_is_named(sandbox: Sandbox) -> None:
    answer = Caller(sandbox.url, scope="data:privacy:write")("POST", PRIVACY, privacy_request())
    assert "data:privacy:export" in answer.json()["message"]
    assert "data:privacy:write" not in answer.json()["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_request_is_never_changed(call: Caller, method: str) -> None:
    submitted(call)
    answer = call(method, f"{PRIVACY}/{MINE}", privacy_request())
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("path", [f"{PRIVACY}/{NOBODY}", f"{PRIVACY}/{MINE}/files", f"{PRIVACY}/"])
def test_an_unknown_request_is_404(call: Caller, path: str) -> None:
    submitted(call)
    assert call("GET", path).status_code == 404


def test_the_list_is_paged(call: Caller) -> None:
    """List [X], paged."""
    ids = [submitted(call, request_id=None) for _ in range(3)]
    pages = [call("GET", PRIVACY, params={"pageSize": 2, "pageNumber": number}).json() for number in (1, 2)]
    assert [each["requestId"] for page in pages for each in page["entities"]] == ids
    assert [(page["total"], page["pageCount"]) for page in pages] == [(3, 2), (3, 2)]
    assert "nextUri" not in pages[1]


def test_the_list_says_what_was_asked_for_and_hands_out_no_download(call: Caller, control: Control) -> None:
    """Interrupted ones are found by the list; `downloadUrl` is a secret (it grants the data)."""
    submitted(call)
    control.complete_export(MINE)
    entity = call("GET", PRIVACY).json()["entities"][0]
    assert privacy_request().items() <= entity.items()
    assert entity["status"] == "COMPLETED"
    assert "downloadUrl" not in entity


def test_a_completed_request_has_one_download(call: Caller, control: Control) -> None:
    """`COMPLETED`; one `downloadUrl`, with no checksum, size or lifetime given."""
    submitted(call)
    assert "downloadUrl" not in call("GET", f"{PRIVACY}/{MINE}").json()
    control.complete_export(MINE)
    shown = call("GET", f"{PRIVACY}/{MINE}").json()
    assert fetch(shown["downloadUrl"]).status == 200
    assert not {"checksum", "size", "failureReason", "files"} & set(shown)


def test_a_failed_request_says_why(call: Caller, control: Control) -> None:
    """`FAILED`; `failureReason`."""
    submitted(call)
    control.fail_export(MINE, "The archive is gone.")
    shown = call("GET", f"{PRIVACY}/{MINE}").json()
    assert (shown["status"], shown["failureReason"]) == ("FAILED", "The archive is gone.")
    assert "downloadUrl" not in shown


def test_a_failure_may_give_no_reason(call: Caller, control: Control) -> None:
    submitted(call)
    control.fail_export(MINE)
    assert "failureReason" not in call("GET", f"{PRIVACY}/{MINE}").json()


def test_a_colleague_may_ask_too(call: Caller, control: Control) -> None:
    control.create("privacy_requests", privacy_request(OTHER))
    assert call("GET", f"{PRIVACY}/{OTHER}").json()["status"] == "QUEUED"
    with pytest.raises(SandboxError, match="already"):
        control.create("privacy_requests", privacy_request(OTHER))
    with pytest.raises(SandboxError, match="cannot be changed"):
        control.edit("privacy_requests", OTHER, {"format": "csv"})
    control.delete("privacy_requests", OTHER)
    assert call("GET", f"{PRIVACY}/{OTHER}").status_code == 404
