"""Flex schemas (contract §3): what a manifest may say, and the wire both ways."""

from __future__ import annotations

import pytest
from reconciler.kinds import KINDS
from reconciler.kinds.flex_schema.spec import TYPES
from reconciler.model.kind import Checkup
from reconciler.model.manifest import Manifest
from reconciler.model.normal import from_wire, to_wire
from reconciler.model.project import Project
from reconciler.model.source import Problem
from reconciler.model.values import Json

from builders import field, live, normal, relation, schema

FLEX = KINDS["FlexSchema"]


def problems(stated: Manifest, *others: Manifest) -> list[Problem]:
    known = {each.address: each for each in (stated, *others)}
    return list(FLEX.check(Checkup(stated, Project(), known)))


def found(stated: Manifest, *others: Manifest) -> list[tuple[str, str]]:
    return [(each.code, each.where.text) for each in problems(stated, *others)]


def test_a_schema_of_every_type_passes() -> None:
    plain = [field(kind, kind) for kind in TYPES if kind != "relationship"]
    assert found(schema("s", *plain, relation("r", {"id": "x"}))) == []


def test_two_fields_of_one_name_are_refused_at_the_second() -> None:
    assert found(schema("s", field("a"), field("b"), field("a", "number"))) == [("FS001", "spec.fields.2.name")]


def test_names_that_differ_in_case_are_two_names() -> None:
    assert found(schema("s", field("a"), field("A"))) == []


def test_a_relationship_on_another_type_is_refused() -> None:
    stated = schema("s", field("a", relationship={"schema": "s", "field": "a"}))
    assert found(stated) == [("FS002", "spec.fields.0.relationship")]


def test_a_relationship_without_a_target_is_refused() -> None:
    assert found(schema("s", field("a", "relationship"))) == [("FS003", "spec.fields.0.type")]


def test_a_relationship_to_a_field_that_does_not_exist_names_its_neighbour() -> None:
    target = schema("contract", field("contractId"))
    [problem] = problems(schema("s", relation("a", "contract", "contractID")), target)
    assert (problem.code, problem.where.text) == ("FS004", "spec.fields.0.relationship.field")
    assert problem.hint == "Did you mean `contractId`?"


def test_a_relationship_to_a_schema_without_such_a_field_says_what_to_do() -> None:
    [problem] = problems(schema("s", relation("a", "contract", "x")), schema("contract"))
    assert problem.hint == "Declare the field in FlexSchema/contract first."


def test_a_relationship_to_itself_and_a_mutual_one_are_legal() -> None:
    assert found(schema("s", field("id"), relation("parent", "s"))) == []
    one, other = schema("one", field("id"), relation("a", "other")), schema("other", field("id"), relation("b", "one"))
    assert found(one, other) == found(other, one) == []


def test_an_unmanaged_target_is_taken_at_its_word() -> None:
    assert found(schema("s", relation("a", {"id": "x"}, "whatever"))) == []


def test_a_missing_manifest_is_the_reference_check_s_to_report() -> None:
    assert found(schema("s", relation("a", "nowhere"))) == []


BODY = {
    "name": "s",
    "description": "d",
    "fields": [
        {"name": "a", "type": "string", "required": True, "options": ["x", 1, True]},
        {
            "name": "r",
            "type": "relationship",
            "required": False,
            "relationship": {"schemaId": "id-t", "fieldName": "id"},
        },
    ],
}
NORMAL = {
    "name": "s",
    "description": "d",
    "fields": [field("a", required=True, options=["x", 1, True]), relation("r", "t", required=False)],
}


def test_every_field_goes_over_the_wire_and_back() -> None:
    def named(_kind: str, live_id: str) -> str:
        return live_id.removeprefix("id-")

    def live_id(_kind: str, name: str) -> str:
        return f"id-{name}"

    assert from_wire(FLEX.shape, BODY, named=named) == NORMAL
    assert to_wire(FLEX.shape, NORMAL, live=live_id) == BODY


def test_an_unmanaged_target_goes_over_the_wire_and_back_by_its_id() -> None:
    assert normal(FLEX, BODY)["fields"][1]["relationship"]["schema"] == {"id": "id-t"}
    assert to_wire(FLEX.shape, normal(FLEX, BODY), live=lambda _kind, name: name) == BODY


def test_what_only_the_server_writes_is_no_part_of_it() -> None:
    entity = live(FLEX, "1", {**BODY, "createdDate": "x", "modifiedDate": "y"})
    assert normal(FLEX, entity.body) == normal(FLEX, BODY)


def test_what_only_we_keep_is_never_sent() -> None:
    stated = schema("s", field("a", personalData=True, purpose="P"))
    [sent] = to_wire(FLEX.shape, stated.normal, live=lambda _kind, name: name)["fields"]
    assert sent == {"name": "a", "type": "string", "required": False}


def test_an_organisation_s_member_of_a_local_name_is_not_ours() -> None:
    body = {"name": "s", "fields": [{"name": "a", "type": "string", "required": False, "purpose": "theirs"}]}
    assert normal(FLEX, body)["fields"][0]["+purpose"] == "theirs"
    assert to_wire(FLEX.shape, normal(FLEX, body), live=lambda _kind, name: name) == body


@pytest.mark.parametrize(
    "fields",
    [
        "text",
        {"a": 1},
        ["a"],
        [{"type": "string"}],
        [{"name": 7}],
        [{"name": None}],
        [{"name": "a"}, {"name": "a"}],
        [{"name": "a", "options": "x"}],
        [{"name": "a", "options": {"x": 1}}],
        [{"name": "a", "relationship": "t"}],
        [{"name": "a", "relationship": {"schemaId": 5}}],
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_not_guessed_at(fields: Json) -> None:
    with pytest.raises(ValueError, match=r"."):
        normal(FLEX, {"name": "s", "fields": fields})


def test_null_counts_as_absent() -> None:
    body = {"name": "s", "description": None, "fields": [{"name": "a", "type": "string", "options": None}]}
    assert normal(FLEX, body) == schema("s", field("a")).normal
