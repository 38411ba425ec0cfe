"""Published API §4.2 and §4.3: core types and limits, from which a client judges a plan before it is applied."""

from __future__ import annotations

import pytest
from reconciler.sandbox import Sandbox

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
    named,
)

CLASSIC = {
    "text", "longtext", "url", "identifier", "enum", "date", "datetime", "integer", "number", "checkbox", "tag",
}  # fmt: skip
RECENT = {"boolean", "date", "datetime", "enum", "integer", "number", "string", "stringList"}


@pytest.mark.parametrize(
    ("base", "names"),
    [
        (WORKITEMS, CLASSIC),
        (CONTACTS, CLASSIC),
        (ORGANIZATIONS, CLASSIC),
        (RULES, RECENT | {"businessRulesQueue"}),
        (CONVERSATIONS, RECENT | {"currency"}),
        (EVENTS, RECENT),
        (USERS, RECENT),
    ],
)
def test_a_base_has_its_core_types(call: Caller, base: Base, names: set[str]) -> None:
    """Core types per base; listed as CoretypeListing {total, entities, selfUri}."""
    listed = Schemas(call, base).get("coretypes").json()
    assert {each["name"] for each in listed["entities"]} == names
    assert set(listed) == {"total", "entities", "selfUri"}
    assert listed["total"] == len(names)
    for each in listed["entities"]:
        assert call("GET", each["selfUri"]).json() == each


LARGEST = 9_007_199_254_740_991


def bounds(call: Caller, base: Base, member: str) -> dict[str, dict[str, tuple[int, int]]]:
    types = Schemas(call, base).get("coretypes").json()["entities"]
    return {
        each["name"]: {limit: (of["min"], of["max"]) for limit, of in each[member].items()}
        for each in types
        if member in each
    }


def length(longest: int) -> dict[str, tuple[int, int]]:
    return {"minLength": (0, longest), "maxLength": (1, longest)}


AMOUNT = {"minimum": (-LARGEST, LARGEST), "maximum": (-LARGEST, LARGEST)}
COMMON = {"enum": {"minItems": (1, 1), "maxItems": (1, 50)}, "integer": AMOUNT, "number": AMOUNT}
LIST = {"minItems": (0, 10), "maxItems": (1, 10)}
ITEMS = {"enum": {"minLength": (1, 100), "maxLength": (1, 100)}}


@pytest.mark.parametrize("base", [WORKITEMS, CONTACTS, ORGANIZATIONS], ids=named)
def test_the_bounds_of_the_classic_types(call: Caller, base: Base) -> None:
    """UI-stated value limits for external contacts [H]; integer's of conversations [H]; the rest is [U]."""
    lengths = {"text": 100, "longtext": 1000, "url": 200, "identifier": 100}
    texts = {name: length(longest) for name, longest in lengths.items()}
    assert bounds(call, base, "validationLimits") == {**COMMON, **texts, "tag": LIST}
    assert bounds(call, base, "itemValidationLimits") == {**ITEMS, "tag": length(100)}


@pytest.mark.parametrize("base", [EVENTS, CONVERSATIONS, USERS, RULES], ids=named)
def test_the_bounds_of_the_recent_types(call: Caller, base: Base) -> None:
    """Conversation enum up to 50 options x 100 chars, currency amounts up to 17 characters [H]; the rest is [U]."""
    texts = {"string": length(100)} | ({"currency": length(17)} if base is CONVERSATIONS else {})
    assert bounds(call, base, "validationLimits") == {**COMMON, **texts, "stringList": LIST}
    assert bounds(call, base, "itemValidationLimits") == {**ITEMS, "stringList": length(100)}


