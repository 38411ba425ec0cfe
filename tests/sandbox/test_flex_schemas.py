"""Contract §3, what seed [4] says of flex schemas: whole replacement, the optimistic lock, field definitions."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import SCHEMAS, Caller, field, link, schema


@pytest.fixture
def created(call: Caller) -> dict[str, Any]:
    return call.create(SCHEMAS, schema(field("a"), field("b", "number")))


@pytest.fixture
def path(created: dict[str, Any]) -> str:
    return f"{SCHEMAS}/{created['id']}"


def test_a_put_replaces_the_whole_list_of_fields(call: Caller, path: str) -> None:
    """PUT replaces the whole `fields` list: what is not sent is removed."""
    answer = call("PUT", path, schema(field("c"), version=1))
    assert answer.status_code == 200
    assert answer.json()["fields"] == [{"name": "c", "type": "string", "required": False}]
    assert answer.json() == call("GET", path).json()


def test_a_version_is_added_with_every_write(call: Caller, path: str) -> None:
    """`version` (integer, +1 a write)."""
    assert [call("PUT", path, schema()).json()["version"] for _ in range(3)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("condition", "version", "status"),
    [
        ('"2"', 2, 200),
        ('"2"', None, 200),
        (None, 2, 200),
        (None, None, 200),
        ('"1"', 2, 409),
        ('"1"', 1, 409),
        ('W/"2"', 2, 409),
        ('"2"', 1, 409),
        (None, 1, 409),
        (None, 3, 409),
        ('"2"', "2", 400),
        ('"2"', True, 400),
        ("2", 2, 400),
    ],
)
def test_a_stale_writer_gets_409(call: Caller, path: str, condition: str | None, version: Any, status: int) -> None:
    """`PUT` with `If-Match: "<version>"`; mismatch is 409 [4]. The body carries `version` too."""
    call("PUT", path, schema(field("a")))
    body = schema(field("z")) | ({} if version is None else {"version": version})
    assert call("PUT", path, body, headers={"If-Match": condition}).status_code == status
    assert call("GET", path).json()["fields"][0]["name"] == ("z" if status == 200 else "a")


def test_a_get_has_the_version_as_etag(call: Caller, path: str) -> None:
    """`If-Match: "<version>"`."""
    assert call("GET", path).headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"description": 7}, "description"),
        ({"fields": None}, "fields"),
        ({"fields": {}}, "fields"),
        ({"manifest": "key"}, "manifest"),
    ],
)
def test_a_malformed_schema_is_400(call: Caller, path: str, changes: dict[str, Any], place: str) -> None:
    """400 malformed or violates a constraint [0][1]."""
    answer = call("PUT", path, schema() | changes)
    assert answer.status_code == 400
    assert [detail["fieldName"] for detail in answer.json()["details"]] == [place]


@pytest.mark.parametrize("kind", ["string", "number", "boolean", "date"])
def test_each_type_of_field_is_taken(call: Caller, kind: str) -> None:
    """Field: `name`, `type` (`string`, `number`, `boolean`, `date`, `relationship`), `required`, `options[]`."""
    sent = field("a", kind, required=True, options=["x", 1, 1.5, True])
    assert call.create(SCHEMAS, schema(sent))["fields"] == [sent]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (field("a", "text"), "fields[0].type"),
        (field("a", "String"), "fields[0].type"),
        (field("a", ["string"]), "fields[0].type"),
        ({"name": "a"}, "fields[0].type"),
        ({"type": "string"}, "fields[0].name"),
        (field(""), "fields[0].name"),
        (field(7), "fields[0].name"),  # type: ignore[arg-type]
        ("a", "fields[0]"),
        (field("a", required="yes"), "fields[0].required"),
        (field("a", options="x"), "fields[0].options"),
        (field("a", options=[None]), "fields[0].options"),
        (field("a", options=["x", "x"]), "fields[0].options"),
        (field("a", personalData=True), "fields[0].personalData"),
        (field("a", "relationship"), "fields[0].relationship"),
        (field("a", "relationship", relationship="x"), "fields[0].relationship"),
        (link("a", "none"), "fields[0].relationship.schemaId"),
        (link("a", None), "fields[0].relationship.schemaId"),  # type: ignore[arg-type]
        (link("a", "self", ""), "fields[0].relationship.fieldName"),
        (link("a", "self", None), "fields[0].relationship.fieldName"),  # type: ignore[arg-type]
        (field("a", "relationship", relationship={"schemaId": "self"}), "fields[0].relationship.fieldName"),
        (
            field("a", "relationship", relationship={"schemaId": "self", "fieldName": "id", "many": True}),
            "fields[0].relationship.many",
        ),
    ],
)
def test_a_field_definition_that_violates_a_constraint_is_422(
    call: Caller, created: dict[str, Any], path: str, wrong: Any, place: str
) -> None:
    """422 field definitions violate constraints: invalid type, missing required property, duplicate field name [4]."""
    relationship = wrong.get("relationship") if isinstance(wrong, dict) else None
    if isinstance(relationship, dict) and relationship.get("schemaId") == "self":
        wrong = wrong | {"relationship": relationship | {"schemaId": created["id"]}}
    answer = call("PUT", path, schema(wrong))
    assert answer.status_code == 422
    assert [detail["fieldName"] for detail in answer.json()["details"]] == [place]


def test_a_field_name_twice_is_422(call: Caller, path: str) -> None:
    """Field names unique."""
    assert call("PUT", path, schema(field("a"), field("a", "number"))).status_code == 422
    assert call("PUT", path, schema(field("a"), field("A"))).status_code == 200


def test_a_schema_has_100_fields_at_most(call: Caller, path: str) -> None:
    """Hard limit: 100 fields a schema."""
    fields = [field(f"f{n}") for n in range(101)]
    assert call("PUT", path, schema(*fields)).status_code == 422
    assert call("PUT", path, schema(*fields[:100])).status_code == 200


def test_every_violation_is_named_at_once(call: Caller, path: str) -> None:
    """`details[]`, `errors[]`."""
    answer = call("PUT", path, schema(field("a", "text"), field("a"), link("c", "none", "")))
    assert [detail["fieldName"] for detail in answer.json()["details"]] == [
        "fields[0].type",
        "fields[1].name",
        "fields[2].relationship.schemaId",
        "fields[2].relationship.fieldName",
    ]


def test_a_refused_put_changes_nothing(call: Caller, created: dict[str, Any], path: str) -> None:
    call("PUT", path, schema(field("a", "text")))
    assert call("GET", path).json() == created


def test_schemas_may_point_at_themselves_and_at_each_other(call: Caller, created: dict[str, Any], path: str) -> None:
    """Self-reference and mutual reference are legal."""
    other = call.create(SCHEMAS, schema(link("to", created["id"]), name="Contract"))
    fields = (link("self", created["id"], "a"), link("back", other["id"], "whatever"))
    assert call("PUT", path, schema(*fields)).status_code == 200


def test_what_a_field_shows_it_also_takes_back(call: Caller, control: Any, created: dict[str, Any], path: str) -> None:
    """PUT replaces the whole `fields` list: a newer platform's property of a field can be kept."""
    control.edit("flex_schemas", created["id"], {"fields": [field("a", indexed=True, required=False)]}, force=True)
    assert call("PUT", path, schema(field("a", indexed=True))).status_code == 200
    assert call("PUT", path, schema(field("b", indexed=True))).status_code == 422
