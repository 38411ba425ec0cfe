"""Whether the schema of a rule is one: a policy that checks nothing, because of a slip, is worse than none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import jsonschema_rs

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.envelope import DIALECT
from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.suggest import did_you_mean
from reconciler.model.policy_schema import compiled
from reconciler.model.source import Problem
from reconciler.model.values import Json

Place: TypeAlias = tuple[str | int, ...]

# fmt: off
_ONE: Final = frozenset((
    "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties",
    "if", "then", "else", "not",
))
"""Keywords whose value is a schema."""
_SEVERAL: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
"""Keywords whose value is a list of schemas."""
_NAMED: Final = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs"))
"""Keywords whose value has schemas by name."""
_PLAIN: Final = frozenset((
    "$schema", "$comment", "$anchor", "$ref", "type", "enum", "const", "format", "pattern", "multipleOf", "maximum",
    "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "maxItems", "minItems", "uniqueItems",
    "maxContains", "minContains", "maxProperties", "minProperties", "required", "dependentRequired", "title",
    "description", "default", "examples", "deprecated",
))
# fmt: on
_KEYWORDS: Final = _ONE | _SEVERAL | _NAMED | _PLAIN


def rule_schema_problems(document: YamlDocument, path: Place, schema: Json) -> Iterator[Problem]:
    """What is wrong with the schema at a path: meaningless keywords, references elsewhere, or no schema at all."""
    found = list(_slips(document, path, schema))
    yield from found
    try:
        if not found:
            compiled(schema)
    except jsonschema_rs.ValidationError as error:
        yield problem(
            Code.NO_SCHEMA,
            document.locate_value((*path, *error.instance_path)),
            detail=f"{error.message[:200]}.",
            hint="Correct it after JSON Schema 2020-12. Patterns know no look-around and no back-references.",
        )


def _slips(document: YamlDocument, path: Place, schema: Json) -> Iterator[Problem]:
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        here = (*path, keyword)
        if keyword not in _KEYWORDS and not keyword.startswith("x-"):
            hint = did_you_mean(keyword, _KEYWORDS, otherwise="Delete it; keywords of your own begin with x-.")
            detail = f"`{keyword[:80]}` is no keyword that means anything in JSON Schema 2020-12."
            yield problem(Code.NO_SCHEMA, document.locate(here), detail=detail, hint=hint)
        elif keyword == "$ref" and isinstance(value, str) and not value.startswith("#"):
            detail = f"It refers to {value[:80]}; nothing is fetched to judge a manifest."
            hint = "Put what it refers to under `$defs`, and write `$ref: '#/$defs/NAME'`."
            yield problem(Code.NO_SCHEMA, document.locate_value(here), detail=detail, hint=hint)
        elif keyword == "$schema" and value != DIALECT:
            hint = f"Leave it out, or write {DIALECT}."
            yield problem(Code.NO_SCHEMA, document.locate_value(here), detail="It is of another version.", hint=hint)
        else:
            yield from _inside(document, here, keyword, value)


def _inside(document: YamlDocument, path: Place, keyword: str, value: Json) -> Iterator[Problem]:
    if keyword in _ONE:
        yield from _slips(document, path, value)
    elif keyword in _SEVERAL and isinstance(value, list):
        for index, part in enumerate(value):
            yield from _slips(document, (*path, index), part)
    elif keyword in _NAMED and isinstance(value, dict):
        for name, part in value.items():
            yield from _slips(document, (*path, name), part)
