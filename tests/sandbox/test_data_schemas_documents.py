"""Published API §4.2 and §4.4: what makes a JSON schema a data schema, and what each violation is called."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import Caller
from .schemas import (
    CONTACTS,
    CONVERSATIONS,
    DRAFT_04,
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
    prop,
    tag,
    text,
)

DISTINCT = (EVENTS, CONVERSATIONS, USERS, RULES)
NOT_DISTINCT = (WORKITEMS, CONTACTS, ORGANIZATIONS)


def refused(call: Caller, base: Base, document: Any) -> tuple[int, str]:
    answer = Schemas(call, base).post(document)
    return answer.status_code, code(answer)


@pytest.mark.parametrize(
    "core_type", ["text", "longtext", "url", "identifier", "enum", "date", "datetime", "integer", "number", "checkbox"]
)
def test_every_core_type_can_be_used(call: Caller, core_type: str) -> None:
    """The same eleven as in the acceptance tests of CX as Code, with their limits."""
    limits: dict[str, Any] = {"text": 100, "longtext": 1000, "url": 200, "identifier": 100}
    members = {"minLength": 0, "maxLength": limits[core_type]} if core_type in limits else {}
    members |= {"minimum": 1, "maximum": 1000} if core_type in ("integer", "number") else {}
    used = enum("a", "b") if core_type == "enum" else prop(core_type, **members)
    Schemas(call, WORKITEMS).create(document(x={"description": "What it is", **used}, y=tag()))


@pytest.mark.parametrize("core_type", ["boolean", "date", "datetime", "businessRulesQueue"])
def test_the_types_of_business_rules_can_be_used(call: Caller, core_type: str) -> None:
    """boolean, date, datetime, enum, integer, number, businessRulesQueue, string, stringList."""
    number = prop("number", minimum=0.0, maximum=100.5)
    rest = {"e": enum("a"), "i": integer(), "n": number, "s": text(RULES, maxLength=100), "l": tag("stringList")}
    Schemas(call, RULES).create(document(x=prop(core_type), **rest))


def test_a_currency_is_a_conversations_text(call: Caller) -> None:
    """Conversations: nine types; boolean, currency, date, datetime, enum, integer ..."""
    Schemas(call, CONVERSATIONS).create(document(x=prop("currency", minLength=1, maxLength=17)))
    assert refused(call, EVENTS, document(x=prop("currency", minLength=1, maxLength=17))) == (422, "expand.failed")


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"title": "Ticket", "properties": {}}, "$schema"),
        (document() | {"$schema": "http://json-schema.org/draft-07/schema#"}, "$schema"),
        ({"$schema": DRAFT_04, "properties": {}}, "title"),
        (document() | {"title": 7}, "title"),
        ({"$schema": DRAFT_04, "title": "Ticket"}, "properties"),
        (document() | {"properties": []}, "properties"),
        (document() | {"description": None}, "description"),
        (document() | {"required": "x"}, "required"),
        (document() | {"required": [7]}, "required"),
        (document() | {"patternProperties": {}}, "patternProperties"),
        (document(required=["x"]), "required"),
        (document(required=["x", "x"], x=text()), "required"),
        (document(x="text"), "properties.x"),
        (document(x={"title": "X", "type": "string"}), "properties.x.allOf"),
        (document(x={"title": "X", "allOf": []}), "properties.x.allOf"),
        (document(x=text(allOf=[{"$ref": "#/definitions/text"}] * 2)), "properties.x.allOf"),
        (document(x=text(allOf=[{"$ref": "#/definitions/text", "type": "string"}])), "properties.x.allOf"),
        (document(x=text(allOf=[{"$ref": "text"}])), "properties.x.allOf"),
        (document(x=text(title=...)), "properties.x.title"),
        (document(x=text(title=7)), "properties.x.title"),
        (document(x=text(description=7)), "properties.x.description"),
        (document(x=text(pattern="a+")), "properties.x.pattern"),
        (document(x=text(minimum=1)), "properties.x.minimum"),
        (document(x=prop("date", maxLength=5)), "properties.x.maxLength"),
        (document(x=text(enum=["a"])), "properties.x.enum"),
        (document(x=text(items={})), "properties.x.items"),
        (document(x=enum("a", items={})), "properties.x.items"),
        (document(x=tag(uniqueItems="yes")), "properties.x.uniqueItems"),
        (document(x=tag(items=[])), "properties.x.items"),
        (document(x=tag(items={"minLength": 1, "maxLength": 2, "type": "string"})), "properties.x.items.type"),
        (document(x=enum("a", enum=...)), "properties.x.enum"),
        (document(x=enum("a", enum=[])), "properties.x.enum"),
        (document(x=enum("a", enum=[1])), "properties.x.enum"),
        (document(x=enum("a", enum=["a", "a"])), "properties.x.enum"),
        (document(x=enum("a", _enumProperties=...)), "properties.x._enumProperties"),
        (document(x=enum("a", _enumProperties={})), "properties.x._enumProperties"),
        (document(x=enum("a", _enumProperties={"a": {"title": "A"}, "b": {"title": "B"}})), "properties.x._enumProper"),
        (document(x=enum("a", _enumProperties={"a": "A"})), "properties.x._enumProperties.a"),
        (document(x=enum("a", _enumProperties={"a": {}})), "properties.x._enumProperties.a.title"),
        (document(x=enum("a", _enumProperties={"a": {"title": "A", "order": 1}})), "properties.x._enumProperties.a.or"),
        (
            document(x=enum("a", _enumProperties={"a": {"title": "A", "_disabled": 0}})),
            "properties.x._enumProperties.a._disabled",
        ),
    ],
)
def test_a_malformed_schema_is_refused(call: Caller, document: Any, place: str) -> None:
    """400 invalid.json.schema: malformed. `$schema` must be draft-04; allOf: exactly one element; enum[],
    `_enumProperties` {value: {title, _disabled}}; required: list of keys."""
    answer = Schemas(call, WORKITEMS).post(document)
    assert (answer.status_code, answer.json()["code"]) == (400, "dynamic.schema.invalid.json.schema")
    assert answer.json()["details"][0]["fieldName"].startswith(place)


@pytest.mark.parametrize(
    "members",
    [{"type": "array"}, {"id": 7}, {"additionalProperties": "no"}, {"definitions": {}}],
)
def test_the_members_of_a_document_are_of_their_type(call: Caller, members: dict[str, Any]) -> None:
    """JsonSchemaDocument: id, $schema, title, description, type, required[], properties (map), additionalProperties."""
    assert refused(call, WORKITEMS, document() | members) == (400, "invalid.json.schema")


@pytest.mark.parametrize("base", [EVENTS, CONVERSATIONS])
@pytest.mark.parametrize("members", [{"id": "x"}, {"type": "object"}, {"additionalProperties": False}])
def test_some_documents_have_five_members_only(call: Caller, base: Base, members: dict[str, Any]) -> None:
    """JourneyJsonSchemaRequest, ConversationJsonSchemaRequest (SDK): $schema, title, description, required,
    properties."""
    assert refused(call, base, document() | members) == (400, "invalid.json.schema")
    Schemas(call, WORKITEMS).create(document() | members)


def test_business_rules_take_definitions_and_do_not_show_them(call: Caller) -> None:
    """Business rules adds `definitions` map; the answer's model (SDK) has a JsonSchemaDocument, which has none."""
    definitions = {"string": {"type": ["string"]}}
    created = Schemas(call, RULES).create(document(x=text(RULES)) | {"definitions": definitions})
    assert "definitions" not in created["jsonSchema"]
    assert refused(call, RULES, document() | {"definitions": []}) == (400, "invalid.json.schema")


