"""Published API §4.5: what a new version may change, in each base."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import Caller
from .schemas import (
    BASES,
    CONTACTS,
    CONVERSATIONS,
    EVENTS,
    ORGANIZATIONS,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    Schemas,
    code,
    document,
    enum,
    integer,
    named,
    tag,
    text,
)

INCOMPATIBLE = (400, "incompatible.json.schema.update")


@pytest.fixture(params=BASES, ids=named)
def schemas(request: pytest.FixtureRequest, call: Caller) -> Schemas:
    return Schemas(call, request.param)


def listed(base: Base, **members: Any) -> dict[str, Any]:
    return tag("tag" if base.text == "text" else "stringList", **members)


def test_what_may_change(schemas: Schemas) -> None:
    """Add an optional field; change title/description/enum display name; widen min/max; add enum option."""
    base = schemas.base
    before = document("One", required=["a"], a=text(base), b=enum("x", title="B"), c=listed(base, maxItems=2))
    after = document(
        "Two",
        a=text(base, title="Other", description="More", minLength=0, maxLength=100),
        b=enum("y", "x", title="B", _enumProperties={"x": {"title": "New"}, "y": {"title": "Y"}}),
        c=listed(base, minItems=0, maxItems=10, items={"minLength": 0, "maxLength": 100}, uniqueItems=False),
        d=integer(),
    )
    assert schemas.change(before, after | {"description": "Described"}).status_code == 200


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": integer()}, {}),
        ({"a": integer()}, {"b": integer()}),
        ({"a": integer()}, {"a": integer() | {"allOf": [{"$ref": "#/definitions/number"}]}}),
        ({"a": integer()}, {"a": integer(minimum=2)}),
        ({"a": integer()}, {"a": integer(maximum=9)}),
        ({"a": enum("x", "y")}, {"a": enum("x")}),
        ({"a": enum("x", "y")}, {"a": enum("x", "Y")}),
    ],
    ids=["removed", "renamed", "another core type", "greater minimum", "less maximum", "option gone", "option renamed"],
)
def test_what_may_not_change(schemas: Schemas, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Remove a field; change core type; rename property key; narrowing; remove enum option: no. Where it is not said
    for a base the strict reading holds [U]."""
    answer = schemas.change(document(**before), document(**after))
    assert (answer.status_code, code(answer)) == INCOMPATIBLE
    assert "properties.a" in answer.json()["message"]
    assert schemas.get().json()["entities"][0]["version"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"minItems": 1},
        {"maxItems": 4},
        {"items": {"minLength": 2, "maxLength": 50}},
        {"items": {"minLength": 1, "maxLength": 49}},
        {"uniqueItems": True},
    ],
    ids=str,
)
def test_a_lists_limits_do_not_narrow_either(schemas: Schemas, change: dict[str, Any]) -> None:
    """Range may only expand."""
    before = listed(schemas.base, uniqueItems=...)
    answer = schemas.change(document(a=before), document(a=before | change))
    assert (answer.status_code, code(answer)) == INCOMPATIBLE


def test_unique_items_may_be_given_up_and_never_asked_for(schemas: Schemas) -> None:
    """What was there already may be no list of unique items [U]."""
    for before, after, expected in ((True, True, ""), (True, False, ""), (False, True, INCOMPATIBLE[1])):
        title = f"From {before} to {after}"
        made = [document(title, a=listed(schemas.base, uniqueItems=unique)) for unique in (before, after)]
        assert code(schemas.change(*made)) == expected


@pytest.mark.parametrize("change", [{"minLength": 1}, {"maxLength": 49}], ids=str)
def test_a_texts_limits_do_not_narrow(schemas: Schemas, change: dict[str, Any]) -> None:
    """Narrowing no."""
    answer = schemas.change(document(a=text(schemas.base)), document(a=text(schemas.base, **change)))
    assert (answer.status_code, code(answer)) == INCOMPATIBLE


def test_a_new_property_cannot_be_required_at_once(schemas: Schemas) -> None:
    """Add a field directly as required: no for conversations; [U] for the others."""
    answer = schemas.change(document(), document(required=["a"], a=integer()))
    assert (answer.status_code, code(answer)) == INCOMPATIBLE


def test_only_conversations_may_require_a_property_later(schemas: Schemas) -> None:
    """Optional -> required: no for external events after save; conversations yes in a later version; [U] others."""
    answer = schemas.change(document(a=integer()), document(required=["a"], a=integer()))
    assert (answer.status_code, code(answer)) == ((200, "") if schemas.base is CONVERSATIONS else INCOMPATIBLE)


def test_a_required_property_may_become_optional(schemas: Schemas) -> None:
    """Not said; the data of former versions fit [U]."""
    assert schemas.change(document(required=["a"], a=integer()), document(a=integer())).status_code == 200
    schemas.create(document("Born so", required=["a"], a=integer()))


@pytest.mark.parametrize("base", [WORKITEMS, CONTACTS, ORGANIZATIONS, USERS, RULES], ids=named)
def test_additional_properties_cannot_be_forbidden_later(call: Caller, base: Base) -> None:
    """Not said [U]."""
    schemas = Schemas(call, base)
    answer = schemas.change(document() | {"additionalProperties": True}, document() | {"additionalProperties": False})
    assert (answer.status_code, code(answer)) == INCOMPATIBLE
    for number, (before, after) in enumerate([(None, True), (True, True), (False, False), (False, True)]):
        titled = document(f"Free {number}")
        wanted = titled | {"additionalProperties": after}
        answer = schemas.change(titled if before is None else titled | {"additionalProperties": before}, wanted)
        assert answer.status_code == 200


@pytest.mark.parametrize("base", [WORKITEMS, CONTACTS, ORGANIZATIONS, EVENTS, USERS, RULES], ids=named)
def test_an_option_may_be_disabled(call: Caller, base: Base) -> None:
    """`_enumProperties` {value: {title, _disabled}}; conversation options cannot be disabled."""
    shown = {"a": {"title": "A", "_disabled": True}, "b": {"title": "B", "_disabled": False}}
    after = document(x=enum("a", "b", _enumProperties=shown))
    assert Schemas(call, base).change(document(x=enum("a", "b")), after).status_code == 200


def test_an_update_is_judged_against_the_version_before_it(schemas: Schemas) -> None:
    """Roll back to an earlier version: no, versions only move forward."""
    base = schemas.base
    created = schemas.create(document(a=text(base)))
    schemas.put(created["id"], 1, document(a=text(base), b=integer()))
    assert code(schemas.put(created["id"], 2, document(a=text(base)))) == INCOMPATIBLE[1]


def test_what_is_wrong_in_itself_is_said_first(schemas: Schemas) -> None:
    """A malformed document is no new version at all."""
    answer = schemas.change(document(a=integer()), document() | {"$schema": "x"})
    assert code(answer) == "invalid.json.schema"
