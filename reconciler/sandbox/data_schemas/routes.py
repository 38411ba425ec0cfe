"""The operations of published API §4.1 on one base's schemas.

A base without DELETE answers it with 405, for its path is there and has other methods; business rules have no
`/limits`, so there that is the id of a schema that does not exist: 404.
"""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import changes
from reconciler.sandbox.bodies import json_object
from reconciler.sandbox.changes import Author
from reconciler.sandbox.data_schemas.bases import BASES, Base, Limits
from reconciler.sandbox.data_schemas.envelopes import opened_to_create, opened_to_update
from reconciler.sandbox.data_schemas.quotas import limits_of
from reconciler.sandbox.data_schemas.version_pages import version_page
from reconciler.sandbox.data_schemas.violations import PREFIX
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.locking import body_version
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.problems import Detail, Problem, bad_request, not_found
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.store import Stored
from reconciler.sandbox.verbs import Verb, Verbs


def verbs(organisation: Organisation, resource: Resource, exchange: Exchange, rest: str) -> Verbs:
    """What can be done at `rest` of the base's path."""
    org, base, name = organisation, BASES[resource.collection], resource.collection
    view = base.scopes.view
    match rest.split("/"):
        case [""]:
            return {
                "GET": Verb(f"{name}.list", view, lambda: list_schemas(org, base)),
                "POST": Verb(f"{name}.create", base.scopes.add, lambda: create(org, resource, base, exchange)),
            }
        case ["", "coretypes"]:
            return {"GET": Verb(f"{name}.coretypes", view, lambda: list_core_types(base))}
        case ["", "coretypes", key] if key:
            return {"GET": Verb(f"{name}.coretypes", view, lambda: get_core_type(base, key))}
        case ["", "limits"] if base.shows_limits:
            return {"GET": Verb(f"{name}.limits", view, lambda: get_limits(base, limits_of(base, org.settings)))}
        case ["", key, "versions"] if key:
            return {"GET": Verb(f"{name}.versions", view, lambda: list_versions(org, base, exchange, key))}
        case ["", key, "versions", number] if key and number:
            return {"GET": Verb(f"{name}.versions", view, lambda: get_version(org, base, key, number))}
        case ["", key] if key:
            found = {
                "GET": Verb(f"{name}.get", view, lambda: get_schema(org, base, key)),
                "PUT": Verb(f"{name}.replace", base.scopes.edit, lambda: replace(org, resource, base, exchange, key)),
            }
            if base.deletable:
                found["DELETE"] = Verb(
                    f"{name}.delete", base.scopes.delete, lambda: delete(org, resource, base, exchange, key)
                )
            return found
        case _:
            return {}


def list_schemas(organisation: Organisation, base: Base) -> Answer:
    """All of them at once. Deleted ones only where a base has tombstones and the settings want them listed [U]."""
    collection = organisation.collection(base.collection)
    shown = collection.listing(organisation.clock.now())
    if base.tombstones and organisation.settings.list_deleted_schemas:
        present = {each.id for each in shown}
        shown += [each for each in collection.tombstones.values() if each.id not in present]
    return json_answer(200, listing(base, base.path, [_body(each) for each in shown]))


def create(organisation: Organisation, resource: Resource, base: Base, exchange: Exchange) -> Answer:
    """200, not 201 (§4.1)."""
    body = opened_to_create(base, _sized(organisation, base, exchange))
    return _written(changes.create(organisation, resource, body, _author(exchange)))


def get_schema(organisation: Organisation, base: Base, schema_id: str) -> Answer:
    return json_answer(200, _body(_visible(organisation, base, schema_id)))


def replace(organisation: Organisation, resource: Resource, base: Base, exchange: Exchange, schema_id: str) -> Answer:
    """The lock in the body is judged before its content; every success is another version, whatever it changes."""
    before = organisation.existing(resource, schema_id)
    body = _sized(organisation, base, exchange)
    if body_version(body) != before.version:
        raise _version_conflict(organisation, before)
    if body.get("id", schema_id) != schema_id:
        raise bad_request("The body is another schema's.", Detail("id", f"is not {schema_id}"))
    content = opened_to_update(base, body)
    return _written(changes.replace(organisation, resource, before, content, _author(exchange)))


