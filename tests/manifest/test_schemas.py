"""The schemas for editors."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema
import jsonschema_rs
import pytest
from reconciler.kinds import KINDS
from reconciler.manifest import all_schemas, document_schema, project_schema
from reconciler.manifest.envelope import manifest_schema
from reconciler.manifest.reader import read
from reconciler.model.values import Json

from .builders import kind

SCHEMAS = all_schemas(KINDS)
GADGET = document_schema(kind())


def admits(schema: Json, text: str) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(
        read("f", text.encode())[0][0].value
    )


def gadget(spec: str) -> str:
    return f"apiVersion: reconciler/v1\nkind: Gadget\nmetadata: {{name: a}}\nspec: {spec}\n"


def described(schema: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every property of a schema, with its path."""
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", part
        yield from described(part, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from described(schema[keyword], f"{path}.{keyword}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def test_there_is_a_file_for_each_kind_the_project_what_is_archived_and_mixed_files() -> None:
    kinds = {f"{name.lower()}.schema.json" for name in KINDS}
    assert set(SCHEMAS) == kinds | {"archive.schema.json", "manifest.schema.json", "reconciler.schema.json"}


@pytest.mark.parametrize("each", KINDS.values(), ids=KINDS)
def test_a_kinds_example_is_admitted(each: Json) -> None:
    assert admits(document_schema(each), each.example)


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "manifest.schema.json"])
def test_every_property_has_a_title_and_a_description(name: str) -> None:
    bare = [path for path, part in described(SCHEMAS[name]) if not {"title", "description"} <= part.keys()]
    # What stands in alternatives is described by the property that has them.
    assert bare == []


@pytest.mark.parametrize(
    "spec",
    [
        "{colour: '${values.tone}'}",
        "{colour: red, note: '${values.a.b}'}",
        "{colour: red, count: '${values.n}'}",
        "{colour: red, active: '${values.flag}'}",
        "{colour: red, period: '${values.days}'}",
        "{colour: red, tags: ['${values.tag}']}",
        "{colour: red, parts: [{name: a, weight: '${values.w}'}]}",
        "{colour: red, tags: '${values.tags}'}",
        "{colour: red, parts: '${values.parts}'}",
        "{colour: red, parts: ['${values.part}']}",
    ],
)
def test_a_placeholder_may_stand_for_a_value(spec: str) -> None:
    assert admits(GADGET, gadget(spec))
    assert spec.count("note") or not admits(manifest_schema(kind()), gadget(spec)) or "tag" in spec


@pytest.mark.parametrize(
    "spec",
    [
        "{colour: '${values.tone} and more'}",
        "{colour: '${other.tone}'}",
        "{colour: red, tags: '${values.tags} and more'}",
        "'${values.spec}'",
        "{colour: rde}",
        "{colour: red, zzz: 1}",
    ],
)
def test_a_placeholder_stands_for_a_whole_value_only(spec: str) -> None:
    assert not admits(GADGET, gadget(spec))


def test_names_are_not_substituted() -> None:
    assert not admits(GADGET, gadget("{colour: red}").replace("name: a", "name: '${values.a}'"))


def test_a_name_that_the_loader_fills_in_is_not_required() -> None:
    schema = {"type": "object", "required": ["name", "note"], "properties": {"name": {"type": "string"}}}
    assert document_schema(kind(schema=schema))["properties"]["spec"]["required"] == ["note"]


def test_definitions_admit_placeholders_too() -> None:
    schema = {
        "$defs": {"tone": {"type": "string", "enum": ["red"]}},
        "type": "object",
        "properties": {"colour": {"$ref": "#/$defs/tone"}},
    }
    assert admits(document_schema(kind(schema=schema)), gadget("{colour: '${values.x}'}"))


def test_mixed_files_are_judged_by_kind() -> None:
    registry = jsonschema_rs.Registry([(f"https://schemas.invalid/{name}", schema) for name, schema in SCHEMAS.items()])
    mixed = {"$id": "https://schemas.invalid/manifest.schema.json", **SCHEMAS["manifest.schema.json"]}
    validator = jsonschema_rs.Draft202012Validator(mixed, registry=registry)
    purpose = read("f", KINDS["Purpose"].example.encode())[0][0].value
    assert validator.is_valid(purpose)
    assert validator.is_valid({"removed": [{"address": "Purpose/x"}]})
    assert not validator.is_valid({**purpose, "kind": "Unknown"})
    assert not validator.is_valid({**purpose, "spec": {}})
    assert not validator.is_valid({"removed": [{}]})


def test_the_project_schema_admits_a_project() -> None:
    assert admits(project_schema(KINDS), "apiVersion: reconciler/v1\nkind: Project\nledger: x.db\n")
    assert not admits(project_schema(KINDS), "apiVersion: reconciler/v1\nkind: Project\nledgr: x.db\n")


def test_the_loaders_schemas_are_left_as_they_were() -> None:
    assert document_schema(kind()) == GADGET
