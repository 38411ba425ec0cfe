"""Flex schemas (contract §3): the object around its fields, who points at it, what an update does to its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.field_rules import accept_fields
from reconciler.sandbox.migration import migrate
from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Resource, unknown_properties
from reconciler.sandbox.scopes import Scopes
from reconciler.sandbox.shapes import mapping, sequence

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.store import Stored


def accept(organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """The schema as it will be stored: 400 for the object, 422 for its field definitions."""
    violations = list(unknown_properties(body, FLEX_SCHEMAS, before))
    name, description = body.get("name"), body.get("description", FLEX_SCHEMAS.defaults["description"])
    fields = body.get("fields")
    if name is None:
        violations.append(Detail("name", "is required", "constraint.validation"))
    elif not (isinstance(name, str) and name.strip()):
        violations.append(Detail("name", "must be a string that is not blank"))
    if not isinstance(description, str):
        violations.append(Detail("description", "must be a string"))
    if fields is None:
        violations.append(Detail("fields", "is required", "constraint.validation"))
    elif not isinstance(fields, list):
        violations.append(Detail("fields", "must be a list"))
    if violations:
        raise bad_request("The schema violates its constraints.", *violations, code="constraint.validation")
    schema_ids = organisation.collection(FLEX_SCHEMAS.collection).ids
    shown = before.body.get("fields", ()) if before else ()
    return {**body, "description": description, "fields": accept_fields(fields or [], shown, schema_ids=schema_ids)}


def settle(organisation: Organisation, schema_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Convert, drop or refuse what the schema's records hold."""
    values = [record.values for record in organisation.records.of(schema_id)]
    organisation.records.revalue(schema_id, migrate(before.get("fields", ()), after.get("fields", ()), values))


def referrer(organisation: Organisation, schema_id: str) -> str | None:
    """The name of *another* schema whose relationship points here; a schema's own does not hold it."""
    for schema in organisation.collection(FLEX_SCHEMAS.collection):
        targets = {(field.get("relationship") or {}).get("schemaId") for field in schema.body.get("fields", ())}
        if schema.id != schema_id and schema_id in targets:
            return schema.name
    return None


def check_shape(body: Mapping[str, Any], where: str) -> None:
    """The least that conversions and references stand on: a list of mappings, each with a name and a type."""
    for number, field in enumerate(sequence(body.get("fields", []), where=f"{where}.fields")):
        place = f"{where}.fields[{number}]"
        given = mapping(field, where=place)
        if not (isinstance(given.get("name"), str) and isinstance(given.get("type"), str)):
            raise SandboxError("Not a field", "a field has a name and a type, both strings", where=place)
        if "relationship" in given:
            mapping(given["relationship"], where=f"{place}.relationship")


FLEX_SCHEMAS = Resource(
    collection="flex_schemas",
    path="/api/v2/data/flex/schemas",
    noun="Schema",
    scopes=Scopes.read_write("data:flex:read", "data:flex:schema:write"),
    wire=frozenset({"name", "description", "fields"}),
    defaults={"description": "", "fields": ()},
    accept=accept,
    settle=settle,
    referrer=referrer,
    check_shape=check_shape,
)