def delete(organisation: Organisation, resource: Resource, base: Base, exchange: Exchange, schema_id: str) -> Answer:
    if base.collection in organisation.settings.deletion_forbidden:
        raise Problem(403, "feature.forbidden", "Deleting schemas is not enabled for this organization.")
    before = organisation.existing(resource, schema_id)
    changes.delete(organisation, resource, before, _author(exchange))
    return Answer(204)


def list_versions(organisation: Organisation, base: Base, exchange: Exchange, schema_id: str) -> Answer:
    known = _versions(organisation, base, schema_id)
    path = f"{base.path}/{schema_id}/versions"
    if base.by_cursor:
        return json_answer(200, version_page(exchange, path, known, _body))
    return json_answer(200, listing(base, path, [_body(each) for each in known]))


def get_version(organisation: Organisation, base: Base, schema_id: str, number: str) -> Answer:
    for each in _versions(organisation, base, schema_id):
        if str(each.version) == number:
            return json_answer(200, _body(each))
    raise not_found(f"Schema {schema_id} has no version {number}.")


def list_core_types(base: Base) -> Answer:
    entities = [each.to_json(base.path) for each in base.core_types.values()]
    return json_answer(200, {"total": len(entities), "entities": entities, "selfUri": f"{base.path}/coretypes"})


def get_core_type(base: Base, name: str) -> Answer:
    if name not in base.core_types:
        raise not_found(f"There is no core type {name}.")
    return json_answer(200, base.core_types[name].to_json(base.path))


def get_limits(base: Base, limits: Limits) -> Answer:
    return json_answer(200, {**limits, "selfUri": f"{base.path}/limits"})


def listing(base: Base, path: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    """The base's listing model: business rules' has no total, and the links of a list by cursor [SDK]."""
    content = {"entities": entities, "selfUri": path}
    return content if base.by_cursor else {"total": len(entities), **content}


def _visible(organisation: Organisation, base: Base, schema_id: str) -> Stored:
    """What a GET by id shows: a tombstone, too, where the base has them and the settings do not hide them (§4.6)."""
    collection = organisation.collection(base.collection)
    shown = collection.read(schema_id, organisation.clock.now())
    if shown is None and base.tombstones and organisation.settings.deleted_schemas == "shown":
        shown = collection.tombstones.get(schema_id)
    if shown is None:
        raise not_found(f"Schema {schema_id} does not exist.")
    return shown


def _versions(organisation: Organisation, base: Base, schema_id: str) -> list[Stored]:
    shown = _visible(organisation, base, schema_id)
    known = organisation.collection(base.collection).versions(schema_id)
    return [each for each in known if each.version <= shown.version]


def _sized(organisation: Organisation, base: Base, exchange: Exchange) -> dict[str, Any]:
    if len(exchange.body) > organisation.settings.max_schema_bytes:
        raise Problem(
            413, PREFIX + base.too_large, f"A schema may have {organisation.settings.max_schema_bytes} bytes."
        )
    return json_object(exchange)


def _version_conflict(organisation: Organisation, before: Stored) -> Problem:
    """409 (§4.4), or the 400 whose message is the only sign of what it means (§1.6)."""
    if organisation.settings.schema_conflict == 400:
        return bad_request(f"The version does not match the current version {before.version}.")
    message = f"Schema {before.id} is at version {before.version}, the request is for another."
    return Problem(409, PREFIX + "version.conflict", message)


def _body(stored: Stored) -> dict[str, Any]:
    return {"id": stored.id, **stored.body, "version": stored.version}


def _written(stored: Stored) -> Answer:
    """What POST and PUT answer: `deleted` is seen in GET bodies only (§4.2)."""
    return json_answer(200, {name: value for name, value in _body(stored).items() if name != "deleted"})


def _author(exchange: Exchange) -> Author:
    return Author(exchange.client_id or "", exchange.number)
