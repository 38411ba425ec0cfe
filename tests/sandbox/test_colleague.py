"""Edits behind the client's back, at any time or right around one request; "the other writer" of contract §3."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, SandboxError

from .caller import PURPOSES, SCHEMAS, Caller, field, link, purpose, schema


@pytest.fixture
def path(call: Caller) -> str:
    return f"{PURPOSES}/{call.create(PURPOSES, purpose())['id']}"


def edit(**changes: Any) -> dict[str, Any]:
    return {"operation": "patch", "collection": "purposes", **changes}


def test_a_colleagues_edit_right_before_a_write_makes_it_stale(call: Caller, control: Control, path: str) -> None:
    """Mismatch: another administrator updated the object between read and write [4]."""
    edits = [edit(body={"description": "Theirs"})]
    control.fault(f"PUT {PURPOSES}/*", "edit", edits=edits)
    assert call("PUT", path, purpose(), headers={"If-Match": '"1"'}).status_code == 412
    shown = call("GET", path).json()
    assert (shown["description"], shown["version"]) == ("Theirs", 2)
    assert call("PUT", path, purpose(), headers={"If-Match": '"2"'}).status_code == 200


def test_a_colleagues_edit_right_after_a_write_is_not_in_its_answer(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit(body={"description": "Theirs"})], when="after")
    answer = call("PUT", path, purpose(description="Ours")).json()
    assert (answer["description"], answer["version"]) == ("Ours", 2)
    shown = call("GET", path).json()
    assert (shown["description"], shown["version"]) == ("Theirs", 3)


def test_a_colleague_may_delete_what_is_about_to_be_changed(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit(operation="delete")])
    assert call("PUT", path, purpose()).status_code == 404


def test_the_request_that_an_edit_is_tied_to_is_recorded(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit(body={"description": "Theirs"})])
    call("PUT", path, purpose())
    number = control.requests("PUT", path)[0].number
    assert [(e.by, e.before, e.after, e.request) for e in control.effects()[1:]] == [
        ("colleague", 1, 2, number),
        ("sandbox", 2, 3, number),
    ]


def test_each_edit_bumps_the_version_and_is_an_effect(control: Control) -> None:
    """`version` (integer, +1 a write)."""
    control.create("flex_schemas", schema(field("a")))
    control.edit("flex_schemas", "Customer", {"description": "Theirs"})
    created = control.replace("flex_schemas", "Customer", schema(field("b"), name="Client"))
    control.delete("flex_schemas", created["id"])
    effects = [(e.number, e.action, e.name, e.before, e.after, e.by, e.request) for e in control.effects()]
    assert effects == [
        (1, "create", "Customer", None, 1, "colleague", None),
        (2, "replace", "Customer", 1, 2, "colleague", None),
        (3, "replace", "Client", 2, 3, "colleague", None),
        (4, "delete", "Client", 3, None, "colleague", None),
    ]


def test_a_patch_merges_and_null_removes(control: Control) -> None:
    """RFC 7386."""
    control.create("purposes", purpose(residency={"a": 1, "b": 2}), force=True)
    patched = control.edit("purposes", "Support", {"residency": {"a": None, "c": 3}, "isActive": False})
    assert patched["residency"] == {"b": 2, "c": 3}
    assert patched["isActive"] is False
    assert patched["description"] == "Why"


def test_a_colleague_is_under_the_rules_of_the_platform(control: Control) -> None:
    target = control.create("flex_schemas", schema(field("a")))
    control.create("flex_schemas", schema(link("to", target["id"]), name="Contract"))
    control.put_records("Customer", [{"a": "x"}])
    with pytest.raises(SandboxError, match="still referenced by Contract"):
        control.delete("flex_schemas", "Customer")
    with pytest.raises(SandboxError, match="values do not convert"):
        control.edit("flex_schemas", "Customer", {"fields": [field("a", "number")]})
    with pytest.raises(SandboxError, match="has the name 'Customer' already"):
        control.create("flex_schemas", schema())


def test_force_leaves_the_rules_out(call: Caller, control: Control) -> None:
    first = control.create("purposes", purpose())
    second = control.create("purposes", purpose(retentionPeriod="for ever"), force=True)
    assert call.names(PURPOSES) == ["Support", "Support"]
    assert call("GET", f"{PURPOSES}/{second['id']}").json()["retentionPeriod"] == "for ever"
    control.edit("purposes", first["id"], {"legalBasis": 7}, force=True)
    assert call("GET", f"{PURPOSES}/{first['id']}").json()["legalBasis"] == 7
    target = control.create("flex_schemas", schema())
    control.create("flex_schemas", schema(link("to", target["id"]), name="Contract"))
    control.delete("flex_schemas", target["id"], force=True)
    assert call.names(SCHEMAS) == ["Contract"]


def test_a_name_is_free_again_when_its_bearer_has_another_or_is_gone(call: Caller, control: Control) -> None:
    """Names are unique in an org [X] (409)."""
    control.create("purposes", purpose())
    control.edit("purposes", "Support", {"name": "Sales"})
    assert call("POST", PURPOSES, purpose()).status_code == 201
    control.delete("purposes", "Sales")
    assert call("POST", PURPOSES, purpose("Sales")).status_code == 201
    assert call("POST", PURPOSES, purpose("Sales")).status_code == 409


def test_a_colleagues_change_of_fields_goes_for_the_records_too(control: Control) -> None:
    """What is not sent is removed, with its data."""
    control.create("flex_schemas", schema(field("a"), field("b")))
    control.put_records("Customer", [{"a": "x", "b": "y"}])
    control.edit("flex_schemas", "Customer", {"fields": [field("b")]})
    assert [record["values"] for record in control.records("Customer")] == [{"b": "y"}]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (edit(target="nobody", body={}), "nothing in purposes has the id or the name 'nobody'"),
        (edit(target="Support"), "patch needs a body"),
        (edit(operation="delete", target="Support", body={}), "delete takes no body"),
        (edit(operation="rename", body={}), "'create' or 'replace'"),
        (edit(collection="queues", body={}), "'purposes' or 'flex_schemas'"),
        (edit(body=[]), "a mapping or null is wanted"),
    ],
)
def test_an_edit_that_cannot_be_made_is_refused(control: Control, content: dict[str, Any], says: str) -> None:
    with pytest.raises(SandboxError, match=says):
        control._call("POST", "edits", content)
    assert control.effects() == []
