"""Contract §2, what it marks [X]: creating, reading by id, deleting, unique names, `P<n>D`, locking by version."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control

from .caller import PURPOSES, Caller, purpose


@pytest.fixture
def path(call: Caller) -> str:
    return f"{PURPOSES}/{call.create(PURPOSES, purpose())['id']}"


def test_a_created_purpose_is_at_version_1(call: Caller) -> None:
    """`POST` [X]; `version` in each entity."""
    created = call.create(PURPOSES, purpose())
    assert created == purpose() | {
        "id": created["id"],
        "diversionIds": [],
        "createdDate": "2026-11-01T12:00:00.000Z",
        "modifiedDate": "2026-11-01T12:00:00.000Z",
        "version": 1,
    }
    assert call("GET", f"{PURPOSES}/{created['id']}").json() == created
    assert call("GET", PURPOSES).json()["entities"] == [created]


def test_the_server_gives_the_id(call: Caller) -> None:
    """Server-owned: `id`, ... `version` [X]."""
    created = call.create(PURPOSES, purpose(id="mine", version=9))
    assert created["id"] != "mine"
    assert created["version"] == 1


@pytest.mark.parametrize(("sent", "shown"), [("30d", "30d"), ("P30D", "30d"), ("007d", "7d"), ("P0365D", "365d")])
def test_a_retention_is_answered_in_days(call: Caller, sent: str, shown: str) -> None:
    """The org also takes `P<n>D` [X] and answers with `<n>d`."""
    assert call.create(PURPOSES, purpose(retentionPeriod=sent))["retentionPeriod"] == shown


def test_a_second_purpose_of_a_name_is_409(call: Caller, path: str) -> None:
    """Names are unique in an org [X] (409)."""
    other = call.create(PURPOSES, purpose("Sales"))
    assert call("POST", PURPOSES, purpose()).status_code == 409
    assert call("PUT", f"{PURPOSES}/{other['id']}", purpose()).status_code == 409
    assert call("PUT", path, purpose()).status_code == 200


def test_a_deleted_purpose_is_gone(call: Caller, path: str) -> None:
    """`DELETE` 204 [X]; 404 gone."""
    deleted = call("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert call("GET", path).status_code == call("DELETE", path).status_code == 404
    assert call.names(PURPOSES) == []


def test_get_and_put_answer_with_the_version_as_etag(call: Caller, path: str) -> None:
    """ETag `"<version>"` on GET and PUT answers."""
    assert call("GET", path).headers["ETag"] == '"1"'
    answer = call("PUT", path, purpose())
    assert (answer.headers["ETag"], answer.json()["version"]) == ('"2"', 2)


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"2"', 200),
        ('"1", "2"', 200),
        ("*", 200),
        (None, 200),
        ('"1"', 412),
        ('"3"', 412),
        ('""', 412),
        ('W/"2"', 412),
        ("2", 400),
        ('"2', 400),
    ],
)
def test_if_match_is_honoured_on_put(call: Caller, path: str, condition: str | None, status: int) -> None:
    """`If-Match` honoured on PUT and DELETE (412). Strong comparison: gateways weaken tags, and those never match."""
    call("PUT", path, purpose(description="Second"))
    answer = call("PUT", path, purpose(description="Third"), headers={"If-Match": condition})
    assert answer.status_code == status
    assert call("GET", path).json()["description"] == ("Third" if status == 200 else "Second")


@pytest.mark.parametrize(("condition", "status"), [('"1"', 204), (None, 204), ('"2"', 412), ('W/"1"', 412), ("1", 400)])
def test_if_match_is_honoured_on_delete(call: Caller, path: str, condition: str | None, status: int) -> None:
    """`If-Match` honoured on PUT and DELETE (412)."""
    assert call("DELETE", path, headers={"If-Match": condition}).status_code == status
    assert call("GET", path).status_code == (404 if status == 204 else 200)


def test_the_version_in_a_body_is_no_lock_here(call: Caller, path: str) -> None:
    """Locking: `If-Match`; `version` is server-owned."""
    assert call("PUT", path, purpose(version=99)).json()["version"] == 2


def test_a_stale_writer_hears_of_that_before_his_mistakes(call: Caller, path: str) -> None:
    """RFC 9110 §13.2.1: preconditions come before the content."""
    assert call("PUT", path, {}, headers={"If-Match": '"7"'}).status_code == 412
    assert call("PUT", f"{PURPOSES}/none", {}, headers={"If-Match": '"7"'}).status_code == 404


def test_an_organisation_without_locking_shows_no_version(call: Caller, path: str, control: Control) -> None:
    """An org that shows neither version nor ETag: read again, compare, write, read back."""
    control.settings(locking="none")
    shown: list[Any] = [call("GET", path), call("PUT", path, purpose(), headers={"If-Match": '"99"'})]
    assert [answer.status_code for answer in shown] == [200, 200]
    assert all("ETag" not in answer.headers and "version" not in answer.json() for answer in shown)
    assert "version" not in call("GET", PURPOSES).json()["entities"][0]
    assert "version" not in call("POST", PURPOSES, purpose("Sales")).json()
    assert call("DELETE", path, headers={"If-Match": "malformed"}).status_code == 204
    assert [(effect.before, effect.after) for effect in control.effects()][:2] == [(None, 1), (1, 2)]


def test_a_gateway_may_weaken_the_etag(call: Caller, path: str, control: Control) -> None:
    """Build If-Match from the version number, not from an echoed ETag (gateways weaken them)."""
    control.settings(etags="weak")
    echoed = call("GET", path).headers["ETag"]
    assert echoed == 'W/"1"'
    assert call("PUT", path, purpose(), headers={"If-Match": echoed}).status_code == 412
    assert call("PUT", path, purpose(), headers={"If-Match": '"1"'}).status_code == 200


def test_a_gateway_may_strip_the_etag(call: Caller, path: str, control: Control) -> None:
    control.settings(etags="stripped")
    answer = call("GET", path)
    assert "ETag" not in answer.headers
    assert answer.json()["version"] == 1
