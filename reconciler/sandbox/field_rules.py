"""Field definitions of a flex schema (contract §3): every violation is found, and all of them are one 422."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from reconciler.sandbox.problems import Detail, unprocessable

TYPES = ("string", "number", "boolean", "date", "relationship")
MOST_FIELDS = 100
_PROPERTIES = frozenset({"name", "type", "required", "options", "relationship"})


def accept_fields(
    fields: Sequence[Any], shown: Sequence[Mapping[str, Any]], *, schema_ids: Collection[str]
) -> list[dict[str, Any]]:
    """The fields as stored, `required` filled in. `shown` are the present ones, whose further properties are known."""
    violations = list(_violations(fields, shown, schema_ids))
    if violations:
        raise unprocessable("The field definitions violate their constraints.", *violations)
    return [{**field, "required": field.get("required", False)} for field in fields]


def _violations(
    fields: Sequence[Any], shown: Sequence[Mapping[str, Any]], schema_ids: Collection[str]
) -> Iterator[Detail]:
    if len(fields) > MOST_FIELDS:
        yield Detail("fields", f"has {len(fields)} fields, the limit is {MOST_FIELDS}")
    further = {field.get("name"): frozenset(field) for field in shown}
    seen: set[str] = set()
    for number, field in enumerate(fields):
        where = f"fields[{number}]"
        if not isinstance(field, dict):
            yield Detail(where, "must be an object")
            continue
        name = field.get("name")
        if not (isinstance(name, str) and name.strip()):
            yield Detail(f"{where}.name", "is required and must be a string that is not blank")
        elif name in seen:
            yield Detail(f"{where}.name", f"{name!r} is the name of an earlier field")
        else:
            seen.add(name)
        known = _PROPERTIES | further.get(name, frozenset()) if isinstance(name, str) else _PROPERTIES
        for extra in sorted(set(field) - known):
            yield Detail(f"{where}.{extra}", "is not a property of a field", "invalid.property")
        yield from _type_violations(where, field)
        yield from _relationship_violations(where, field, schema_ids)


def _type_violations(where: str, field: Mapping[str, Any]) -> Iterator[Detail]:
    if "type" not in field:
        yield Detail(f"{where}.type", "is required", "constraint.validation")
    elif field["type"] not in TYPES:
        yield Detail(f"{where}.type", f"{field['type']!r} is none of {', '.join(TYPES)}")
    if not isinstance(field.get("required", False), bool):
        yield Detail(f"{where}.required", "must be true or false")
    if "options" in field:
        options = field["options"]
        if not (isinstance(options, list) and all(isinstance(each, str | int | float) for each in options)):
            yield Detail(f"{where}.options", "must be a list of strings, numbers or booleans")
        elif len({(type(each), each) for each in options}) < len(options):
            yield Detail(f"{where}.options", "names a value twice")


def _relationship_violations(where: str, field: Mapping[str, Any], schema_ids: Collection[str]) -> Iterator[Detail]:
    if field.get("type") != "relationship":
        if "relationship" in field:
            yield Detail(f"{where}.relationship", "belongs to a field of type relationship only")
        return
    relationship = field.get("relationship")
    if not isinstance(relationship, dict):
        yield Detail(f"{where}.relationship", "is required for type relationship", "constraint.validation")
        return
    for extra in sorted(set(relationship) - {"schemaId", "fieldName"}):
        yield Detail(f"{where}.relationship.{extra}", "is not a property of a relationship", "invalid.property")
    target, named = relationship.get("schemaId"), relationship.get("fieldName")
    if not isinstance(target, str) or target not in schema_ids:
        yield Detail(f"{where}.relationship.schemaId", f"{target!r} is not the id of a schema")
    if not (isinstance(named, str) and named.strip()):
        yield Detail(f"{where}.relationship.fieldName", "is required and must be a string that is not blank")