@pytest.mark.parametrize("core_type", ["string", "none", ""])
def test_a_ref_that_leads_nowhere_is_422(call: Caller, core_type: str) -> None:
    """422 expand.failed: $ref expansion failed."""
    assert refused(call, WORKITEMS, document(x=text(allOf=[{"$ref": f"#/definitions/{core_type}"}]))) == (
        422,
        "expand.failed",
    )


@pytest.mark.parametrize(
    "used",
    [
        text(maxLength=...),
        text(minLength=...),
        text(maxLength=None),
        integer(minimum=...),
        integer(maximum=...),
        prop("number", minimum=1),
        tag(minItems=...),
        tag(maxItems=...),
        tag(items=...),
        tag(items={"minLength": 1}),
    ],
)
def test_limits_must_be_given(call: Caller, used: dict[str, Any]) -> None:
    """400 validation.limit.missing: min/max absent."""
    assert refused(call, WORKITEMS, document(x=used)) == (400, "validation.limit.missing")


@pytest.mark.parametrize(
    "used",
    [
        text(minLength=-1),
        text(maxLength=0),
        text(maxLength=101),
        text(minLength=5, maxLength=4),
        text(maxLength="50"),
        text(maxLength=50.0),
        text(maxLength=True),
        integer(maximum=9_007_199_254_740_992),
        integer(minimum=-9_007_199_254_740_992),
        integer(minimum=1.5),
        integer(minimum=11),
        prop("number", minimum="1", maximum=2),
        tag(maxItems=11),
        tag(minItems=6),
        tag(items={"minLength": 1, "maxLength": 101}),
        tag(items={"minLength": 9, "maxLength": 8}),
        tag(items={"minLength": 0.5, "maxLength": 8}),
        enum(*(f"o{n}" for n in range(51))),
        enum("x" * 101),
    ],
)
def test_limits_must_be_inside_those_of_the_core_type(call: Caller, used: dict[str, Any]) -> None:
    """400 validation.limit.error: outside core-type limits."""
    assert refused(call, WORKITEMS, document(x=used)) == (400, "validation.limit.error")


