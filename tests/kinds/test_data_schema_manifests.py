"""What a data schema's manifest may say: its JSON Schema, its own checks, what goes without saying."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from reconciler.kinds.data_schema import DATA_SCHEMAS
from reconciler.kinds.data_schema.bases import BASES
from reconciler.kinds.data_schema.explanations import EXPLANATIONS
from reconciler.model.kind import Checkup, Deletion, Kind, Lock, Paging
from reconciler.model.project import Project
from reconciler.model.values import Json

from builders import manifest

from .test_data_schema_wire import BY_NAME

WORKITEM = BY_NAME["WorkitemSchema"]
FIELD = {"key": "a", "type": "text"}


def found(*fields: Json) -> list[tuple[str, str]]:
    stated = manifest("WorkitemSchema", "s", {"fields": list(fields)})
    return [(each.code, each.where.text) for each in WORKITEM.check(Checkup(stated, Project(), {}))]


def accepts(**spec: Json) -> bool:
    return jsonschema.Draft202012Validator(WORKITEM.schema).is_valid(spec)


# Checks.


def test_a_key_that_comes_twice_is_refused_at_the_second() -> None:
    assert found(FIELD, {**FIELD, "key": "A"}, FIELD) == [("DS001", "spec.fields.2.key")]


@pytest.mark.parametrize(
    "pair", [("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"),
             ("itemMinLength", "itemMaxLength")],
    ids=lambda pair: pair[0],
)  # fmt: skip
def test_bounds_that_leave_no_value_are_refused_at_the_least(pair: tuple[str, str]) -> None:
    least, most = pair
    assert found({**FIELD, least: 5, most: 4}) == [("DS002", f"spec.fields.0.{least}")]
    assert found({**FIELD, least: 4, most: 4}) == found({**FIELD, least: 5}) == found({**FIELD, most: 4}) == []


def test_an_option_that_comes_twice_is_refused_however_it_is_spelled() -> None:
    assert found({**FIELD, "options": ["x", "y", {"value": "x", "title": "Other"}]}) == [
        ("DS003", "spec.fields.0.options.2")
    ]


# What goes without saying.


def test_titles_are_keys_unless_stated_and_none_where_they_are_an_option_s_value() -> None:
    stated = manifest("WorkitemSchema", "s", {"fields": [{**FIELD, "options": ["x", {"value": "y", "title": "Y"}]}]})
    assert stated.normal == {
        "name": "s",
        "enabled": True,
        "fields": [
            {
                "key": "a",
                "type": "text",
                "title": "a",
                "required": False,
                "options": [
                    {"value": "x", "disabled": False},
                    {"value": "y", "title": "Y", "disabled": False},
                ],
            }
        ],
    }


# The JSON Schema.


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"fields": {}},
        {"fields": [{"type": "text"}]},
        {"fields": [{"key": "a"}]},
        {"fields": [{**FIELD, "key": ""}]},
        {"fields": [{**FIELD, "key": 7}]},
        {"fields": [{**FIELD, "type": ""}]},
        {"fields": [{**FIELD, "title": ""}]},
        {"fields": [{**FIELD, "minLength": -1}]},
        {"fields": [{**FIELD, "minLength": 1.5}]},
        {"fields": [{**FIELD, "minimum": "1"}]},
        {"fields": [{**FIELD, "required": "yes"}]},
        {"fields": [{**FIELD, "options": []}]},
        {"fields": [{**FIELD, "options": [1]}]},
        {"fields": [{**FIELD, "options": [""]}]},
        {"fields": [{**FIELD, "options": [{"title": "X"}]}]},
        {"fields": [{**FIELD, "options": [{"value": "x", "label": "X"}]}]},
        {"fields": [{**FIELD, "max_length": 1}]},
        {"fields": [FIELD], "enabled": None},
        {"fields": [FIELD], "version": 3},
        {"fields": [FIELD], "name": ""},
    ],
    ids=str,
)
def test_what_the_schema_does_not_take(spec: Json) -> None:
    assert not accepts(**spec)


def test_what_the_schema_takes() -> None:
    assert accepts(fields=[])
    assert accepts(
        fields=[{**FIELD, "minimum": -1.5, "options": ["x", {"value": "y", "disabled": True}]}], enabled=False
    )


# Facts.

DELETION = {
    "Workitem": Deletion.DELETE,
    "Contact": Deletion.DELETE_OR_DISABLE,
    "Organization": Deletion.DISABLE,
    "ExternalEvent": Deletion.DELETE_OR_DISABLE,
    "Conversation": Deletion.DISABLE,
    "User": Deletion.DELETE_OR_DISABLE,
    "BusinessRules": Deletion.DELETE_OR_DISABLE,
}
"""Published API §4.1 and §4.4."""


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_the_facts_that_all_bases_share(kind: Kind) -> None:
    assert (kind.lock, kind.paging, kind.tombstone) == (Lock.BODY_VERSION, Paging.UNPAGED, "deleted")
    assert kind.deletion is DELETION[kind.name.removesuffix("Schema")]
    assert kind.disabled == {"enabled": False}
    assert kind.explanations is EXPLANATIONS


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.kind)
def test_a_base_needs_no_permission_for_what_it_does_not_have(base: Any) -> None:
    assert bool(base.permissions[3]) is (base.deletion is not Deletion.DISABLE)


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_every_example_is_a_manifest_that_passes(kind: Kind) -> None:
    document = yaml.safe_load(kind.example)
    assert jsonschema.Draft202012Validator(kind.schema).is_valid(document["spec"])
    stated = manifest(kind, "claim", document["spec"])
    assert list(kind.check(Checkup(stated, Project(), {}))) == []