def test_a_core_type_tells_what_to_give(call: Caller) -> None:
    """Coretype object: id, name, version, dateCreated, schema {...}, current, validationFields[], validationLimits,
    itemValidationFields[], itemValidationLimits."""
    types = {each["name"]: each for each in Schemas(call, CONTACTS).get("coretypes").json()["entities"]}
    assert types["text"]["validationFields"] == ["minLength", "maxLength"]
    assert (types["text"]["id"], types["text"]["version"], types["text"]["current"]) == ("text_v1", 1, True)
    assert types["tag"]["validationFields"] == ["minItems", "maxItems"]
    assert types["tag"]["itemValidationFields"] == ["minLength", "maxLength"]
    assert types["tag"]["schema"]["items"] == {"type": "string"}
    assert types["enum"]["validationFields"] == types["enum"]["itemValidationFields"] == []
    assert types["checkbox"]["schema"] == {"title": "checkbox", "description": "A checkbox field", "type": ["boolean"]}
    assert {"validationLimits", "itemValidationLimits"}.isdisjoint(types["date"])
    assert types["date"]["schema"]["pattern"]


@pytest.mark.parametrize(
    ("base", "numbers"),
    [
        (WORKITEMS, (100, 50, 500)),
        (CONTACTS, (20, 25, 500)),
        (ORGANIZATIONS, (20, 25, 500)),
        (EVENTS, (50, 50, 2500)),
        (CONVERSATIONS, (50, 50, 2500)),
        (USERS, (20, 25, 500)),
    ],
)
def test_limits_are_readable(call: Caller, base: Base, numbers: tuple[int, int, int]) -> None:
    """SchemaQuantityLimits, all ints; help page where the contract is in conflict with itself."""
    limits = Schemas(call, base).get("limits").json()
    quotas = ("maxNumberOfSchemasPerOrg", "maxNumberOfFieldsPerSchema", "maxNumberOfFieldsPerOrg")
    assert tuple(limits[name] for name in quotas) == numbers
    lengths = {name: value for name, value in limits.items() if name.endswith("Characters")}
    assert lengths == {
        "minFieldNameCharacters": 1,
        "maxFieldNameCharacters": 100,
        "minFieldTitleCharacters": 1,
        "maxFieldTitleCharacters": 100,
        "minFieldDescriptionCharacters": 0,
        "maxFieldDescriptionCharacters": 200,
        "minSchemaNameCharacters": 1,
        "maxSchemaNameCharacters": 50,
        "minSchemaDescriptionCharacters": 0,
        "maxSchemaDescriptionCharacters": 200,
    }
    assert set(limits) == {*quotas, *lengths, "selfUri"}


def test_business_rules_have_no_limits(call: Caller) -> None:
    """/limits: none for businessrules."""
    assert call("GET", f"{RULES.path}/limits").status_code == 404


@pytest.mark.parametrize("base", BASES, ids=named)
def test_limits_can_be_set_by_base(sandbox: Sandbox, call: Caller, base: Base) -> None:
    """Trust /limits: they are the organisation's own."""
    sandbox.control.settings(schema_limits={base.collection: {"maxNumberOfSchemasPerOrg": 1}})
    for other in set(BASES) - {RULES}:
        limit = Schemas(call, other).get("limits").json()["maxNumberOfSchemasPerOrg"]
        assert (limit == 1) == (other is base)


def test_the_generic_ones_are_those_of_external_contacts(sandbox: Sandbox, call: Caller) -> None:
    """dataextensions/coretypes, dataextensions/limits: GET only, generic (external contacts permission)."""
    path = "/api/v2/dataextensions"
    assert {each["name"] for each in call("GET", f"{path}/coretypes").json()["entities"]} == CLASSIC
    assert call("GET", f"{path}/coretypes/tag").json()["selfUri"] == f"{path}/coretypes/tag"
    assert call("GET", f"{path}/limits").json()["maxNumberOfSchemasPerOrg"] == 20
    assert call("GET", f"{path}/coretypes/none").status_code == call("GET", f"{path}/none").status_code == 404
    assert call("POST", f"{path}/coretypes", {}).status_code == 405
    assert Caller(sandbox.url, scope="webhooks:write")("GET", f"{path}/limits").status_code == 403
    assert Caller(sandbox.url, scope="externalContacts:customFields:view")("GET", f"{path}/limits").status_code == 200
