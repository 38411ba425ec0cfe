"""A whole organisation as one mapping: what `--load` reads, what `--save` writes, and each can read the other's.

    organization: {id: ..., name: ...}
    settings: {locking: none}
    clients: [{id: reader, secret: s3cret, scopes: [privacy:purpose:read]}]
    purposes: [{name: Support, description: ..., retentionPeriod: 180d, legalBasis: contract}]
    flex_schemas: [{id: customer, name: Customer, fields: [{name: score, type: number}]}]
    records: {customer: [{score: 4}]}
    workitem_schemas:
      - id: ticket
        version: 2
        jsonSchema: {$schema: ..., title: Ticket, properties: {...}}
        versions: [{version: 1, jsonSchema: ...}]
        usedBy: [Worktype A]
    privacy_requests:
      - {requestId: 11111111-1111-4111-8111-111111111111, entityType: user, dataTypes: [notes], status: PROCESSING}
    data_exports:
      - {id: big, status: COMPLETED, format: jsonl, files: [{partition: 0, size: 1000000000}]}
    routing_strategies: [{name: Sales, version: 40, createdDate: ..., modifiedDate: ...}]
    webhooks: [{name: Audit, endpoint: ..., eventTypes: [data.flex.schema.updated], requestType: POST, headers: {}}]
    strategy_versions: {Sales: [{id: ..., version: 1, createdDate: ..., modifiedDate: ..., createdBy: {...}}]}
    archives: [{archiveId: ..., time: ..., payload: {idempotencyKey: ..., ...}}]

Data schemas are written as GET shows them, in every base `{jsonSchema: ...}`. Former `versions` and `usedBy` may be
left out; one with `deleted: true` is a deleted one. Jobs go on from their `status`, which began at `since` (seconds) or
else at `createdDate`, unless they are `held`; their `files` are described as `exports.file_specs` has it, or made up.
A strategy at version 40 has had 40, made up between its two dates unless `strategy_versions` (oldest first) says which.

Its shape is checked, the platform's rules are not: an organisation may hold what today's rules would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reconciler.sandbox.belongings import put_archives, put_records, put_versions
from reconciler.sandbox.changes import COLLEAGUE
from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.oauth import Client
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.resources import Occasion, Resource
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.shapes import build, mapping, sequence
from reconciler.sandbox.store import Collection, Stored

KEYS = ("organization", "settings", "clients", *RESOURCES, "records", "strategy_versions", "archives")


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
            move_in(organisation, resource, body, where=f"{where}.{name}[{number}]")
    for schema, values in mapping(given.get("records", {}), where=f"{where}.records").items():
        put_records(organisation, schema, values, where=f"{where}.records.{schema}")
    for strategy, versions in mapping(given.get("strategy_versions", {}), where=f"{where}.strategy_versions").items():
        put_versions(organisation, strategy, versions, where=f"{where}.strategy_versions.{strategy}")
    put_archives(organisation, given.get("archives", []), where=f"{where}.archives")


def dump(organisation: Organisation) -> dict[str, Any]:
    """The state as it truly is, in the form that `furnish` takes."""
    return {
        "organization": {"id": organisation.id, "name": organisation.name},
        "settings": organisation.settings.to_json(),
        "clients": [asdict(client) for client in organisation.clients.values()],
        **{name: _kept(organisation, name) for name in RESOURCES},
        "records": {
            schema.id: [{"id": record.id, "values": record.values} for record in organisation.records.of(schema.id)]
            for schema in organisation.collection("flex_schemas")
            if organisation.records.of(schema.id)
        },
        "strategy_versions": dict(organisation.histories.stated()),
        "archives": organisation.archive.to_json(),
    }


def objects(organisation: Organisation, collection: str) -> list[dict[str, Any]]:
    """What is there now, without its past."""
    return [_shown(each) for each in organisation.collection(collection)]


def _introduce(organisation: Organisation, given: Mapping[str, Any], where: str) -> None:
    for name, value in given.items():
        if name not in ("id", "name") or not (isinstance(value, str) and value):
            detail = f"{name}: {value!r}; an organization has an id and a name, both strings"
            raise SandboxError("Not an organization", detail, where=f"{where}.organization")
        setattr(organisation, name, value)


def move_in(organisation: Organisation, resource: Resource, body: object, *, where: str) -> Stored:
    """Put one object in as if it had been there all along."""
    given = dict(mapping(body, where=where))
    given_id = given.pop("id", None) or resource.given_id(given)
    object_id = given_id or organisation.new_id(resource.collection)
    if not (isinstance(object_id, str) and resource.named(given)):
        raise SandboxError("Not an object", "an object has a name and may have an id, both strings", where=where)
    collection = organisation.collection(resource.collection)
    if collection.versions(object_id):
        raise SandboxError("An id twice", f"{object_id} is the id of an earlier object", where=where)
    past = _taken(given, "versions", where=where) if resource.keeps_versions else ()
    users = _taken(given, "usedBy", where=where) if resource.keeps_versions else ()
    stored = _read(organisation, resource, object_id, given, where=where)
    formers = [
        _read(organisation, resource, object_id, dict(mapping(each, where=place)), where=place)
        for each, place in ((each, f"{where}.versions[{number}]") for number, each in enumerate(past))
    ]
    numbers = [each.version for each in (*formers, stored)]
    if numbers != sorted(set(numbers)):
        raise SandboxError("Versions out of order", f"{numbers} do not ascend", where=f"{where}.versions")
    collection.put(stored)
    if formers:
        collection.formers[object_id] = formers
    if users:
        collection.users[object_id] = [str(user) for user in users]
    if resource.keeps_versions and stored.body.get("deleted") is True:
        collection.remove(object_id, stored)
    return stored


def _read(
    organisation: Organisation, resource: Resource, object_id: str, given: dict[str, Any], *, where: str
) -> Stored:
    """One version of an object, with what the server would have written into it where it does not say."""
    version = given.pop("version", 1)
    if type(version) is not int or version < 1:
        raise SandboxError("Not a version", f"{version!r} is not a whole number from 1", where=f"{where}.version")
    resource.check_shape(given, where)
    stamp = resource.stamp(resource, given, Occasion(object_id, wire_date(organisation.clock.now()), COLLEAGUE))
    body = {**resource.defaults, **stamp, **given}
    return Stored(object_id, version, body, resource.named(body))


def _taken(given: dict[str, Any], name: str, *, where: str) -> Sequence[Any]:
    return sequence(given.pop(name, ()), where=f"{where}.{name}")


def _kept(organisation: Organisation, collection: str) -> list[dict[str, Any]]:
    """Objects, former versions and tombstones: all that `move_in` reads."""
    of = organisation.collection(collection)
    return [_with_past(of, each) for each in (*of, *of.tombstones.values())]


def _with_past(collection: Collection, stored: Stored) -> dict[str, Any]:
    content = _shown(stored)
    if formers := collection.formers.get(stored.id):
        content["versions"] = [_shown(each) for each in formers]
    if users := collection.users.get(stored.id):
        content["usedBy"] = list(users)
    return content


def _shown(stored: Stored) -> dict[str, Any]:
    return {"id": stored.id, **stored.body, "version": stored.version}
