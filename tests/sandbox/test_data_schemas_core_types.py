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


def test_a_core_type_tells_its_bounds(call: Caller) -> None:
    """Coretype object: validationFields[], validationLimits {... each {min,max}}, itemValidationLimits; help figures:
    text 100, longtext 1000, identifier 100, url 200, tag 100 chars x 10 tags, enum 50 options x 100 chars."""
    types = {each["name"]: each for each in Schemas(call, CONTACTS).get("coretypes").json()["entities"]}
    longest = {name: types[name]["validationLimits"]["maxLength"]["max"] for name in ("text", "longtext", "url")}
    assert longest == {"text": 100, "longtext": 1000, "url": 200}
    assert types["text"]["validationFields"] == ["minLength", "maxLength"]
    assert types["tag"]["validationLimits"]["maxItems"]["max"] == 10
    assert types["tag"]["itemValidationFields"] == ["minLength", "maxLength"]
    assert types["tag"]["itemValidationLimits"]["maxLength"]["max"] == 100
    assert types["enum"]["validationLimits"]["maxItems"]["max"] == 50
    assert types["enum"]["itemValidationLimits"]["maxLength"]["max"] == 100
    assert types["integer"]["validationLimits"]["minimum"]["min"] == -9_007_199_254_740_991
    assert types["checkbox"]["schema"] == {"title": "checkbox", "description": "A checkbox field", "type": ["boolean"]}
    assert "validationLimits" not in types["date"]
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
