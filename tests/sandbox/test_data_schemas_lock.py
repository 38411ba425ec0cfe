"""Published API §1.6, §4.4 and §4.6: the version in the body, deleting, and what is left of a deleted schema."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control

from .caller import Caller
from .schemas import (
    BASES,
    CONTACTS,
    DELETABLE,
    EVENTS,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    Schemas,
    code,
    document,
    named,
    text,
)


@pytest.fixture(params=BASES, ids=named)
def schemas(request: pytest.FixtureRequest, call: Caller) -> Schemas:
    return Schemas(call, request.param)


@pytest.mark.parametrize("version", [None, 1, 3, 99])
def test_a_stale_or_missing_version_is_409(schemas: Schemas, version: int | None) -> None:
    """409 version.conflict: stale or missing version."""
    created = schemas.create(document())
    schemas.put(created["id"], 1, document())
    answer = schemas.put(created["id"], version, document("Other"))
    assert (answer.status_code, answer.json()["code"]) == (409, "dynamic.schema.version.conflict")
    shown = schemas.get(created["id"]).json()
    assert (shown["version"], shown["jsonSchema"]["title"]) == (2, "Ticket")


def test_a_stale_version_may_be_400_with_nothing_but_a_message(schemas: Schemas, control: Control) -> None:
    """May be 400 whose message says it does not match the current version (§1.6.2)."""
    control.settings(schema_conflict=400)
    answer = schemas.put(schemas.create(document())["id"], 7, document())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")
    assert "does not match the current version" in answer.json()["message"]


@pytest.mark.parametrize("version", ["1", 1.0, True])
def test_a_version_is_a_whole_number(schemas: Schemas, version: Any) -> None:
    assert schemas.put(schemas.create(document())["id"], version, document()).status_code == 400


def test_a_stale_writer_hears_of_that_before_his_mistakes(schemas: Schemas) -> None:
    """The lock is judged before the content."""
    created = schemas.create(document(a=text(schemas.base)))
    path = created["selfUri"]
    for body in ({"version": 9}, {"version": 9, "jsonSchema": "x", "foo": 1}, {"version": 9, "jsonSchema": document()}):
        assert schemas.call("PUT", path, body).status_code == 409
    assert schemas.call("PUT", path, {"version": 1, "jsonSchema": "x", "foo": 1}).status_code == 400


def test_every_put_is_a_new_version_even_one_that_changes_nothing(schemas: Schemas) -> None:
    """+1 per PUT; each toggle increments version."""
    created = schemas.create(document())
    for version, enabled in ((1, True), (2, False), (3, False), (4, True)):
        assert schemas.put(created["id"], version, document(), enabled=enabled).json()["version"] == version + 1


def test_if_match_is_nothing_here(schemas: Schemas, control: Control) -> None:
    """No ETags outside SCIM; nor is the version hidden where other collections have no locking."""
    control.settings(locking="none")
    created = schemas.create(document())
    headers = {"If-Match": '"99"'}
    body = {"version": 1, "enabled": True, "jsonSchema": document()}
    answer = schemas.call("PUT", created["selfUri"], body, headers=headers)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert "ETag" not in answer.headers
    assert "ETag" not in schemas.get(created["id"]).headers


@pytest.mark.parametrize("base", DELETABLE, ids=named)
def test_a_deleted_schema_is_no_longer_listed_nor_written(call: Caller, base: Base) -> None:
    """DELETE 204; PUT and DELETE of a deleted one are 404."""
    schemas = Schemas(call, base)
    created = schemas.create(document())
    deleted = schemas.delete(created["id"])
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert schemas.get().json()["entities"] == []
    assert schemas.put(created["id"], 1, document()).status_code == 404
    assert schemas.delete(created["id"]).status_code == 404


@pytest.mark.parametrize("base", [WORKITEMS, RULES], ids=named)
def test_a_deleted_schema_may_still_be_read(call: Caller, control: Control, base: Base) -> None:
    """GET by id keeps answering 200 after delete, with `deleted: true` (§4.6), or 404 = gone."""
    schemas = Schemas(call, base)
    created = schemas.create(document())
    shown = schemas.get(created["id"]).json()
    schemas.delete(created["id"])
    assert schemas.get(created["id"]).json() == shown | {"deleted": True}
    assert schemas.get(f"{created['id']}/versions/1").status_code == 200
    control.settings(deleted_schemas="gone")
    assert schemas.get(created["id"]).status_code == schemas.get(f"{created['id']}/versions").status_code == 404


@pytest.mark.parametrize("base", [CONTACTS, EVENTS, USERS], ids=named)
def test_in_other_bases_a_deleted_schema_is_gone(call: Caller, control: Control, base: Base) -> None:
    """After delete GET: [U], so the plain 404."""
    control.settings(list_deleted_schemas=True)
    schemas = Schemas(call, base)
    created = schemas.create(document())
    schemas.delete(created["id"])
    assert schemas.get(created["id"]).status_code == schemas.get(f"{created['id']}/versions").status_code == 404
    assert schemas.get().json()["entities"] == []


@pytest.mark.parametrize("base", [WORKITEMS, RULES], ids=named)
def test_lists_may_show_deleted_schemas(call: Caller, control: Control, base: Base) -> None:
    """Whether the list hides deleted schemas is [U]."""
    control.settings(list_deleted_schemas=True)
    schemas = Schemas(call, base)
    schemas.delete(schemas.create(document("One"))["id"])
    schemas.create(document("Two"))
    listed = schemas.get().json()["entities"]
    assert {each["jsonSchema"]["title"]: each["deleted"] for each in listed} == {"One": True, "Two": False}


@pytest.mark.parametrize("base", DELETABLE, ids=named)
def test_deleting_may_be_forbidden(call: Caller, control: Control, base: Base) -> None:
    """403 `feature.forbidden` (feature toggle)."""
    schemas = Schemas(call, base)
    created = schemas.create(document())
    control.settings(deletion_forbidden=[base.collection])
    refused = schemas.delete(created["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "feature.forbidden")
    assert schemas.get(created["id"]).json()["version"] == 1


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (WORKITEMS, "workitem.schema.cannot.be.deleted"),
        (RULES, "businessrules.schema.used.cannot.be.deleted"),
        (CONTACTS, "request.conflict"),
    ],
)
def test_what_is_in_use_cannot_be_deleted(call: Caller, control: Control, base: Base, expected: str) -> None:
    """409 `workitem.schema.cannot.be.deleted` (worktypes use it), `businessrules.schema.used.cannot.be.deleted`."""
    schemas = Schemas(call, base)
    created = schemas.create(document())
    control.use(base.collection, "Ticket", "Incidents")
    refused = schemas.delete(created["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, expected)
    assert "Incidents" in refused.json()["message"]
    assert code(schemas.put(created["id"], 1, document(), enabled=False)) == ""
    control.release(base.collection, created["id"])
    assert schemas.delete(created["id"]).status_code == 204
