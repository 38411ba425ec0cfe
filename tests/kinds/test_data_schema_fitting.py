"""Whether a data schema fits what the organisation says about its base (published API §4.2, §4.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds.data_schema import DATA_SCHEMAS
from reconciler.kinds.data_schema.terms import read_core_types, read_sizes
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind, SizeLimit, Terms, Transition
from reconciler.model.project import Project
from reconciler.model.values import Json

from builders import manifest

from .test_data_schema_wire import BY_NAME, normal

ANSWER = {
    "entities": [
        {
            "name": "text",
            "current": True,
            "validationFields": ["minLength", "maxLength"],
            "validationLimits": {"minLength": {"min": 0, "max": 100}, "maxLength": {"min": 1, "max": 100}},
        },
        {
            "name": "tag",
            "validationFields": ["minItems", "maxItems"],
            "validationLimits": {},
            "itemValidationFields": ["minLength", "maxLength"],
            "itemValidationLimits": {"maxLength": {"min": 1, "max": 50}},
        },
        {"name": "integer", "validationFields": ["minimum"], "validationLimits": {"minimum": {"min": -5}}},
        {"name": "enum", "validationFields": [], "validationLimits": {"maxItems": {"min": 1, "max": 50}}},
        {"name": "date"},
        {"name": "old", "current": False},
    ]
}
TYPES = read_core_types(ANSWER)
SIZES = {
    "minFieldNameCharacters": 2,
    "maxFieldNameCharacters": 4,
    "maxFieldTitleCharacters": 6,
    "maxFieldDescriptionCharacters": 8,
    "minSchemaNameCharacters": 2,
    "maxSchemaNameCharacters": 5,
    "maxSchemaDescriptionCharacters": 3,
    "maxNumberOfFieldsPerSchema": 2,
    "maxNumberOfSchemasPerOrg": 3,
    "maxNumberOfFieldsPerOrg": 4,
}
CLS, POLICY = FindingClass.PLATFORM, FindingClass.POLICY


def field(key: str = "aa", type_: str = "text", **more: Json) -> dict[str, Json]:
    limits = {"minLength": 0, "maxLength": 9} if type_ == "text" else {}
    return {"key": key, "type": type_, "title": key.upper(), **limits, **more}


def judged(
    *fields: Json, before: Any = (), terms: Terms | None = None, kind: str = "UserSchema", **spec: Json
) -> list[Finding]:
    after = manifest(kind, "name", {"name": "Name", **spec, "fields": list(fields)})
    was = None if before == () else manifest(kind, "name", {"name": "Name", "fields": list(before)}).normal
    given_ = {"coretypes": TYPES, "limits": SIZES} if terms is None else terms
    return list(BY_NAME[kind].judge(Transition(after.address, was, after.normal, Project(), terms=given_)))


def found(*args: Any, **more: Any) -> list[tuple[str, str, FindingClass]]:
    return [(each.code, each.dotted, each.cls) for each in judged(*args, **more)]


# Core types and their limits.


def test_core_types_are_read_with_what_they_demand() -> None:
    assert TYPES == {
        "text": {"minLength": [0, 100], "maxLength": [1, 100]},
        "tag": {
            "minItems": [None, None],
            "maxItems": [None, None],
            "itemMinLength": [None, None],
            "itemMaxLength": [1, 50],
        },
        "integer": {"minimum": [-5, None]},
        "enum": {},
        "date": {},
    }


def test_a_schema_that_fits_passes() -> None:
    tag = field("tt", "tag", minItems=0, maxItems=5, itemMinLength=0, itemMaxLength=50)
    assert found(field(), tag) == []


def test_an_unknown_core_type_names_the_known_ones_and_the_nearest() -> None:
    [finding] = judged(field(type_="txt"))
    assert (finding.code, finding.dotted, finding.cls) == ("DS201", "fields.aa.type", CLS)
    assert "text, tag, integer, enum, date" in finding.detail
    assert finding.hint == "Did you mean text?"


def test_a_core_type_that_is_no_longer_current_is_not_known() -> None:
    assert found(field(type_="old")) == [("DS201", "fields.aa.type", CLS)]


def test_missing_limits_are_one_finding_with_the_widest_ready_to_paste() -> None:
    [finding] = judged({"key": "aa", "type": "text", "title": "A"})
    assert (finding.code, finding.dotted, finding.cls) == ("DS202", "fields.aa", CLS)
    assert "must state minLength, maxLength; not there: minLength, maxLength." in finding.detail
    assert finding.hint == "minLength: 0, maxLength: 100"
    [finding] = judged(field(type_="tag", minItems=0, maxItems=1, itemMinLength=0))
    assert finding.hint == "itemMaxLength: 50"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"maxLength": 101}, "maxLength is 101, and type text allows 1 to 100."),
        ({"maxLength": 0}, "maxLength is 0, and type text allows 1 to 100."),
        ({"minLength": -1}, "minLength is -1, and type text allows 0 to 100."),
    ],
)
def test_a_limit_outside_its_core_type_s_range_names_the_range(members: Json, said: str) -> None:
    [finding] = judged(field(**members))
    assert (finding.code, finding.cls, finding.detail) == ("DS203", CLS, said)


@pytest.mark.parametrize("value", [1, 100])
def test_the_ends_of_a_range_are_in_it(value: int) -> None:
    assert found(field(maxLength=value)) == []


def test_half_a_range_is_said_as_one() -> None:
    [finding] = judged(field(type_="integer", minimum=-6))
    assert finding.detail == "minimum is -6, and type integer allows at least -5."
    assert found(field(type_="integer", minimum=10**15)) == []


def test_an_item_s_length_has_a_range_of_its_own() -> None:
    tag = field(type_="tag", minItems=0, maxItems=5, itemMinLength=0, itemMaxLength=51)
    assert found(tag) == [("DS203", "fields.aa.itemMaxLength", CLS)]


def test_a_limit_that_the_type_does_not_have_is_a_question() -> None:
    [finding] = judged(field(type_="date", maximum=5))
    assert (finding.code, finding.dotted, finding.cls) == ("DS204", "fields.aa.maximum", POLICY)
    assert finding.facet == {"change": "maximum of date"}
    assert "not documented" in finding.detail


def test_bounds_that_only_a_merge_can_cross_are_found_after_it() -> None:
    before, after = field(), {**field(), "minLength": 50, "maxLength": 9}
    found_ = judged(after, before=[before])
    assert "DS203" in [each.code for each in found_]


def test_without_core_types_it_is_said_once_and_blocks_nothing() -> None:
    [finding] = judged(field(type_="nonsense"), field("bb", "nonsense"), terms={"limits": SIZES})
    assert (finding.code, finding.severity) == ("DS207", Severity.WARN)


def test_a_colleague_s_field_is_nobody_s_problem() -> None:
    theirs = {"key": "x", "type": "gone", "title": "A title that is far too long", "maxLength": 999}
    assert found({**field("aa"), "title": "Other"}, theirs, before=[field("aa"), theirs]) == []


def test_a_limit_that_stays_as_it_was_is_not_judged_again() -> None:
    before = field(maxLength=999)
    assert found({**before, "title": "Other"}, before=[before]) == []


# Lengths.


@pytest.mark.parametrize(
    ("members", "path", "said"),
    [
        ({"key": "a"}, "fields.a.key", "1 characters, and 2 to 4"),
        ({"key": "aaaaa"}, "fields.aaaaa.key", "5 characters, and 2 to 4"),
        ({"title": "seven??"}, "fields.aa.title", "7 characters, and 1 to 6"),
        ({"description": "nine?????"}, "fields.aa.description", "9 characters, and 0 to 8"),
    ],
)
def test_a_field_s_texts_have_lengths(members: Json, path: str, said: str) -> None:
    [finding] = judged({**field(), **members})
    assert (finding.code, finding.dotted, finding.cls) == ("DS205", path, CLS)
    assert said in finding.detail
    assert "documented" not in finding.detail


@pytest.mark.parametrize(("members", "path"), [({"name": "sixsix"}, "name"), ({"description": "four"}, "description")])
def test_a_schema_s_texts_have_lengths(members: Json, path: str) -> None:
    assert found(field(), **members) == [("DS205", path, CLS)]


def test_characters_are_counted_and_not_bytes() -> None:
    assert found({**field(), "title": "äöüß€😀"}) == []


@pytest.mark.parametrize(
    ("length", "path", "member"), [(51, "name", "name"), (201, "description", "description"), (101, "fields", "key")]
)
def test_a_length_that_is_only_documented_is_a_question(length: int, path: str, member: str) -> None:
    terms = {"coretypes": TYPES, "limits": {}}
    text = "x" * length
    stated: Any = {"key": text, "title": "T"} if member == "key" else {}
    [finding] = judged({**field(), **stated}, terms=terms, **({} if stated else {member: text}))
    assert (finding.code, finding.cls, finding.dotted.split(".")[0]) == ("DS205", POLICY, path)
    assert "The number is the documented one" in finding.detail
    assert finding.facet["change"].startswith(f"{length} characters: {text[:40]}")


def test_an_acknowledged_length_is_that_of_one_text() -> None:
    terms = {"coretypes": TYPES, "limits": {}}
    facets = {judged(field(), terms=terms, name=letter * 51)[0].facet["change"] for letter in "xy"}
    assert len(facets) == 2


def test_limits_that_are_not_said_are_a_warning_where_they_should_be() -> None:
    terms = {"coretypes": TYPES}
    assert [each.code for each in judged(field(), terms=terms)] == ["DS209"]
    assert judged(field(), terms=terms, kind="BusinessRulesSchema") == []


def test_the_least_may_be_said_and_the_greatest_only_documented() -> None:
    terms = {"coretypes": TYPES, "limits": {"minFieldTitleCharacters": 2}}
    assert found({**field(), "title": "x"}, terms=terms) == [("DS205", "fields.aa.title", CLS)]
    assert found({**field(), "title": "x" * 101}, terms=terms) == [("DS205", "fields.aa.title", POLICY)]


# Options.


def enum(*values: str) -> dict[str, Json]:
    return field("ee", "enum", options=list(values))


def test_options_have_a_documented_number() -> None:
    many = [f"o{number}" for number in range(51)]
    assert found(enum(*many[:50])) == []
    [finding] = judged(enum(*many))
    assert (finding.code, finding.dotted, finding.cls) == ("DS208", "fields.ee.options", POLICY)
    assert finding.facet == {"change": "51 options, over 50"}


def test_options_have_a_documented_length() -> None:
    assert found(enum("x" * 100)) == []
    [finding] = judged(enum("x" * 101))
    assert (finding.code, finding.cls) == ("DS208", POLICY)
    assert finding.facet["change"].startswith("101 characters: " + "x" * 40)


def test_options_that_are_there_are_not_judged_again() -> None:
    before = enum(*(f"o{number}" for number in range(51)), "x" * 101)
    assert found({**before, "title": "Other"}, before=[before]) == []


# Titles.


UNIQUE = {"ExternalEventSchema", "ConversationSchema", "UserSchema", "BusinessRulesSchema"}


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_titles_are_unique_for_certain_where_the_api_declares_it(kind: Kind) -> None:
    enum = field("ee", "enum", options=[{"value": "x", "title": "S"}, {"value": "y", "title": "S"}])
    cls = CLS if kind.name in UNIQUE else POLICY
    terms = {"coretypes": TYPES, "limits": {}}
    twice = found(field("aa", title="T"), field("bb", title="T"), kind=kind.name, terms=terms)
    assert twice == [("DS206", "fields.aa.title", cls), ("DS206", "fields.bb.title", cls)]
    [finding] = judged(enum, kind=kind.name)
    assert (finding.code, finding.dotted, finding.cls) == ("DS206", "fields.ee.options", cls)
    assert ("not documented" in finding.detail) is (cls is POLICY)


def test_a_colleague_s_title_counts_and_the_finding_stands_at_ours() -> None:
    theirs = field("bb", title="T")
    assert found(field("aa", title="T"), theirs, before=[theirs]) == [("DS206", "fields.aa.title", CLS)]


# Counts.


def limits(kind: str, terms: Terms) -> list[tuple[str, int, FindingClass, bool]]:
    return [(each.code, each.maximum, each.cls, each.across) for each in BY_NAME[kind].limits(terms)]


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_what_the_organisation_says_about_counts_is_certain(kind: Kind) -> None:
    assert limits(kind.name, {"limits": SIZES}) == [
        ("DS210", 2, CLS, False),
        ("DS211", 3, CLS, True),
        ("DS212", 4, CLS, True),
    ]


DOCUMENTED = dict.fromkeys(BY_NAME, (25, 20, 500)) | {
    "ExternalEventSchema": (50, 50, 2500),
    "ConversationSchema": (50, 50, 2500),
    "UserSchema": (),
}


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_what_is_only_documented_about_counts_is_a_question(kind: Kind) -> None:
    numbers = DOCUMENTED[kind.name]
    said = limits(kind.name, {})
    assert [most for _, most, _, _ in said] == list(numbers)
    assert {cls for _, _, cls, _ in said} <= {POLICY}


@pytest.mark.parametrize("kind", DATA_SCHEMAS, ids=lambda kind: kind.name)
def test_business_rules_alone_are_not_asked_for_limits(kind: Kind) -> None:
    paths = [term.path for term in kind.terms]
    assert paths == (["/coretypes"] if kind.name == "BusinessRulesSchema" else ["/coretypes", "/limits"])


# Whatever the organisation answers.

junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.sampled_from(["", "text", "max"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["entities", "name", "min", "max", "minLength"]), inner)
    ),
    max_leaves=4,
)
names = st.sampled_from(["minLength", "maxLength", "minimum", "minItems", "unheard"])
ranges = junk | st.dictionaries(names, junk | st.fixed_dictionaries({}, optional={"min": junk, "max": junk}))
core_type = st.fixed_dictionaries(
    {"name": st.sampled_from(["text", "tag"]) | junk},
    optional={
        "current": junk,
        "validationFields": st.lists(names | junk) | junk,
        "validationLimits": ranges,
        "itemValidationFields": st.lists(names | junk) | junk,
        "itemValidationLimits": ranges,
    },
)


@given(junk | st.fixed_dictionaries({"entities": st.lists(core_type | junk, max_size=3) | junk}))
def test_core_types_are_understood_or_refused(answer: Json) -> None:
    try:
        types = read_core_types(answer)
    except ValueError:
        return
    for terms in ({"coretypes": types}, {"coretypes": types, "limits": {}}):
        for finding in judged(field(), field("tt", "tag", maxItems=3), terms=terms):
            assert finding.code.startswith("DS2")


@given(junk | st.dictionaries(st.sampled_from([*SIZES, "selfUri", "minimal"]), junk))
def test_limits_are_understood_or_refused(answer: Json) -> None:
    try:
        sizes = read_sizes(answer)
    except ValueError:
        return
    terms = {"coretypes": TYPES, "limits": sizes}
    assert all(isinstance(limit, SizeLimit) for limit in BY_NAME["UserSchema"].limits(terms))
    judged(field(), terms=terms)


def test_a_live_title_that_is_a_list_is_no_title() -> None:
    odd = normal({"jsonSchema": {"properties": {"a": {"title": ["x"]}, "b": {"title": ["x"]}}}})
    transition = Transition(manifest("UserSchema", "s", {"fields": []}).address, None, odd, Project(), terms={})
    assert [each.code for each in BY_NAME["UserSchema"].judge(transition)] == ["DS207"]


# Options, which no organisation counts for us.


def options(count: int, length: int = 3) -> dict[str, Json]:
    return field(type_="enum", options=[{"value": str(n).rjust(length, "x"), "title": f"T{n}"} for n in range(count)])


@pytest.mark.parametrize(
    ("after", "before", "details"),
    [
        (options(50), (), []),
        (options(51), (), ["51 options, and at most 50 are documented."]),
        (options(51), [options(51)], []),
        (options(52), [options(51)], ["52 options, and at most 50 are documented."]),
        (options(51), [options(52)], []),
        (options(1, 100), (), []),
        (options(1, 101), (), ["An option has 101 characters, and at most 100 are documented."]),
        (options(1, 101) | {"title": "B"}, [options(1, 101)], []),
    ],
)
def test_options_are_held_against_the_documented_numbers(after: Json, before: Any, details: list[str]) -> None:
    findings = [each for each in judged(after, before=before) if each.code == "DS208"]
    assert [each.detail for each in findings] == details
    assert all(each.acknowledgeable for each in findings)
