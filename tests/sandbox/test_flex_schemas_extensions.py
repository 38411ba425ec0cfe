"""Contract §3, what it marks [X] except for migration: creating, deleting, dates, defaults, relationships' place."""

from __future__ import annotations

from reconciler.sandbox import Control

from .caller import SCHEMAS, Caller, field, link, schema


def test_a_created_schema_is_at_version_1(call: Caller) -> None:
    """`POST` [X]; `createdDate`, `modifiedDate` [X]; `required` (default false [X])."""
    created = call.create(SCHEMAS, {"name": "Customer", "fields": [field("a")], "id": "mine", "version": 4})
    assert created == {
        "id": created["id"],
        "name": "Customer",
        "description": "",
        "fields": [{"name": "a", "type": "string", "required": False}],
        "createdDate": "2026-11-01T12:00:00.000Z",
        "modifiedDate": "2026-11-01T12:00:00.000Z",
        "version": 1,
    }
    assert created["id"] != "mine"


def test_the_dates_are_the_servers(call: Caller, control: Control) -> None:
    """`createdDate`, `modifiedDate` [X]."""
    created = call.create(SCHEMAS, schema())
    control.advance(60)
    changed = call("PUT", f"{SCHEMAS}/{created['id']}", schema(createdDate="x", modifiedDate="y")).json()
    assert changed["createdDate"] == created["createdDate"]
    assert changed["modifiedDate"] == "2026-11-01T12:01:00.000Z"


def test_a_relationship_belongs_to_a_relationship_field_only(call: Caller) -> None:
    """`relationship {schemaId, fieldName}` (for type relationship, and only there [X])."""
    target = call.create(SCHEMAS, schema())
    wrong = link("a", target["id"]) | {"type": "string"}
    assert call("POST", SCHEMAS, schema(wrong, name="Contract")).status_code == 422


def test_a_second_schema_of_a_name_is_409(call: Caller) -> None:
    """409: duplicate name [X]."""
    call.create(SCHEMAS, schema())
    other = call.create(SCHEMAS, schema(name="Contract"))
    assert call("POST", SCHEMAS, schema()).status_code == 409
    assert call("PUT", f"{SCHEMAS}/{other['id']}", schema()).status_code == 409


def test_a_schema_that_another_points_at_cannot_be_deleted(call: Caller) -> None:
    """`DELETE .../{id}` [X] (409 while another schema's relationship points at it)."""
    target = call.create(SCHEMAS, schema())
    source = call.create(SCHEMAS, schema(link("to", target["id"]), name="Contract"))
    refused = call("DELETE", f"{SCHEMAS}/{target['id']}")
    assert refused.status_code == 409
    assert "Contract" in refused.json()["message"]
    assert call("DELETE", f"{SCHEMAS}/{source['id']}").status_code == 204
    assert call("DELETE", f"{SCHEMAS}/{target['id']}").status_code == 204


def test_a_schema_that_only_itself_points_at_can_be_deleted(call: Caller) -> None:
    """409 while *another* schema's relationship points at it."""
    created = call.create(SCHEMAS, schema())
    path = f"{SCHEMAS}/{created['id']}"
    assert call("PUT", path, schema(link("self", created["id"]))).status_code == 200
    assert call("DELETE", path).status_code == 204
    assert call("GET", path).status_code == 404


def test_a_stale_deletion_is_409(call: Caller) -> None:
    """Optimistic lock: mismatch is 409 [4]."""
    path = f"{SCHEMAS}/{call.create(SCHEMAS, schema())['id']}"
    assert call("DELETE", path, headers={"If-Match": '"2"'}).status_code == 409
    assert call("DELETE", path, headers={"If-Match": '"1"'}).status_code == 204


def test_without_locking_the_version_in_a_body_is_ignored_too(call: Caller, control: Control) -> None:
    """An org that shows neither version nor ETag."""
    control.settings(locking="none")
    path = f"{SCHEMAS}/{call.create(SCHEMAS, schema())['id']}"
    answer = call("PUT", path, schema(version=99), headers={"If-Match": '"98"'})
    assert answer.status_code == 200
    assert "version" not in answer.json()