def test_limits_may_be_the_bounds_themselves(call: Caller) -> None:
    """text 100, longtext 1000, url 200; enum 50 options x 100 chars; integer +-9,007,199,254,740,991."""
    bound = 9_007_199_254_740_991
    options = enum(*(f"{n:0100}" for n in range(50)))
    Schemas(call, WORKITEMS).create(
        document(
            a=text(minLength=100, maxLength=100),
            b=integer(minimum=-bound, maximum=bound),
            c=options,
            d=tag(minItems=10, maxItems=10, items={"minLength": 100, "maxLength": 100}, uniqueItems=...),
        )
    )


LENGTH = "length.limits.would.be.exceeded"
KEY = "limit.max.number.of.characters.for.field.name.would.be.exceeded"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (document("x" * 50, **{"k" * 100: text(title="t" * 100, description="d" * 200)}), ""),
        (document("x" * 51), LENGTH),
        (document(""), LENGTH),
        (document() | {"description": "x" * 201}, LENGTH),
        (document(x=text(title="t" * 101)), LENGTH),
        (document(x=text(title="")), LENGTH),
        (document(x=text(description="d" * 201)), LENGTH),
        (document(**{"k" * 101: text()}), KEY),
        (document(**{"": text()}), KEY),
    ],
)
def test_texts_have_lengths(call: Caller, made: Any, expected: str) -> None:
    """Schema title <= 50 chars, description <= 200, field key <= 100; field title 1/100, description 0/200."""
    assert code(Schemas(call, WORKITEMS).post(made)) == expected


@pytest.mark.parametrize(("bases", "expected"), [(DISTINCT, "duplicate.property.title"), (NOT_DISTINCT, "")])
def test_titles_of_properties_are_distinct_in_some_bases(call: Caller, bases: tuple[Base, ...], expected: str) -> None:
    """dynamic.schema.duplicate.property.title, not declared for workitems and external contacts."""
    for base in bases:
        twice = document(a=text(base, title="Same"), b=text(base, title="Same"))
        assert code(Schemas(call, base).post(twice)) == expected


