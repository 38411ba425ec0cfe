"""Whatever the organisation answers, a plan is made or a finding says why not: never an exception (RC106)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.model.observed import Observed
from reconciler.model.values import Json
from reconciler.planning.planfile import read_plan, write_plan
from reconciler.planning.situation import Choices, Drift

from builders import (
    acknowledgement,
    blocking,
    field,
    live,
    observed,
    plan_of,
    purpose,
    recorded,
    relation,
    removal,
    schema,
)

FLEX, PURPOSE = KINDS["FlexSchema"], KINDS["Purpose"]

garbage = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "s", "string", "relationship", "id-s", "180d", "P6M"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "name", "type", "id"]), inner),
    max_leaves=6,
)  # fmt: skip


def bodies(members: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: garbage | likely for name, likely in members.items()})


relationships = bodies({"schemaId": st.sampled_from(["id-s", "id-t"]), "fieldName": st.just("a"), "extra": garbage})
elements = bodies(
    {
        "name": st.sampled_from(["a", "b", "c"]),
        "type": st.sampled_from(["string", "number", "relationship"]),
        "required": st.booleans(),
        "options": st.lists(garbage, max_size=3),
        "relationship": relationships,
        "extra": garbage,
    }
)
schemas = bodies(
    {"name": st.sampled_from(["s", "t"]), "description": garbage, "fields": st.lists(elements, max_size=3)}
)
purposes = bodies(dict.fromkeys(("name", "description", "retentionPeriod", "legalBasis", "isActive"), garbage))

AGREED = acknowledgement("FS101", "fields.c", removes=("c",))
WANTED = [
    schema("s", field("a", options=["x", 1]), relation("b", "t"), acknowledge=(AGREED,)),
    schema("t", field("a", required=True)),
    purpose("Support"),
]
BEFORE = [schema("s", field("a"), field("c")), schema("t", field("a")), purpose("Support", spec={"retention": "1d"})]


def entities(*given: Json) -> list[Observed]:
    sorts = [(FLEX, "id-s"), (FLEX, "id-t"), (PURPOSE, "id-Support")]
    return [live(kind, live_id, body) for (kind, live_id), body in zip(sorts, given, strict=True)]


answers = st.tuples(schemas, schemas, purposes)
choices = st.builds(Choices, st.sampled_from(Drift), st.booleans())


@given(answers, choices)
def test_any_answer_about_a_recorded_object_gives_a_plan(bodies: Any, chosen: Choices) -> None:
    rows = [recorded(each, fingerprint="sha256:0") for each in BEFORE]
    made = plan_of(WANTED, rows, entities(*bodies), choices=chosen)
    assert read_plan(write_plan(made)) == made


@given(answers)
def test_any_answer_about_an_unknown_object_gives_a_plan(bodies: Any) -> None:
    made = plan_of(WANTED, [], entities(*bodies))
    assert read_plan(write_plan(made)) == made


@given(answers, st.booleans())
def test_any_answer_about_an_unwanted_object_gives_a_plan(bodies: Any, delete: bool) -> None:
    words = [removal(each.address, delete=delete) for each in BEFORE]
    made = plan_of([], [recorded(each, protect=True) for each in BEFORE], entities(*bodies), removals=words)
    assert read_plan(write_plan(made)) == made


def deep(levels: int) -> Json:
    value: Json = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("member", ["name", "description", "extra", "fields"])
def test_an_answer_nested_beyond_all_measure_is_a_finding(member: str) -> None:
    stated = schema("s", field("a"))
    body = {**observed(stated).body, member: deep(400)}
    for row in (recorded(stated), recorded(stated, fingerprint="sha256:0")):
        assert blocking(plan_of([stated], [row], [live(FLEX, "id-s", body)])) == ["RC106"]
    plan_of([stated], [], [live(FLEX, "id-s", body)])


@pytest.mark.parametrize("levels", [100, 200, 215, 225, 235, 245, 253, 260])
def test_an_answer_is_either_too_deep_to_plan_or_not_too_deep_to_write(levels: int) -> None:
    stated = schema("s", field("a", "number"))
    now = observed(schema("s", field("a"), field("b")))
    body = {**now.body, "fields": [{**each, "extra": deep(levels)} for each in now.body["fields"]]}
    made = plan_of([stated], [recorded(stated)], [live(FLEX, "id-s", {**body, "extra": deep(levels)})])
    assert read_plan(write_plan(made)) == made


@pytest.mark.parametrize("member", ["options", "extra"])
def test_nor_does_it_help_to_hide_it_in_a_field(member: str) -> None:
    stated = schema("s", field("a"))
    body = {**observed(stated).body, "fields": [{"name": "a", "type": "string", member: deep(400)}]}
    assert blocking(plan_of([stated], [recorded(stated)], [live(FLEX, "id-s", body)])) == ["RC106"]


def test_a_field_that_is_there_twice_is_not_quietly_dropped() -> None:
    stated = schema("s", field("a"))
    body = {**observed(stated).body, "fields": [{"name": "b", "type": kind} for kind in ("string", "number")]}
    assert blocking(plan_of([stated], [recorded(stated)], [live(FLEX, "id-s", body)])) == ["RC106"]
