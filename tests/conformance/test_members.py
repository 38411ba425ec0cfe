"""The check of answers, which has to fail wherever an answer is not what the SDK expects."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

import pytest

from .members import Leeway
from .official import Asked, echo, models
from .operations import index_of

Spot: TypeAlias = tuple[str | int, ...]

STRICT = Leeway()
AUTHOR = {"id": "7", "name": "Robot", "selfUri": "/api/v2/users/7"}
DOCUMENT = {
    "id": "urn:1",
    "$schema": "http://json-schema.org/draft-04/schema#",
    "title": "Contract",
    "description": "What",
    "type": "object",
    "required": ["signed_date"],
    "properties": {"signed_date": {"allOf": [{"$ref": "#/definitions/date"}]}},
    "additionalProperties": False,
}
SCHEMA = {
    "id": "1",
    "name": "Contract",
    "version": 1,
    "appliesTo": ["WORKITEM"],
    "enabled": True,
    "createdBy": AUTHOR,
    "dateCreated": "2026-11-01T12:00:00.000Z",
    "jsonSchema": DOCUMENT,
    "selfUri": "/api/v2/taskmanagement/workitems/schemas/1",
}
LISTING = {"total": 1, "entities": [SCHEMA], "selfUri": "/api/v2/taskmanagement/workitems/schemas"}
LIMITS = {"entities": [{"key": "workitems.max", "namespace": "task.management", "value": 20}]}
FREE = ("properties", "additionalProperties")
"""Members of which the SDK says `object`, or a table of them."""


def _spots(content: Any, at: Spot = ()) -> Iterator[Spot]:
    """Every place in a listing that has a type of its own."""
    yield at
    if at and at[-1] in FREE:
        return
    places = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for name, each in places:
        yield from _spots(each, (*at, name))


def _at(content: Any, spot: Spot) -> Any:
    for name in spot:
        content = content[name]
    return content


def _with(value: Any, spot: Spot) -> Any:
    if not spot:
        return value
    changed = deepcopy(LISTING)
    _at(changed, spot[:-1])[spot[-1]] = value
    return changed


def _without(spot: Spot) -> Any:
    changed: Any = deepcopy(LISTING)
    del _at(changed, spot[:-1])[spot[-1]]
    return changed


def _fits(spot: Spot, value: Any) -> bool:
    """Whether a place takes a value by chance: a text or a truth value for another, any object for the free one."""
    if isinstance(value, dict):
        return spot[-1:] == ("properties",)
    return type(_at(LISTING, spot)) is type(value) and spot[-1:] != ("dateCreated",)


SPOTS = list(_spots(LISTING))
MODELS = [spot for spot in SPOTS if isinstance(_at(LISTING, spot), dict) and spot[-1:] != ("properties",)]
MEMBERS = [spot for spot in SPOTS if spot and isinstance(spot[-1], str)]
WRONG = [
    (spot, value)
    for spot in SPOTS
    for value in (None, 1.5, {}, {"$": "x"}, [["x"]], "x", True)
    if spot[-1:] != ("additionalProperties",) and not _fits(spot, value)
]


def _differences(content: Any, leeway: Leeway = STRICT) -> list[str]:
    return models().differences(content, "DataSchemaListing", leeway)


def test_an_answer_as_the_sdk_expects_it_has_no_differences() -> None:
    assert _differences(LISTING) == []
    assert models().differences(LIMITS, "LimitsEntityListing", STRICT) == []


@pytest.mark.parametrize("spot", MODELS, ids=str)
def test_an_unknown_member_is_a_difference_wherever_it_is(spot: Spot) -> None:
    found = _differences(_with({**_at(LISTING, spot), "surprise": 1}, spot))
    assert len(found) == 1
    assert ".surprise: unknown to " in found[0]


@pytest.mark.parametrize("spot", MEMBERS, ids=str)
def test_a_missing_member_is_a_difference_wherever_it_was(spot: Spot) -> None:
    found = _differences(_without(spot))
    assert len(found) == 1
    assert found[0].endswith(f".{spot[-1]}: missing")


@pytest.mark.parametrize(("spot", "value"), WRONG, ids=str)
def test_a_value_of_another_type_is_a_difference_wherever_it_is(spot: Spot, value: Any) -> None:
    assert _differences(_with(value, spot))


@pytest.mark.parametrize("value", ["2026", "2026-11-01", "2026-11-01T12:00:00", "12:00", "", 1_793_534_400])
def test_an_instant_has_a_date_and_a_time_and_an_offset(value: Any) -> None:
    assert _differences(_with(value, ("entities", 0, "dateCreated"))) == [
        f"$.entities[0].dateCreated: {value!r} is no datetime"
    ]


def test_what_is_listed_with_a_reason_is_no_difference_in_its_own_model_only() -> None:
    leeway = Leeway(extra={("DataSchema", "deleted"): "..."}, optional={("DomainEntityRef", "name"): "..."})
    changed = deepcopy(LISTING)
    changed["entities"][0] |= {"deleted": True, "createdBy": {"id": "7", "selfUri": "/"}}  # type: ignore[index]
    assert _differences(changed, leeway) == []
    assert _differences(changed | {"deleted": True}, leeway) == ["$.deleted: unknown to DataSchemaListing"]
    del changed["entities"][0]["name"]  # type: ignore[index]
    assert _differences(changed, leeway) == ["$.entities[0].name: missing"]


def test_a_body_may_leave_out_and_may_not_add() -> None:
    bare = {"$schema": "...", "title": "Contract", "properties": {"signed_date": {"title": "anything"}}}
    assert models().unknown(bare, "JourneyJsonSchemaRequest") == []
    assert models().unknown({"version": 1, "jsonSchema": bare | {"type": "object"}}, "JourneySchemaUpdateRequest") == [
        "$.jsonSchema.type: unknown to JourneyJsonSchemaRequest"
    ]
    assert models().unknown({"version": "1"}, "JourneySchemaUpdateRequest") == ["$.version: '1' is no int"]


def test_the_known_part_of_an_answer_fits_into_a_body() -> None:
    assert models().known(SCHEMA | {"deleted": False}, "JourneySchemaUpdateRequest") == {
        "version": 1,
        "enabled": True,
        "jsonSchema": {name: DOCUMENT[name] for name in ("$schema", "title", "description", "required", "properties")},
    }


def test_the_same_instant_is_the_same_however_it_is_spelt() -> None:
    spelt = SCHEMA | {"dateCreated": "2026-11-01T13:00:00+01:00"}
    assert models().parsed(spelt, "DataSchema") == models().parsed(SCHEMA, "DataSchema")


def _asked(content: Any) -> Asked:
    operation = index_of(["/api/v2/organizations/me"])["GET", "/api/v2/organizations/me"]
    return Asked(operation, 200, "Organization", content, echo(content, "Organization"))


@pytest.mark.parametrize(("state", "differences"), [("active", 0), ("dreaming", 1)])
def test_a_value_that_the_sdk_has_never_heard_of_is_a_difference(state: str, differences: int) -> None:
    everything = Leeway(optional={("Organization", name): "..." for name in models().types("Organization")})
    assert len(_asked({"id": "1", "state": state}).differences(everything)) == differences


def test_an_answer_where_nothing_belongs_is_a_difference() -> None:
    operation = index_of(["/api/v2/tokens/me"])["DELETE", "/api/v2/tokens/me"]
    assert Asked(operation, 200, None, {"id": "1"}, None).differences(STRICT)
