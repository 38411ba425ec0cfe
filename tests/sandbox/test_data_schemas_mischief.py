"""Data schemas under everything that goes wrong elsewhere: normalisation, colleagues, late effects, loaded states."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .schemas import (
    BASES,
    CONTACTS,
    CONVERSATIONS,
    DRAFT_04,
    EVENTS,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    Schemas,
    document,
    enum,
    integer,
    named,
    text,
)


@pytest.fixture(params=BASES, ids=named)
def schemas(request: pytest.FixtureRequest, call: Caller) -> Schemas:
    return Schemas(call, request.param)


# What the server makes of a document.


def test_keys_come_back_in_another_order(schemas: Schemas) -> None:
    """Server-side key reordering (§4.6: properties are compared semantically)."""
    sent = document(required=["b", "a"], b=integer(title="B"), a=integer(title="A"))
    shown = schemas.create(sent)["jsonSchema"]
    assert list(shown["properties"]) == shown["required"] == ["a", "b"]
    assert list(shown["properties"]["a"]) == ["allOf", "maximum", "minimum", "title"]
    assert list(shown["properties"]["a"]) != list(sent["properties"]["a"])


def test_options_keep_their_order(schemas: Schemas) -> None:
    shown = schemas.create(document(x=enum("b", "a")))["jsonSchema"]
    assert shown["properties"]["x"]["enum"] == ["b", "a"]


@pytest.mark.parametrize(
    ("base", "added"), [(WORKITEMS, True), (CONTACTS, True), (USERS, False), (EVENTS, False), (RULES, False)]
)
def test_options_may_get_a_member(call: Caller, base: Base, added: bool) -> None:
    """`_disabled` is seen only in `_enumProperties`."""
    shown = Schemas(call, base).create(document(x=enum("a")))["jsonSchema"]["properties"]["x"]["_enumProperties"]
    assert shown == {"a": {"title": "A"} | ({"_disabled": False} if added else {})}


def test_a_document_may_get_members_that_its_model_has(schemas: Schemas, control: Control) -> None:
    """Server-added keys (§4.6); the documents of journey and conversation have no `type` (SDK)."""
    bare = schemas.base in (EVENTS, CONVERSATIONS)
    known = {"$schema", "title", "properties"}
    assert set(schemas.create(document("One"))["jsonSchema"]) == known | (set() if bare else {"type"})
    control.settings(schema_adds=["type", "additionalProperties", "required"])
    added = {"type": "object", "additionalProperties": False, "required": []}
    shown = schemas.create(document("Two"))
    assert shown["jsonSchema"] == document("Two") | ({"required": []} if bare else added)
    assert schemas.put(shown["id"], 1, document("Two")).json()["jsonSchema"] == shown["jsonSchema"]
    control.settings(schema_adds=[])
    assert schemas.create(document("Three"))["jsonSchema"] == document("Three")


# What somebody else does.


def test_a_colleague_edits_under_the_rules(schemas: Schemas, control: Control) -> None:
    """In every base as `{enabled, jsonSchema}`."""
    name = schemas.base.collection
    created = control.create(name, {"jsonSchema": document(a=text(schemas.base)), "enabled": False})
    assert (created["enabled"], created["createdBy"]["id"]) == (True, "colleague")
    patched = control.edit(name, "Ticket", {"enabled": False, "jsonSchema": {"title": "Case"}})
    assert (patched["version"], patched["enabled"], patched["jsonSchema"]["title"]) == (2, False, "Case")
    with pytest.raises(SandboxError, match="cannot be removed"):
        control.edit(name, "Case", {"jsonSchema": {"properties": {"a": None}}})
    with pytest.raises(SandboxError, match="enabled must be true or false"):
        control.edit(name, "Case", {"enabled": "yes"})
    with pytest.raises(SandboxError, match="must be an object"):
        control.create(name, {"title": "x"})
    assert schemas.get(created["id"]).json()["version"] == 2
    control.delete(name, "Case")
    assert [(each.action, each.name, each.after) for each in control.effects(name)] == [
        ("create", "Ticket", 1),
        ("replace", "Case", 2),
        ("delete", "Case", None),
    ]


def test_force_leaves_the_rules_out(schemas: Schemas, control: Control) -> None:
    name = schemas.base.collection
    created = control.create(
        name, {"jsonSchema": {"title": "Odd", "properties": {"x": {}}}, "enabled": False}, force=True
    )
    assert schemas.get(created["id"]).json()["enabled"] is False
    control.edit(name, "Odd", {"jsonSchema": {"properties": None}}, force=True)
    shown = schemas.get(created["id"]).json()
    assert (shown["version"], shown["jsonSchema"]) == (2, {"title": "Odd"})
    assert schemas.put(created["id"], 2, document("Fine")).status_code == 200


@pytest.mark.parametrize(
    "left",
    [{"enum": 1, "minimum": "x"}, {"items": {"minLength": "x"}}, {"_enumProperties": 1, "maximum": None}],
)
def test_what_force_left_behind_does_not_break_the_rules(call: Caller, control: Control, left: dict[str, Any]) -> None:
    bent = {"jsonSchema": {"title": "Odd", "required": 7, "properties": {"x": integer() | left}}}
    created = control.create("workitem_schemas", bent, force=True)
    assert Schemas(call, WORKITEMS).put(created["id"], 1, document("Fine", x=integer())).status_code == 200


def test_a_colleagues_edit_right_before_a_write_makes_it_stale(schemas: Schemas, control: Control) -> None:
    """409 version.conflict."""
    created = schemas.create(document())
    edit = {"operation": "patch", "collection": schemas.base.collection, "body": {"jsonSchema": {"title": "Theirs"}}}
    control.fault(f"PUT {schemas.base.path}/*", "edit", edits=[edit])
    assert schemas.put(created["id"], 1, document()).status_code == 409
    assert schemas.get(created["id"]).json()["jsonSchema"]["title"] == "Theirs"


def test_a_schema_may_come_into_use_right_before_it_is_deleted(call: Caller, control: Control) -> None:
    """409 `workitem.schema.cannot.be.deleted`."""
    schemas = Schemas(call, WORKITEMS)
    created = schemas.create(document())
    edit = {"operation": "use", "collection": "workitem_schemas", "user": "Incidents"}
    control.fault(f"DELETE {WORKITEMS.path}/*", "edit", edits=[edit])
    assert schemas.delete(created["id"]).status_code == 409
    assert len(control.effects()) == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"operation": "use", "collection": "workitem_schemas", "target": "Ticket"},
        {"operation": "release", "collection": "workitem_schemas", "target": "Ticket", "user": "x"},
        {"operation": "use", "collection": "workitem_schemas", "target": "Ticket", "user": "x", "body": {}},
        {"operation": "use", "collection": "workitem_schemas", "target": "none", "user": "x"},
    ],
)
def test_a_use_that_does_not_add_up_is_refused(call: Caller, control: Control, edit: dict[str, Any]) -> None:
    Schemas(call, WORKITEMS).create(document())
    with pytest.raises(SandboxError):
        control._call("POST", "edits", edit)


# What comes late, shifts, or is never answered.


def test_an_update_may_become_visible_later(schemas: Schemas, control: Control) -> None:
    created = schemas.create(document())
    control.fault(f"PUT {schemas.base.path}/*", "late", seconds=10)
    schemas.put(created["id"], 1, document("Case"))
    path = created["id"]
    assert schemas.get(path).json()["version"] == 1
    assert [each["version"] for each in schemas.get(f"{path}/versions").json()["entities"]] == [1]
    assert schemas.get(f"{path}/versions/2").status_code == 404
    assert schemas.put(path, 1, document()).status_code == 409, "the truth is what the lock goes by"
    control.advance(10)
    assert schemas.get(path).json()["version"] == 2
    assert [each["version"] for each in schemas.get(f"{path}/versions").json()["entities"]] == [1, 2]


def test_a_creation_may_become_visible_later(schemas: Schemas, control: Control) -> None:
    control.fault(f"POST {schemas.base.path}", "late", seconds=10)
    created = schemas.create(document())
    assert schemas.get(created["id"]).status_code == 404
    assert schemas.get().json()["entities"] == []
    control.advance(10)
    assert schemas.get(created["id"]).status_code == 200


@pytest.mark.parametrize("base", [WORKITEMS, EVENTS])
def test_a_deletion_may_become_visible_later(call: Caller, control: Control, base: Base) -> None:
    """Poll after delete with bounded backoff."""
    control.settings(list_deleted_schemas=True)
    schemas = Schemas(call, base)
    created = schemas.create(document())
    control.fault(f"DELETE {base.path}/*", "late", seconds=10)
    assert schemas.delete(created["id"]).status_code == 204
    assert not schemas.get(created["id"]).json().get("deleted")
    assert len(schemas.get().json()["entities"]) == 1
    control.advance(10)
    assert schemas.get(created["id"]).json().get("deleted", "gone") == (True if base is WORKITEMS else "gone")


def test_an_update_may_be_cut_off_after_its_effect(schemas: Schemas, control: Control) -> None:
    created = schemas.create(document())
    control.fault(f"PUT {schemas.base.path}/*", "status", status=504, when="after")
    assert schemas.put(created["id"], 1, document("Case")).status_code == 504
    assert schemas.get(created["id"]).json()["version"] == 2


@pytest.mark.parametrize(("by", "titles"), [("swap", ["B", "A moved 3"]), ("delete", ["B"]), ("rotate", ["B", "A"])])
def test_a_list_may_shift(schemas: Schemas, control: Control, by: str, titles: list[str]) -> None:
    name = schemas.base.collection
    for title in ("A", "B"):
        control.create(name, {"jsonSchema": document(title, a=text(schemas.base))})
    control.forget()
    schemas.get()
    control.fault(f"GET {schemas.base.path}", "shift", by=by)
    listed = schemas.get().json()["entities"]
    assert [each["jsonSchema"]["title"] for each in listed] == titles
    assert all(each["jsonSchema"]["properties"] == {"a": text(schemas.base)} for each in listed)
    assert all(each.get("name", title) == title for each, title in zip(listed, titles, strict=True))


def test_a_base_can_have_a_rate_of_its_own(schemas: Schemas, control: Control) -> None:
    control.settings(family_rates={schemas.base.collection: 1})
    assert [schemas.get().status_code, schemas.get("coretypes").status_code] == [200, 429]


# What is kept and loaded.


def test_a_state_with_its_past_goes_out_and_in_again(schemas: Schemas, control: Control) -> None:
    base = schemas.base
    first = schemas.create(document("One", a=text(base)))
    schemas.put(first["id"], 1, document("Two", a=text(base)))
    control.use(base.collection, "Two", "Incidents")
    control.create(base.collection, {"jsonSchema": document("Gone")})
    control.delete(base.collection, "Gone")
    state = control.state()
    with Sandbox.start(load=state) as other:
        assert other.control.state() == state
        loaded = Schemas(Caller(other.url), base)
        shown, versions = loaded.get(first["id"]), loaded.get(f"{first['id']}/versions")
        assert shown.json() == schemas.get(first["id"]).json()
        assert versions.json() == schemas.get(f"{first['id']}/versions").json()
        with pytest.raises(SandboxError, match="Incidents"):
            other.control.delete(base.collection, "Two")
        gone = state[base.collection][1]["id"]
        assert loaded.get(gone).status_code == schemas.get(gone).status_code


def test_a_file_needs_a_document_and_no_more() -> None:
    """Data schemas are written as GET shows them."""
    load = {
        "workitem_schemas": [
            {"id": "t", "version": 7, "jsonSchema": document(), "usedBy": ["Incidents"]},
            {"id": "d", "jsonSchema": document("Old"), "deleted": True},
        ],
        "conversation_schemas": [{"jsonSchema": {"$schema": DRAFT_04, "title": "Call"}, "enabled": False}],
    }
    with Sandbox.start(load=load) as sandbox:
        call = Caller(sandbox.url)
        shown = call("GET", f"{WORKITEMS.path}/t").json()
        assert (shown["version"], shown["name"], shown["enabled"], shown["deleted"]) == (7, "Ticket", True, False)
        assert call("GET", f"{WORKITEMS.path}/d").json()["deleted"] is True
        assert [each["id"] for each in call("GET", WORKITEMS.path).json()["entities"]] == ["t"]
        assert call("DELETE", f"{WORKITEMS.path}/t").status_code == 409
        assert call("GET", CONVERSATIONS.path).json()["entities"][0]["enabled"] is False


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({}, ""),
        ({"jsonSchema": {"properties": {}}}, ""),
        ({"jsonSchema": document() | {"properties": []}}, ".jsonSchema.properties"),
        ({"jsonSchema": document(x=7)}, ".jsonSchema.properties.x"),
        ({"jsonSchema": document(), "enabled": "no"}, ".enabled"),
        ({"jsonSchema": document(), "version": 0}, ".version"),
        ({"jsonSchema": document(), "usedBy": "x"}, ".usedBy"),
        ({"jsonSchema": document(), "versions": [{"version": 1, "jsonSchema": document()}]}, ".versions"),
        ({"jsonSchema": document(), "version": 3, "versions": [{"jsonSchema": 7}]}, ".versions[0]"),
    ],
)
def test_a_schema_that_does_not_fit_is_refused_with_its_place(schema: Any, where: str) -> None:
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load={"user_schemas": [schema]})
    assert refused.value.where.startswith(f"load.user_schemas[0]{where}")
