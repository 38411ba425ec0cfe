"""Data schemas over the wire (published API §4.2): whatever the platform answers, what is not ours comes back to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds.data_schema import DATA_SCHEMAS
from reconciler.kinds.data_schema.bases import Wrapping
from reconciler.kinds.data_schema.wire import DIALECT, SERVER_OWNED, envelope_of
from reconciler.model.kind import Kind
from reconciler.model.normal import from_wire, to_wire, without_unknown
from reconciler.model.values import Json

from builders import blocking, live, manifest, plan_of, recorded

BY_NAME = {kind.name: kind for kind in DATA_SCHEMAS}
WORKITEM, CONVERSATION, RULES = (BY_NAME[f"{name}Schema"] for name in ("Workitem", "Conversation", "BusinessRules"))


def normal(body: Json, kind: Kind = WORKITEM) -> dict[str, Json]:
    return from_wire(kind.shape, kind.envelope.opened(body), named=lambda *_: None, ignore=kind.server_owned)


def wired(value: Mapping[str, Json], kind: Kind = WORKITEM) -> dict[str, Json]:
    """The flat object that the envelope closes."""
    return to_wire(kind.shape, value, live=lambda _, name: name)


def returned(body: Json, kind: Kind = WORKITEM) -> Mapping[str, Json]:
    """What is sent when an answer is replaced by itself."""
    return kind.envelope.to_replace(wired(normal(body, kind), kind))


def answer(properties: Json = None, /, **document: Json) -> dict[str, Json]:
    """A schema as the platform shows it."""
    whole = {"$schema": DIALECT, "title": "Claim", "properties": {} if properties is None else properties, **document}
    return {
        "id": "1",
        "name": whole["title"],
        "version": 3,
        "appliesTo": ["WORKITEM"],
        "enabled": True,
        "createdBy": {"id": "u"},
        "dateCreated": "2026-01-01T00:00:00Z",
        "selfUri": "/x/1",
        "deleted": False,
        "jsonSchema": whole,
    }


def text(**members: Json) -> dict[str, Json]:
    return {"allOf": [{"$ref": "#/definitions/text"}], "title": "A", "minLength": 0, "maxLength": 9, **members}


FIELDS = [
    {"key": "a", "type": "text", "title": "A", "description": "d", "required": True, "minLength": 0, "maxLength": 9},
    {"key": "n", "type": "integer", "title": "N", "required": False, "minimum": -1, "maximum": 5},
    {
        "key": "l",
        "type": "tag",
        "title": "L",
        "required": False,
        "minItems": 0,
        "maxItems": 3,
        "itemMinLength": 1,
        "itemMaxLength": 9,
        "uniqueItems": True,
    },
    {
        "key": "e",
        "type": "enum",
        "title": "E",
        "required": False,
        "options": [
            {"value": "x", "title": "X", "disabled": False},
            {"value": "y", "title": "Y", "disabled": True},
        ],
    },
]
DOCUMENT = {
    "$schema": DIALECT,
    "title": "Claim",
    "description": "d",
    "required": ["a"],
    "properties": {
        "a": text(description="d"),
        "n": {"allOf": [{"$ref": "#/definitions/integer"}], "title": "N", "minimum": -1, "maximum": 5},
        "l": {
            "allOf": [{"$ref": "#/definitions/tag"}],
            "title": "L",
            "minItems": 0,
            "maxItems": 3,
            "items": {"minLength": 1, "maxLength": 9},
            "uniqueItems": True,
        },
        "e": {
            "allOf": [{"$ref": "#/definitions/enum"}],
            "title": "E",
            "enum": ["x", "y"],
            "_enumProperties": {"x": {"title": "X"}, "y": {"title": "Y", "_disabled": True}},
        },
    },
}
NORMAL = {"name": "Claim", "description": "d", "enabled": True, "fields": FIELDS}


# Both ways.


def test_every_member_has_its_place_in_the_document() -> None:
    assert WORKITEM.envelope.to_replace(wired(NORMAL))["jsonSchema"] == DOCUMENT
    assert without_unknown(WORKITEM.shape, normal({**answer(), "jsonSchema": DOCUMENT})) == NORMAL


def test_there_are_three_bodies_to_create_and_two_to_replace() -> None:
    flat = wired(NORMAL)
    full = {"name": "Claim", "enabled": True, "jsonSchema": DOCUMENT}
    bodies = {wrapping: envelope_of(wrapping) for wrapping in Wrapping}
    assert bodies[Wrapping.FULL].to_create(flat) == full
    assert bodies[Wrapping.DOCUMENT].to_create(flat) == {"jsonSchema": DOCUMENT}
    assert bodies[Wrapping.BARE].to_create(flat) == DOCUMENT
    assert bodies[Wrapping.FULL].to_replace(flat) == full
    for other in (Wrapping.DOCUMENT, Wrapping.BARE):
        assert bodies[other].to_replace(flat) == {"enabled": True, "jsonSchema": DOCUMENT}


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_each_base_has_its_own_wrapping(kind: Kind) -> None:
    bare, wrapped = {"ExternalEventSchema", "ConversationSchema"}, {"BusinessRulesSchema"}
    sent = set(kind.envelope.to_create(wired(NORMAL, kind)))
    expected = set(DOCUMENT) if kind.name in bare else {"jsonSchema"} if kind.name in wrapped else None
    assert sent == (expected or {"name", "enabled", "jsonSchema"})


def test_personal_data_and_purposes_stay_with_us() -> None:
    stated = {**NORMAL, "fields": [{**FIELDS[0], "personalData": True, "purpose": "Support"}]}
    sent = WORKITEM.envelope.to_create(wired(stated))["jsonSchema"]["properties"]["a"]
    assert sent == DOCUMENT["properties"]["a"]


def test_an_organisation_s_members_with_those_names_are_not_ours() -> None:
    body = answer({"a": text(personalData="theirs", purpose=["theirs"])})
    assert normal(body)["fields"][0]["+purpose"] == ["theirs"]
    assert returned(body)["jsonSchema"]["properties"]["a"] == text(personalData="theirs", purpose=["theirs"])


def test_server_owned_members_and_versions_are_no_part_of_it() -> None:
    one, other = answer(), answer()
    other |= {"version": 9, "dateCreated": "later", "createdBy": {"id": "v"}, "selfUri": "/y", "deleted": True}
    assert normal(one) == normal(other)
    assert not SERVER_OWNED & set(returned(one))


def test_a_name_follows_the_title_unless_somebody_has_set_them_apart() -> None:
    renamed = {**normal(answer()), "name": "Other"}
    assert WORKITEM.envelope.to_replace(wired(renamed))["name"] == "Other"
    apart = {**normal({**answer(), "name": "Apart"}), "name": "Other"}
    sent = WORKITEM.envelope.to_replace(wired(apart))
    assert (sent["name"], sent["jsonSchema"]["title"]) == ("Apart", "Other")


def test_what_the_platform_calls_disabled_goes_without_saying_while_it_is_not() -> None:
    shown = {"enum": ["x"], "_enumProperties": {"x": {"title": "X", "_disabled": False}}}
    about = returned(answer({"e": text(**shown)}))["jsonSchema"]["properties"]["e"]["_enumProperties"]
    assert about == {"x": {"title": "X"}}


def test_null_is_absence() -> None:
    body = answer({"a": text(description=None, minLength=None, uniqueItems=None)}, description=None, required=None)
    [field] = normal(body)["fields"]
    assert field == {"key": "a", "type": "text", "title": "A", "required": False, "maxLength": 9}
    assert "description" not in normal(body)


def test_an_option_without_words_about_it_is_one_all_the_same() -> None:
    for about in ({}, {"_enumProperties": {}}, {"_enumProperties": {"x": {}}}, {"_enumProperties": None}):
        [field] = normal(answer({"e": text(enum=["x"], **about)}))["fields"]
        assert field["options"] == [{"value": "x", "disabled": False}], about


def test_words_about_options_that_are_not_there_hide_no_option() -> None:
    about = {"x": {"title": "X"}, "gone": {"title": "Gone"}}
    body = answer({"e": text(enum=["x"], _enumProperties=about)})
    [field] = normal(body)["fields"]
    assert field["options"] == [{"value": "x", "title": "X", "disabled": False}]
    assert returned(body)["jsonSchema"]["properties"]["e"]["_enumProperties"] == about


@pytest.mark.parametrize("enum", [[1, 2], [None], [], "x", {"x": 1}, True], ids=repr)
def test_an_enum_that_is_not_of_strings_stays_as_it_is(enum: Json) -> None:
    body = answer({"e": text(enum=enum)})
    assert "options" not in normal(body)["fields"][0]
    assert returned(body)["jsonSchema"]["properties"]["e"]["enum"] == enum


def test_an_enum_s_other_values_stay_beside_the_options() -> None:
    body = answer({"e": text(enum=[1, "x", None, "y", "x"])})
    [field] = normal(body)["fields"]
    assert [option["value"] for option in field["options"]] == ["x", "y"]
    field["options"] = field["options"][:1]
    assert WORKITEM.envelope.to_replace(wired({**normal(body), "fields": [field]}))["jsonSchema"]["properties"]["e"][
        "enum"
    ] == ["x", 1, None]


@pytest.mark.parametrize("odd", [None, [], [{"minLength": 1}], "x", 7], ids=repr)
def test_items_that_are_none_make_way_for_the_limits_that_a_manifest_states(odd: Json) -> None:
    value = normal(answer({"l": text(items=odd)}))
    value["fields"][0]["itemMinLength"] = 2
    sent = WORKITEM.envelope.to_replace(wired(value))["jsonSchema"]["properties"]["l"]
    assert sent["items"] == {"minLength": 2}


def test_options_that_a_manifest_states_stand_beside_those_that_cannot_be_read() -> None:
    value = normal(answer({"e": text(enum=[1, 2])}))
    value["fields"][0]["options"] = [{"value": "x", "disabled": False}]
    sent = WORKITEM.envelope.to_replace(wired(value))["jsonSchema"]["properties"]["e"]
    assert sent["enum"] == ["x", 1, 2]


@pytest.mark.parametrize("name", ["$key", "$type", "$required", "$options", "$itemMinLength", "$theirs", "$comment"])
@pytest.mark.parametrize("value", [None, 7, ["x"], "b", {"a": 1}], ids=repr)
def test_a_member_of_the_platform_never_takes_the_place_of_one_of_ours(name: str, value: Json) -> None:
    body = answer({"a": text(**{name: value}, enum=["x"], _enumProperties={"x": {"$value": value}})})
    [field] = normal(body)["fields"]
    assert (field["key"], field["type"], field["required"]) == ("a", "text", False)
    assert field["options"][0]["value"] == "x"
    sent = returned(body)["jsonSchema"]["properties"]["a"]
    assert (sent[name], sent["_enumProperties"]["x"]["$value"]) == (value, value)


@pytest.mark.parametrize(
    "all_of",
    [[], None, "x", [{}], [{"$ref": 7}], [{"$ref": "http://x/text"}], [{"$ref": "#/definitions/text", "a": 1}],
     [{"$ref": "#/definitions/text"}, {"$ref": "#/definitions/text"}]],
    ids=repr,
)  # fmt: skip
def test_a_reference_of_another_form_is_no_core_type_and_stays(all_of: Json) -> None:
    body = answer({"a": text(allOf=all_of)})
    assert "type" not in normal(body)["fields"][0]
    assert returned(body)["jsonSchema"]["properties"]["a"] == text(allOf=all_of)


def test_a_property_without_a_core_type_stays() -> None:
    body = answer({"a": {"type": "string"}})
    assert returned(body)["jsonSchema"]["properties"]["a"] == {"type": "string"}


def test_required_keeps_its_strays() -> None:
    sent = returned(answer({"a": text(), "b": text()}, required=["b", "gone", 7, "a"]))["jsonSchema"]
    assert sorted(sent["required"], key=str) == sorted(["b", "gone", 7, "a"], key=str)


# What is no schema.


@pytest.mark.parametrize("document", [None, [], "x", 7, True], ids=repr)
@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_a_schema_without_a_document_is_refused_and_not_guessed_at(kind: Kind, document: Json) -> None:
    with pytest.raises(ValueError, match="a list of objects was expected"):
        normal({**answer(), "jsonSchema": document}, kind)


@pytest.mark.parametrize("properties", [[], "x", 7, {"a": None}, {"a": []}, {"a": text(), "b": "x"}], ids=repr)
def test_properties_that_are_none_are_refused(properties: Json) -> None:
    with pytest.raises(ValueError, match="a list of objects was expected"):
        normal(answer(properties))


def test_one_that_is_no_schema_blocks_itself_and_nobody_else() -> None:
    good, bad = (manifest("WorkitemSchema", name, {"fields": []}) for name in ("good", "bad"))
    entities = [
        live(WORKITEM, "id-good", WORKITEM.envelope.opened(answer(title="good"))),
        live(WORKITEM, "id-bad", WORKITEM.envelope.opened({**answer(), "jsonSchema": None})),
    ]
    made = plan_of([good, bad], [recorded(good), recorded(bad)], entities)
    assert blocking(made) == ["RC106"]
    assert [str(each.address) for each in made.findings if each.blocks] == ["WorkitemSchema/bad"]


def test_a_stranger_that_is_no_schema_blocks_nothing() -> None:
    stated = manifest("WorkitemSchema", "good", {"fields": []})
    stranger = live(WORKITEM, "9", WORKITEM.envelope.opened({"id": "9", "version": 1, "jsonSchema": {"properties": 7}}))
    assert blocking(plan_of([stated], [], [stranger])) == []


# Any answer at all.

KEYS = "abcd"
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([1.5, 2.0]) | st.sampled_from(["", "a", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "title", "$ref"]), inner),
    max_leaves=4,
)


def oddly(*sound: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what it should be."""
    return st.one_of(*sound, *sound, junk)


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


