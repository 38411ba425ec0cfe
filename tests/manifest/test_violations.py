"""Each way to break a schema: its code, its place, what it says and what it advises."""

from __future__ import annotations

import pytest
from reconciler.model.shape import Record

from .builders import gadget, kind, problem_of, problems_of

SPECS = {
    "a misspelt field": ("{colour: red, cuont: 1}", "MF105", "4:21", "`cuont` is not a field", "`count`?"),
    "another spelling": ("{colour: red, serial_number: A1}", "MF105", "4:21", "", "`serialNumber`?"),
    "an unheard-of field": ("{colour: red, zzz: 1}", "MF105", "4:21", "", "Known here: `name`, `colour`"),
    "a field of the envelope": ("{colour: red, labels: {}}", "MF105", "4:21", "", "belongs to `metadata`"),
    "a field of the lifecycle": ("{colour: red, protect: true}", "MF105", "4:21", "", "belongs to `lifecycle`"),
    "a field of an element": ("{colour: red, bolts: 2}", "MF105", "4:21", "", "belongs to `spec.parts.[]`"),
    "a missing field": ("{}", "MF104", "4:1", "`spec` has no `colour`", "Add `colour`"),
    "a missing field of an element": ("{colour: red, parts: [{weight: 1}]}", "MF104", "4:29", "parts[0]", "`name`"),
    "a word for a boolean": ("{colour: red, active: yes}", "MF106", "4:29", "true or false", "Write true, without"),
    "off for a boolean": ("{colour: red, active: Off}", "MF106", "4:29", "", "Write false, without"),
    "a quoted boolean": ("{colour: red, active: 'true'}", "MF106", "4:29", "", "Write true, without quotes"),
    "a number for a string": ("{colour: red, note: 12}", "MF106", "4:27", "not a whole number", 'Quote it: "12"'),
    "a version for a string": ("{colour: red, note: 1.10}", "MF106", "4:27", "fraction", 'Quote it: "1.10"'),
    "true for a string": ("{colour: red, note: True}", "MF106", "4:27", "not a boolean", 'Quote it: "True"'),
    "null for a string": ("{colour: red, note: null}", "MF106", "4:27", "not empty", 'Quote it: "null"'),
    "nothing for a string": ("\n  colour: red\n  note:", "MF106", "6:8", "not empty", "Write a value, or delete"),
    "a string for a number": ("{colour: red, count: '3'}", "MF106", "4:28", "whole number", "3 without quotes"),
    "a fraction for a whole number": ("{colour: red, count: 1.5}", "MF106", "4:28", "whole number", ""),
    "a scalar for a list": ("{colour: red, tags: a}", "MF106", "4:27", "a list, not a string", "[a, b]"),
    "a list for a string": ("{colour: red, note: [a]}", "MF106", "4:27", "a string, not a list", "Free text."),
    "a string for a mapping": ("{colour: red, parts: [a]}", "MF106", "4:29", "a mapping", "{name: ...}"),
    "a list for a reference": ("{colour: red, owner: [a]}", "MF106", "4:28", "a string or a mapping", ""),
    "another word of an enum": ("{colour: gren}", "MF107", "4:16", "allowed are `red`, `green` and", "`green`?"),
    "no word of an enum": ("{colour: 5}", "MF107", "4:16", "`5`", "Choose one"),
    "another form": ("{colour: red, serialNumber: a1}", "MF108", "4:35", "form required", "A capital letter, then"),
    "a date that is none": ("{colour: red, since: 2026-02-30}", "MF108", "4:28", "not a valid date", ""),
    "an unquoted form of an alternative": ("{colour: red, period: 30}", "MF106", "4:29", "string or a mapping", '"30"'),
    "another form of an alternative": ("{colour: red, period: 6 months}", "MF108", "4:29", "form", "example: 30d"),
    "a misspelt field of an alternative": ("{colour: red, period: {clas: a}}", "MF105", "4:30", "", "`class`?"),
    "too little of a number": ("{colour: red, ratio: x}", "MF106", "4:28", "a number, not a string", ""),
    "too small a number": ("{colour: red, count: 0}", "MF109", "4:28", "at least 1", ""),
    "too large a number": ("{colour: red, count: 10}", "MF109", "4:28", "at most 9", ""),
    "too long a list": ("{colour: red, tags: [a, b, c, d]}", "MF109", "4:27", "at most 3 elements, and has 4", ""),
    "too long a string": (f"{{colour: red, name: {'x' * 41}}}", "MF109", "4:27", "at most 40", ""),
    "a repeated element": ("{colour: red, tags: [a, b, a]}", "MF110", "4:27", "more than once", ""),
    "no spec": ("", "MF106", "4:6", "`spec` must be a mapping, not empty", "Write a value"),
}


@pytest.mark.parametrize(("spec", "code", "place", "detail", "hint"), SPECS.values(), ids=SPECS)
def test_a_spec_is_judged(spec: str, code: str, place: str, detail: str, hint: str) -> None:
    problem = problem_of(gadget(spec=spec))
    assert (problem.code, str(problem.where)) == (code, f"f1.yaml:{place}")
    assert detail in problem.detail
    assert hint in problem.hint


