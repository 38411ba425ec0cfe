"""What a new version may not do to the one before: the table of published API §4.5, cell by cell, base by base."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds.data_schema import DATA_SCHEMAS
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Transition
from reconciler.model.project import Project
from reconciler.model.values import Json

from builders import acknowledgement, blocking, edited, manifest, observed, plan_of, recorded

from .test_data_schema_wire import BY_NAME, bodies, normal

CORE_TYPES = {
    "text": {"minLength": [0, 100], "maxLength": [1, 100]},
    "integer": {"minimum": [-9, 99], "maximum": [-9, 99]},
    "currency": {"minLength": [0, 17], "maxLength": [1, 17]},
    "list": {name: [0, 100] for name in ("minItems", "maxItems", "itemMinLength", "itemMaxLength")},
    "enum": {},
    "date": {},
}
TERMS = {"coretypes": CORE_TYPES, "limits": {}}
KINDS = ["Workitem", "Contact", "Organization", "ExternalEvent", "Conversation", "User", "BusinessRules"]
REFUSED, ALLOWED, ASSUMED, FREE = "refused", "allowed", "assumed", "free"


def field(key: str = "a", type_: str = "text", **more: Json) -> dict[str, Json]:
    limits = {name: most if "ax" in name else least for name, (least, most) in CORE_TYPES[type_].items()}
    return {"key": key, "type": type_, "title": key.upper(), **limits, **more}


def enum(*values: Json) -> dict[str, Json]:
    return field("a", "enum", options=list(values))


OFF = {"value": "x", "disabled": True}
CHANGES: dict[str, tuple[list[Json], list[Json], str]] = {
    "a field removed": ([field("a"), field("b")], [field("b")], "DS101"),
    "the core type changed": ([field("a")], [field("a", "date")], "DS102"),
    "an optional field required": ([field("a")], [field("a", required=True)], "DS103"),
    "a new field required": ([], [field("a", required=True)], "DS104"),
    "a greatest length less": ([field()], [field(maxLength=9)], "DS105"),
    "a least length greater": ([field()], [field(minLength=1)], "DS105"),
    "a maximum less": ([field("a", "integer")], [field("a", "integer", maximum=9)], "DS105"),
    "a minimum greater": ([field("a", "integer")], [field("a", "integer", minimum=0)], "DS105"),
    "fewer items": ([field("a", "list")], [field("a", "list", maxItems=9)], "DS105"),
    "longer items": ([field("a", "list")], [field("a", "list", itemMinLength=1)], "DS105"),
    "items unique": ([field("a", "list")], [field("a", "list", uniqueItems=True)], "DS105"),
    "a currency narrowed": ([field("a", "currency")], [field("a", "currency", maxLength=9)], "DS105"),
    "an option removed": ([enum("x", "y")], [enum("y")], "DS106"),
    "an option disabled": ([enum("x", "y")], [enum(OFF, "y")], "DS107"),
    "an optional field added": ([], [field()], ""),
    "a required field made optional": ([field(required=True)], [field()], ""),
    "another title": ([field()], [field(title="Other", description="other")], ""),
    "a limit widened": ([field(minLength=3, maxLength=9)], [field()], ""),
    "an option added": ([enum("x")], [enum("x", "y")], ""),
    "an option renamed": ([enum("x")], [enum({"value": "x", "title": "Other"})], ""),
    "an option enabled": ([enum(OFF)], [enum("x")], ""),
    "items no longer unique": ([field("a", "list", uniqueItems=True)], [field("a", "list", uniqueItems=False)], ""),
}
UNKNOWN = {"a currency narrowed", "items unique"}
"""Changes of which §4.5 says other things than of limits in general, or nothing."""
NARROW = {"Conversation": ASSUMED, "BusinessRules": REFUSED}
SAID = {
    "a field removed": {"Contact": REFUSED, "Organization": REFUSED},
    "an optional field required": {"ExternalEvent": REFUSED, "Conversation": ALLOWED},
    "a new field required": {"Conversation": REFUSED},
    "an option removed": {"Conversation": REFUSED, "BusinessRules": REFUSED},
    "an option disabled": {"Conversation": REFUSED},
    "a currency narrowed": {"Conversation": REFUSED, "BusinessRules": REFUSED},
} | {change: NARROW for change, (_, _, code) in CHANGES.items() if code == "DS105" and change not in UNKNOWN}
"""What §4.5 says; of all the rest it is silent."""


def expected(change: str, name: str) -> str:
    silence = ASSUMED if CHANGES[change][2] not in ("", "DS107") else FREE
    return SAID.get(change, {}).get(name, silence)


def transition(name: str, before: list[Json] | None, after: list[Json] | None, **spec: Json) -> Transition:
    stated = [
        None if fields is None else manifest(f"{name}Schema", "s", {"fields": fields, **more}).normal
        for fields, more in ((before, {}), (after, spec))
    ]
    return Transition(manifest(f"{name}Schema", "s", {"fields": []}).address, *stated, Project(), terms=TERMS)


def judged(name: str, before: list[Json] | None, after: list[Json] | None, **spec: Json) -> list[Finding]:
    return list(BY_NAME[f"{name}Schema"].judge(transition(name, before, after, **spec)))


def verdict(findings: list[Finding], name: str) -> str:
    if not findings:
        return FREE
    [finding] = findings
    assert finding.severity is Severity.BLOCK
    certain = f"The platform refuses this for {name}Schema, as its documentation says." in finding.detail
    allowed = "The platform allows it." in finding.detail
    assumed = f"Whether the platform allows this for {name}Schema is not documented; it is" in finding.detail
    assert [certain, allowed, assumed].count(True) == 1, finding.detail
    assert (finding.cls is FindingClass.PLATFORM) is certain
    return REFUSED if certain else ALLOWED if allowed else ASSUMED


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", KINDS)
def test_each_cell_of_the_table(name: str, change: str) -> None:
    before, after, code = CHANGES[change]
    found = judged(name, before, after)
    assert verdict(found, name) == expected(change, name)
    assert [each.code for each in found] == ([code] if found else [])


@pytest.mark.parametrize("name", KINDS)
def test_disabling_a_schema_asks_and_enabling_does_not(name: str) -> None:
    [finding] = judged(name, [], [], enabled=False)
    assert (finding.code, finding.cls, finding.facet) == ("DS108", FindingClass.POLICY, {"change": "true -> false"})
    disabled = manifest(f"{name}Schema", "s", {"fields": [], "enabled": False})
    enabling = Transition(disabled.address, disabled.normal, {**disabled.normal, "enabled": True}, Project())
    assert list(BY_NAME[disabled.address.kind].judge(enabling)) == []


@pytest.mark.parametrize("name", KINDS)
def test_neither_a_creation_nor_a_deletion_is_an_evolution(name: str) -> None:
    assert judged(name, None, [field(required=True)], enabled=False) == []
    assert judged(name, [field()], None) == []


@pytest.mark.parametrize(
    ("change", "path", "facet"),
    [
        ("a field removed", "fields.a", {"removes": ["a"]}),
        ("the core type changed", "fields.a.type", {"change": "text -> date"}),
        ("an optional field required", "fields.a.required", {"change": "optional -> required"}),
        ("a new field required", "fields.a.required", {"change": "optional -> required"}),
        ("a maximum less", "fields.a.maximum", {"change": "99 -> 9"}),
        ("items unique", "fields.a.uniqueItems", {"change": "false -> true"}),
        ("an option removed", "fields.a.options", {"removes": ["x"]}),
    ],
)
def test_an_acknowledgement_of_the_finding_lets_it_through_where_it_may(change: str, path: str, facet: Any) -> None:
    before, after, code = CHANGES[change]
    accepted = {name: tuple(value) if isinstance(value, list) else value for name, value in facet.items()}
    for name in KINDS:
        kind = f"{name}Schema"
        was = manifest(kind, "s", {"fields": before})
        becomes = manifest(kind, "s", {"fields": after}, acknowledge=(acknowledgement(code, path, **accepted),))
        made = plan_of([becomes], [recorded(was)], [observed(was)])
        assert (blocking(made) == []) is (expected(change, name) != REFUSED), name


def test_a_limit_that_was_not_there_is_narrower() -> None:
    [finding] = judged("User", [field("a", "date")], [field("a", "date", maximum=9)])[:1]
    assert (finding.code, finding.facet) == ("DS105", {"change": "none -> 9"})


def test_a_limit_that_goes_is_wider() -> None:
    assert [each.code for each in judged("User", [field()], [{"key": "a", "type": "text", "title": "A"}])] == ["DS202"]


def test_a_field_of_the_same_type_that_comes_is_pointed_out() -> None:
    [removal] = [each for each in judged("User", [field("a")], [field("b")]) if each.code == "DS101"]
    assert "If it was to become 'b': a key cannot be renamed." in removal.detail


def test_the_numbers_1_and_1_0_are_one() -> None:
    assert judged("User", [field("a", "integer", maximum=9)], [field("a", "integer", maximum=9.0)]) == []


def test_live_garbage_in_the_place_of_a_limit_is_judged_and_not_stumbled_over() -> None:
    stated = manifest("UserSchema", "s", {"fields": [field("a", "integer", maximum=9)]})
    odd = observed(stated)
    fields = [{**odd.body["fields"][0], "maximum": "9", "title": ["A"], "minimum": {"x": 1}}]
    made = plan_of([stated], [recorded(stated)], [edited(odd, fields=fields)])
    assert {each.code for each in made.findings} <= {"RC202", "DS105", "DS207"}


@given(bodies, bodies, st.sampled_from(sorted(BY_NAME)), st.booleans())
def test_whatever_is_there_and_whatever_becomes_of_it_can_be_judged(
    before: Json, after: Json, name: str, asked: bool
) -> None:
    kind, sides = BY_NAME[name], []
    for body in (before, after):
        try:
            sides.append(normal(body, kind))
        except ValueError:
            return
    address = manifest(name, "s", {"fields": []}).address
    terms = TERMS | {"limits": {"maxFieldTitleCharacters": 1}} if asked else {}
    for was in (*sides, None):
        for finding in kind.judge(Transition(address, was, sides[1], Project(), terms=terms)):
            assert finding.blocks or finding.code == "DS207"
            assert kind.explanations[finding.code]


def test_every_base_is_in_the_table() -> None:
    assert [f"{name}Schema" for name in KINDS] == [kind.name for kind in DATA_SCHEMAS]