@pytest.mark.parametrize(("bases", "expected"), [(DISTINCT, "duplicate.enum.properties.title"), (NOT_DISTINCT, "")])
def test_titles_of_options_are_distinct_in_some_bases(call: Caller, bases: tuple[Base, ...], expected: str) -> None:
    """dynamic.schema.duplicate.enum.properties.title."""
    for base in bases:
        options = enum("a", "b", _enumProperties={"a": {"title": "Same"}, "b": {"title": "Same"}})
        assert code(Schemas(call, base).post(document(x=options))) == expected


def test_a_conversations_option_cannot_be_disabled(call: Caller) -> None:
    """Conversation options also cannot be disabled."""
    options = enum("a", _enumProperties={"a": {"title": "A", "_disabled": True}})
    assert refused(call, CONVERSATIONS, document(x=options)) == (400, "invalid.json.schema")
    Schemas(call, EVENTS).create(document(x=options))


def test_every_violation_is_named_and_the_first_gives_the_code(call: Caller) -> None:
    """ErrorBody §1.4: details [{errorCode, fieldName}], errors [ErrorBody]."""
    answer = Schemas(call, WORKITEMS).post(document(a=text(maxLength=...), b=text(maxLength=500))).json()
    assert answer["code"] == "dynamic.schema.validation.limit.missing"
    assert "properties.a.maxLength" in answer["message"]
    assert answer["details"] == [
        {"errorCode": "dynamic.schema.validation.limit.missing", "fieldName": "properties.a.maxLength"},
        {"errorCode": "dynamic.schema.validation.limit.error", "fieldName": "properties.b.maxLength"},
    ]


def test_a_refused_schema_is_not_there(call: Caller) -> None:
    schemas = Schemas(call, WORKITEMS)
    created = schemas.create(document(x=text()))
    assert schemas.put(created["id"], 1, document(x=text(maxLength=500))).status_code == 400
    assert schemas.post(document(x=text(maxLength=500))).status_code == 400
    assert [each["version"] for each in schemas.get().json()["entities"]] == [1]


@pytest.mark.parametrize("base", [EVENTS, CONVERSATIONS])
def test_a_title_is_unique_among_enabled_schemas(call: Caller, base: Base) -> None:
    """The title must be unique across all enabled schemas (SDK docstrings)."""
    schemas = Schemas(call, base)
    first = schemas.create(document())
    assert refused(call, base, document()) == (400, "duplicate.schema.title")
    schemas.put(first["id"], 1, document(), enabled=False)
    second = schemas.create(document())
    assert code(schemas.put(first["id"], 2, document(), enabled=True)) == "duplicate.schema.title"
    assert schemas.put(first["id"], 2, document(), enabled=False).status_code == 200
    assert code(schemas.put(second["id"], 1, document())) == ""


@pytest.mark.parametrize("base", [USERS, RULES])
def test_a_title_is_unique_among_all_schemas(call: Caller, base: Base) -> None:
    """duplicate.schema.title is declared; among which schemas is not said, so among all of them [U]."""
    schemas = Schemas(call, base)
    first = schemas.create(document())
    schemas.put(first["id"], 1, document(), enabled=False)
    assert refused(call, base, document()) == (400, "duplicate.schema.title")
    other = schemas.create(document("Other"))
    assert code(schemas.put(other["id"], 1, document())) == "duplicate.schema.title"
    schemas.delete(first["id"])
    assert code(schemas.put(other["id"], 1, document())) == ""


@pytest.mark.parametrize("base", [WORKITEMS, CONTACTS, ORGANIZATIONS])
def test_other_titles_may_be_there_twice(call: Caller, base: Base) -> None:
    """Names not guaranteed unique for workitems; uniqueness not declared for workitems / external contacts."""
    for _ in range(2):
        Schemas(call, base).create(document())


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b"", 400)])
def test_a_body_that_is_no_object_is_refused(call: Caller, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert call("POST", WORKITEMS.path, data=body, headers=headers).status_code == status
    assert call("POST", WORKITEMS.path, data=body, headers={"Content-Type": "text/plain"}).status_code == 415
