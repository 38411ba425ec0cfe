"""How types, values and places are spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.manifest.gate import Violation
from reconciler.model.values import Json

_NAMES: Final = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}
_YES_AND_NO: Final = {
    **dict.fromkeys(("yes", "on", "y", "true"), "true"),
    **dict.fromkeys(("no", "off", "n", "false"), "false"),
}


def spoken(schema_type: str) -> str:
    """A type of JSON Schema in words."""
    return _NAMES[schema_type]


def type_of(value: Json) -> str:
    """The type of a value in words."""
    match value:
        case None:
            return "empty"
        case bool():
            return "a boolean"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "a mapping"


def types_wanted(violation: Violation) -> list[str]:
    """The types that the alternatives of a oneOf or anyOf want, if none of them wants the value's."""
    wanted: list[str] = []
    for branch in violation.branches:
        root = next((inner for inner in branch if inner.keyword == "type" and inner.path == violation.path), None)
        if root is None:
            return []
        wanted += [root.expected] if isinstance(root.expected, str) else root.expected
    return list(dict.fromkeys(wanted))


def type_hint(wanted: Sequence[str], value: Json, raw: str | None) -> str:
    """What to write instead, where that can be told. `raw` is the text of a plain scalar."""
    match value:
        case None:
            return f'Quote it: "{raw}"' if raw and "string" in wanted else "Write a value, or delete the line."
        case str() if "boolean" in wanted and value.lower() in _YES_AND_NO:
            return f"Write {_YES_AND_NO[value.lower()]}, without quotes."
        case str() if raw is None and {"number", "integer"} & {*wanted} and value.lstrip("-").isdecimal():
            return f"Write {value} without quotes."
        case bool() | int() | float() if raw is not None and "string" in wanted:
            return f'Quote it: "{raw}"'
        case str() | bool() | int() | float() if "array" in wanted:
            return "Write a list: [a, b], or one element a line, each with `- `."
        case _:
            return ""


def emptiness_hint(types: list[str], violation: Violation) -> str:
    """What to write for a mapping that states nothing, where it need not state anything."""
    if types != ["object"] or violation.value is not None or {"required", "minProperties"} & violation.schema.keys():
        return ""
    return "Write {} if it states nothing, or delete the line."


def schema_hint(violation: Violation) -> str:
    """What the schema itself says to its reader: `x-hint`, else examples, else its description."""
    schema = violation.schema
    if "x-hint" in schema:
        return str(schema["x-hint"])
    if examples := [in_flow(example) for example in schema.get("examples", ())]:
        return f"For example: {' or '.join(examples)}."
    return str(schema.get("description", ""))


def members_hint(types: list[str], violation: Violation) -> str:
    """What a mapping would have to state, where only a mapping is possible."""
    if types != ["object"] or not violation.schema.get("required"):
        return ""
    return f"Write its members: {{{', '.join(f'{name}: ...' for name in violation.schema['required'])}}}."


def dotted_place(place: tuple[str, ...]) -> str:
    """`spec.parts`, for naming a place in a sentence."""
    return f"`{'.'.join(place)}`" if place else "the top of the document"


def capital(sentence: str) -> str:
    """The sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def in_flow(value: Json) -> str:
    """A value as YAML would have it on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {in_flow(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(in_flow, value)) + "]"
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case _:
            return str(value)
