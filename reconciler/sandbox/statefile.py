"""A whole organisation as one mapping: what `--load` reads, what `--save` writes, and each can read the other's.

    organization: {id: ..., name: ...}
    settings: {locking: none}
    clients: [{id: reader, secret: s3cret, scopes: [privacy:purpose:read]}]
    purposes: [{name: Support, description: ..., retentionPeriod: 180d, legalBasis: contract}]
    flex_schemas: [{id: customer, name: Customer, fields: [{name: score, type: number}]}]
    records: {customer: [{score: 4}]}

Its shape is checked, the platform's rules are not: an organisation may hold what today's rules would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.oauth import Client
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.shapes import build, mapping, sequence
from reconciler.sandbox.store import Stored

KEYS = ("organization", "settings", "clients", *RESOURCES, "records")


def furnish(organisation: Organisation, state: Mapping[str, Any], *, where: str) -> None:
    """Put a state into an empty organisation; SandboxError says which place in it does not fit."""
    given = mapping(state, where=where)
    if unknown := sorted(set(given) - set(KEYS)):
        raise SandboxError("Unknown key", f"{', '.join(unknown)}; the keys are {', '.join(KEYS)}", where=where)
    _introduce(organisation, mapping(given.get("organization", {}), where=f"{where}.organization"), where)
    if "settings" in given:
        organisation.settings = build(Settings, given["settings"], where=f"{where}.settings")
    for number, client in enumerate(sequence(given.get("clients", []), where=f"{where}.clients")):
        read = build(Client, client, where=f"{where}.clients[{number}]")
        organisation.clients[read.id] = read
    for name, resource in RESOURCES.items():
        for number, body in enumerate(sequence(given.get(name, []), where=f"{where}.{name}")):
            _move_in(organisation, resource, body, where=f"{where}.{name}[{number}]")
    for schema, values in mapping(given.get("records", {}), where=f"{where}.records").items():
        put_records(organisation, schema, values, where=f"{where}.records.{schema}")


def put_records(organisation: Organisation, schema: str, contents: object, *, where: str) -> int:
    """Replace a schema's records (schema by id or name) by values, or by `{id, values}` as the API shows them."""
    schemas = organisation.collection("flex_schemas")
    stored = schemas.true(schema) or schemas.named(schema)
    if stored is None:
        raise SandboxError("No such schema", f"no schema has the id or the name {schema!r}", where=where)
    records = []
    for number, content in enumerate(sequence(contents, where=where)):
        given = mapping(content, where=f"{where}[{number}]")
        whole = set(given) == {"id", "values"} and isinstance(given["values"], Mapping)
        records.append((given["id"], given["values"]) if whole else (organisation.ids.next("records"), given))
    organisation.records.put(stored.id, records)
    return len(records)


def dump(organisation: Organisation) -> dict[str, Any]:
    """The state as it truly is, in the form that `furnish` takes."""
    return {
        "organization": {"id": organisation.id, "name": organisation.name},
        "settings": organisation.settings.to_json(),
        "clients": [asdict(client) for client in organisation.clients.values()],
        **{name: objects(organisation, name) for name in RESOURCES},
        "records": {
            schema.id: [{"id": record.id, "values": record.values} for record in organisation.records.of(schema.id)]
            for schema in organisation.collection("flex_schemas")
            if organisation.records.of(schema.id)
        },
    }


def objects(organisation: Organisation, collection: str) -> list[dict[str, Any]]:
    return [{"id": each.id, **each.body, "version": each.version} for each in organisation.collection(collection)]


def _introduce(organisation: Organisation, given: Mapping[str, Any], where: str) -> None:
    for name, value in given.items():
        if name not in ("id", "name") or not (isinstance(value, str) and value):
            detail = f"{name}: {value!r}; an organization has an id and a name, both strings"
            raise SandboxError("Not an organization", detail, where=f"{where}.organization")
        setattr(organisation, name, value)


def _move_in(organisation: Organisation, resource: Resource, body: object, *, where: str) -> None:
    given = dict(mapping(body, where=where))
    object_id = given.pop("id", None) or organisation.new_id(resource.collection)
    version = given.pop("version", 1)
    now = wire_date(organisation.clock.now())
    if not (isinstance(object_id, str) and isinstance(given.get("name"), str) and given["name"]):
        raise SandboxError("Not an object", "an object has a name and may have an id, both strings", where=where)
    if type(version) is not int or version < 1:
        raise SandboxError("Not a version", f"{version!r} is not a whole number from 1", where=f"{where}.version")
    if organisation.collection(resource.collection).true(object_id) is not None:
        raise SandboxError("An id twice", f"{object_id} is the id of an earlier object", where=where)
    if resource.collection == "flex_schemas":
        _check_fields(given, where=where)
    defaults = {**resource.defaults, **resource.at_birth, "createdDate": now, "modifiedDate": now}
    organisation.collection(resource.collection).put(Stored(object_id, version, defaults | given))


def _check_fields(schema: Mapping[str, Any], *, where: str) -> None:
    """The least that conversions and references stand on: a list of mappings, each with a name and a type."""
    for number, field in enumerate(sequence(schema.get("fields", []), where=f"{where}.fields")):
        place = f"{where}.fields[{number}]"
        given = mapping(field, where=place)
        if not (isinstance(given.get("name"), str) and isinstance(given.get("type"), str)):
            raise SandboxError("Not a field", "a field has a name and a type, both strings", where=place)
        if "relationship" in given:
            mapping(given["relationship"], where=f"{place}.relationship")