OURS = ("$key", "$type", "$required", "$options", "$itemMinLength", "$itemMaxLength", "$document", "$whole", "$value")
dollars = st.dictionaries(st.sampled_from([*OURS, "$comment", "+x", "extra"]), junk, max_size=2)
options = st.lists(st.sampled_from("xyz"), max_size=3)
about = st.dictionaries(
    st.sampled_from("xyz"), oddly(some(title=oddly(st.just("X")), _disabled=oddly(st.booleans()), extra=junk)) | dollars
)
prop = st.builds(
    lambda known, odd: known | odd,
    some(
        allOf=oddly(st.sampled_from(["text", "tag", "enum"]).map(lambda name: [{"$ref": f"#/definitions/{name}"}])),
        title=oddly(st.text(max_size=2)),
        description=oddly(st.just("d")),
        minLength=oddly(st.integers(0, 3)),
        maximum=oddly(st.floats(allow_nan=False, allow_infinity=False)),
        items=oddly(some(minLength=oddly(st.integers(0, 3)), maxLength=oddly(st.integers(0, 3)), pattern=junk)),
        uniqueItems=oddly(st.booleans()),
        enum=oddly(options),
        _enumProperties=oddly(about),
    ),
    dollars,
)
document = st.builds(
    lambda known, odd: known | odd,
    some(
        **{"$schema": oddly(st.just(DIALECT))},
        title=oddly(st.just("Claim")),
        description=oddly(st.just("d")),
        required=oddly(st.lists(st.sampled_from([*KEYS, "gone", 7]))),
        properties=oddly(st.dictionaries(st.sampled_from(KEYS), prop | prop | prop | junk)),
        type=oddly(st.just("object")),
        additionalProperties=oddly(st.booleans()),
    ),
    dollars,
)
bodies = st.builds(
    lambda known, odd: known | odd,
    some(
        id=st.just("1"),
        name=oddly(st.just("Claim")),
        version=st.integers(1, 9),
        enabled=oddly(st.booleans()),
        jsonSchema=oddly(document, document),
        fields=junk,
        title=junk,
    ),
    dollars,
)


