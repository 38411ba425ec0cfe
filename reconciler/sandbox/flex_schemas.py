"""Flex schemas (contract §3): the object around its fields, who points at it, what an update does to its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.field_rules import accept_fields
from reconciler.sandbox.migration import migrate
from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Resource, unknown_properties

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


FLEX_SCHEMAS = Resource(
    collection="flex_schemas",
    path="/api/v2/data/flex/schemas",
    noun="Schema",
    read_scope="data:flex:read",
    write_scope="data:flex:schema:write",
    stale_status=409,
    locks_by_body=True,
    wire=frozenset({"name", "description", "fields"}),
    defaults={"description": "", "fields": ()},
    accept=accept,
    settle=settle,
    referrer=referrer,
)