ENVELOPES = {
    "an unknown kind": (("kind: Gadget", "kind: Gadgt"), "MF103", "2:7", "Did you mean `Gadget`?"),
    "a kind like no other": (("kind: Gadget", "kind: Zzz"), "MF103", "2:7", "Known are `Gadget` and `Owner`."),
    "a kind that is no string": (("kind: Gadget", "kind: [a]"), "MF106", "2:7", ""),
    "another version": (("reconciler/v1", "reconciler/v2"), "MF102", "1:13", "`reconciler/v1`?"),
    "no version": (("apiVersion: reconciler/v1\n", ""), "MF104", "1:1", "Add `apiVersion`"),
    "no metadata": (("metadata: {name: one}\n", ""), "MF104", "1:1", "Add `metadata`"),
    "no name": (("{name: one}", "{}"), "MF104", "3:1", "Add `name`"),
    "a name that is no slug": (("{name: one}", "{name: a b}"), "MF108", "3:18", "goes into spec.name"),
    "a number as name": (("{name: one}", "{name: 12}"), "MF106", "3:18", 'Quote it: "12"'),
    "a label that is no string": (("{name: one}", "{name: a, labels: {x: on, y: 1}}"), "MF106", "3:40", '"1"'),
    "a label of another form": (("{name: one}", "{name: a, labels: {x y: z}}"), "MF108", "3:30", "Use letters"),
    "a field at the wrong level": (("spec:", "colour: red\nspec:"), "MF105", "4:1", "belongs to `spec`."),
    "another spelling elsewhere": (("spec:", "serial_number: A1\nspec:"), "MF105", "4:1", "as `serialNumber`"),
    "a misspelt part": (("spec:", "lifecycel: {}\nspec:"), "MF105", "4:1", "`lifecycle`?"),
    "an id with spaces": (("{name: one}", "{name: one, id: a b}"), "MF108", "3:27", "without spaces"),
}


@pytest.mark.parametrize(("change", "code", "place", "hint"), ENVELOPES.values(), ids=ENVELOPES)
def test_an_envelope_is_judged(change: tuple[str, str], code: str, place: str, hint: str) -> None:
    problem = problem_of(gadget().replace(*change))
    assert (problem.code, str(problem.where)) == (code, f"f1.yaml:{place}")
    assert hint in problem.hint


ACKNOWLEDGEMENT = "{code: FS101, path: p, reason: r, by: b, expires: 2026-01-01}"


@pytest.mark.parametrize(
    ("change", "code", "hint"),
    [
        (("FS101", "fs101"), "MF108", "Copy the code"),
        (("2026-01-01", "2026-02-30"), "MF108", "YYYY-MM-DD"),
        (("2026-01-01", "soon"), "MF108", "YYYY-MM-DD"),
        (("2026-01-01", "1.56-01-01"), "MF108", "YYYY-MM-DD"),
        (("reason: r", "reason: ''"), "MF109", "replaced by"),
        (("reason: r, ", ""), "MF104", "Add `reason`"),
        (("path: p", "path: p, change: a -> b, removes: [c]"), "MF111", "not both"),
        (("path: p", "path: p, removes: pending"), "MF106", "Write a list"),
    ],
)
def test_an_acknowledgement_is_judged(change: tuple[str, str], code: str, hint: str) -> None:
    text = ACKNOWLEDGEMENT.replace(*change)
    problem = problem_of(gadget(more=f"lifecycle: {{acknowledge: [{text}]}}\n"))
    assert problem.code == code
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("removed: [{address: Gadget}]", "MF108", "1:21"),
        ("removed: [{adress: Gadget/a}]", "MF105", "1:12"),
        ("removed: [{address: Gadget/a, delete: no}]", "MF106", "1:39"),
        ("removed: Gadget/a", "MF106", "1:10"),
        ("moved: [{from: Gadget/a}]", "MF104", "1:9"),
        ("removed: []\nremove: []", "MF105", "2:1"),
    ],
)
def test_removed_and_moved_are_judged(text: str, code: str, place: str) -> None:
    problem = problem_of(text)
    assert (problem.code, str(problem.where)) == (code, f"f1.yaml:{place}")


def test_a_misspelt_required_field_is_one_problem() -> None:
    assert problem_of(gadget(spec="{color: red}")).hint == "Did you mean `colour`?"


def test_several_mistakes_are_several_problems() -> None:
    problems = problems_of(gadget(spec="{count: 0, tags: a, zzz: 1}"))
    assert [problem.code for problem in problems] == ["MF104", "MF109", "MF106", "MF105"]


def test_elements_are_called_by_their_names() -> None:
    problem = problem_of(gadget(spec="{colour: red, parts: [{name: lid, weight: x}]}"))
    assert problem.detail.startswith("`spec.parts[lid].weight` must be")