def meant(document: Json) -> Json:
    """A document less the differences that mean nothing: null for nothing, order in `required`, `_disabled: false`, a
    title that is the option's value."""
    told = {name: value for name, value in document.items() if value is not None or name not in _KNOWN}
    listed = told.pop("required", None) or []
    told["required"] = sorted({*map(repr, listed)}) if isinstance(listed, list) else listed
    told["properties"] = {key: _meant(stated) for key, stated in (told.get("properties") or {}).items()}
    return {"$schema": DIALECT, **told}


_KNOWN = {"title", "description", "required", "properties", "minLength", "maximum", "uniqueItems"}


def _meant(stated: Mapping[str, Json]) -> Json:
    told = {name: value for name, value in stated.items() if value is not None or name not in _KNOWN}
    if isinstance(told.get("enum"), list):
        strays = [value for value in told["enum"] if not isinstance(value, str)]
        told["enum"] = [*dict.fromkeys(value for value in told["enum"] if isinstance(value, str)), *strays]
    if isinstance(told.get("items"), dict):
        told["items"] = {name: part for name, part in told["items"].items() if part is not None or name == "pattern"}
        if not told["items"]:
            del told["items"]
    if isinstance(about := told.get("_enumProperties"), dict):
        words = {value: _meant_option(value, each) for value, each in about.items()}
        told["_enumProperties"] = {value: said for value, said in words.items() if said}
    if not told.get("_enumProperties", True):
        del told["_enumProperties"]
    return told


def _meant_option(option: str, each: Json) -> Json:
    if not isinstance(each, dict):
        return each
    nothing = {"_disabled": (None, False), "title": (None,)}
    told = {name: value for name, value in each.items() if not any(value is one for one in nothing.get(name, ()))}
    return {name: value for name, value in told.items() if name != "title" or value != option}


@given(bodies, st.sampled_from(sorted(BY_NAME)))
def test_whatever_the_answer_what_is_not_ours_comes_back(body: dict[str, Json], name: str) -> None:
    kind = BY_NAME[name]
    try:
        value = normal(body, kind)
    except ValueError:
        return
    sent = kind.envelope.to_replace(wired(value, kind))
    assert meant(sent["jsonSchema"]) == meant(body["jsonSchema"])
    assert meant(returned(sent, kind)["jsonSchema"]) == meant(sent["jsonSchema"])


@given(bodies)
def test_opening_never_raises(body: dict[str, Json]) -> None:
    assert isinstance(WORKITEM.envelope.opened(body), dict)