def test_alternatives_that_cannot_be_told_apart_are_one_problem() -> None:
    schema = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "x-hint": "State a or b."}
    problem = problem_of(gadget(), kinds={"Gadget": kind(schema=schema)})
    assert (problem.code, problem.hint) == ("MF111", "State a or b.")


def test_what_fits_more_than_one_alternative_is_one_problem() -> None:
    schema = {"properties": {"colour": {"oneOf": [{"type": "string"}, {"enum": ["red"]}], "x-hint": "Which?"}}}
    problem = problem_of(gadget(), kinds={"Gadget": kind(schema=schema)})
    assert (problem.code, problem.hint) == ("MF111", "Which?")


def test_a_constant_tells_alternatives_apart() -> None:
    shapes = [
        {"required": ["sort", "side"], "properties": {"sort": {"const": "square"}}},
        {"required": ["sort", "radius"], "properties": {"sort": {"const": "circle"}}},
    ]
    problem = problem_of(gadget(spec="{sort: circle}"), kinds={"Gadget": kind(schema={"oneOf": shapes})})
    assert "has no `radius`" in problem.detail


def test_a_field_that_is_forbidden_by_another_is_one_problem() -> None:
    schema = {"if": {"required": ["colour"]}, "then": {"properties": {"note": False}}}
    problem = problem_of(gadget(spec="{colour: red, note: x}"), kinds={"Gadget": kind(schema=schema)})
    assert (problem.code, str(problem.where)) == ("MF111", "f1.yaml:4:27")


def test_a_forbidden_field_hides_no_other_mistake() -> None:
    schema = {"properties": {"note": False, "count": {"type": "integer"}}}
    problems = problems_of(gadget(spec="{note: x, count: y}"), kinds={"Gadget": kind(schema=schema)})
    assert [problem.code for problem in problems] == ["MF111", "MF106"]


def test_a_rule_without_words_of_its_own_shows_its_pattern() -> None:
    schema = {"properties": {"note": {"pattern": "^[a-z]$"}}}
    assert "^[a-z]$" in problem_of(gadget(spec="{note: A}"), kinds={"Gadget": kind(schema=schema)}).detail


def test_definitions_of_a_spec_are_found() -> None:
    schema = {
        "$defs": {"tone": {"enum": ["red", "blue"]}},
        "properties": {"colour": {"$ref": "#/$defs/tone"}},
    }
    problem = problem_of(gadget(spec="{colour: blu}"), kinds={"Gadget": kind(schema=schema)})
    assert (problem.code, problem.hint) == ("MF107", "Did you mean `blue`?")


def test_fields_of_definitions_and_dependent_parts_are_known() -> None:
    schema = {
        "$defs": {"base": {"properties": {"weight": {"type": "integer"}}}},
        "$ref": "#/$defs/base",
        "dependentSchemas": {"weight": {"properties": {"material": {"type": "string"}}}},
        "unevaluatedProperties": False,
    }
    kinds = {"Gadget": kind(schema={**schema, "properties": {"name": {}}})}
    assert not problems_of(gadget(spec="{weight: 1, material: tin}"), kinds=kinds)
    problem = problem_of(gadget(spec="{weight: 1, materail: tin}"), kinds=kinds)
    assert (problem.code, problem.hint) == ("MF105", "Did you mean `material`?")


def test_a_required_field_without_words_of_its_own_is_named() -> None:
    problem = problem_of(gadget(spec="{}"), kinds={"Gadget": kind(schema={"required": ["colour"]})})
    assert problem.hint == "Add `colour`."


@pytest.mark.parametrize(
    ("allowed", "shown"), [(True, "`true`"), (None, "`null`"), ([1, "a"], "`[1, a]`"), ({"a": 1}, "`{a: 1}`")]
)
def test_constants_are_shown_as_yaml(allowed: object, shown: str) -> None:
    schema = {"properties": {"note": {"const": allowed}}}
    problem = problem_of(gadget(spec="{note: x}"), kinds={"Gadget": kind(schema=schema)})
    assert problem.hint == f"Write {shown}."


def test_a_rule_of_another_sort_is_said_in_the_validators_words() -> None:
    schema = {"properties": {"tags": {"contains": {"const": "x"}}}}
    problem = problem_of(gadget(spec="{tags: [a]}"), kinds={"Gadget": kind(schema=schema)})
    assert (problem.code, str(problem.where)) == ("MF111", "f1.yaml:4:14")
    assert "does not contain" in problem.detail


def test_a_recursive_schema_can_be_explained() -> None:
    schema = {"$defs": {"tree": {"properties": {"leaf": {"$ref": "#/$defs/tree"}}, "additionalProperties": False}}}
    kinds = {"Gadget": kind(shape=Record(()), schema={**schema, "$ref": "#/$defs/tree"})}
    assert problem_of(gadget(spec="{leaf: {laef: {}}}"), kinds=kinds).hint == "Did you mean `leaf`?"
