"""The five verbs of a collection, the same for every resource: list, get, create, replace, delete."""

from __future__ import annotations

from dataclasses import replace

from reconciler.sandbox import changes, record_routes
from reconciler.sandbox.bodies import json_object
from reconciler.sandbox.changes import Author
from reconciler.sandbox.exchange import Answer, Exchange
from reconciler.sandbox.flex_schemas import FLEX_SCHEMAS
from reconciler.sandbox.locking import body_version, etag_headers, is_stale
from reconciler.sandbox.organisation import Organisation, missing
from reconciler.sandbox.paging import page_asked_for, page_body
from reconciler.sandbox.problems import Detail, Problem, bad_request
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.store import Stored
from reconciler.sandbox.verbs import Verb, Verbs


def verbs(organisation: Organisation, resource: Resource, exchange: Exchange, rest: str) -> Verbs:
    """What can be done at `rest` of the collection's path."""
    org, kind, scopes = organisation, resource.collection, resource.scopes
    match rest.split("/"):
        case [""]:
            return {
                "GET": Verb(f"{kind}.list", scopes.view, lambda: list_objects(org, resource, exchange)),
                "POST": Verb(f"{kind}.create", scopes.add, lambda: create_object(org, resource, exchange)),
            }
        case ["", key] if key:
            return {
                "GET": Verb(f"{kind}.get", scopes.view, lambda: get_object(org, resource, key)),
                "PUT": Verb(f"{kind}.replace", scopes.edit, lambda: replace_object(org, resource, exchange, key)),
                "DELETE": Verb(f"{kind}.delete", scopes.delete, lambda: delete_object(org, resource, exchange, key)),
            }
        case ["", key, "records"] if key and resource is FLEX_SCHEMAS and "records" in org.settings.offered:
            return {"GET": Verb("records.list", scopes.view, lambda: record_routes.list_records(org, exchange, key))}
        case _:
            return {}


def list_objects(organisation: Organisation, resource: Resource, exchange: Exchange) -> Answer:
    page = page_asked_for(exchange, organisation.settings)
    collection = organisation.collection(resource.collection)
    key = (page, organisation.settings.locking, organisation.settings.header_mask)
    if key in collection.pages:
        return Answer(200, collection.pages[key])
    shown = collection.listing(organisation.clock.now())
    start = (page.number - 1) * page.size
    rendered = [_wire(organisation, resource, each) for each in shown[start : start + page.size]]
    body = page_body(resource.path, page, total=len(shown), rendered=rendered)
    if not collection.is_veiled:
        collection.pages[key] = body
    return Answer(200, body)


def get_object(organisation: Organisation, resource: Resource, object_id: str) -> Answer:
    stored = organisation.collection(resource.collection).read(object_id, organisation.clock.now())
    if stored is None:
        raise missing(resource, object_id)
    return _shown(organisation, resource, stored)


def create_object(organisation: Organisation, resource: Resource, exchange: Exchange) -> Answer:
    """201 with the object; an `id` or a `version` in the body is the server's to give and is ignored."""
    stored = changes.create(organisation, resource, json_object(exchange), _author(exchange))
    return Answer(201, _wire(organisation, resource, stored))


def replace_object(organisation: Organisation, resource: Resource, exchange: Exchange, object_id: str) -> Answer:
    """The lock is judged before the content: a stale writer learns that he is stale, not that his body is wrong."""
    before = organisation.existing(resource, object_id)
    body = json_object(exchange)
    if body.get("id", object_id) != object_id:
        raise bad_request("The body is another object's.", Detail("id", f"is not {object_id}"))
    stale = is_stale(exchange, before, organisation.settings)
    if resource.locks_by_body and organisation.settings.locking != "none":
        stale = stale or body_version(body) not in (None, before.version)
    if stale:
        raise _version_conflict(resource, before)
    after = changes.replace(organisation, resource, before, body, _author(exchange))
    return _shown(organisation, resource, after)


def delete_object(organisation: Organisation, resource: Resource, exchange: Exchange, object_id: str) -> Answer:
    before = organisation.existing(resource, object_id)
    if is_stale(exchange, before, organisation.settings):
        raise _version_conflict(resource, before)
    changes.delete(organisation, resource, before, _author(exchange))
    return Answer(204)


def _shown(organisation: Organisation, resource: Resource, stored: Stored) -> Answer:
    return Answer(200, _wire(organisation, resource, stored), etag_headers(stored, organisation.settings))


def _wire(organisation: Organisation, resource: Resource, stored: Stored) -> bytes:
    if resource.masked is not None:
        stored = replace(stored, body=resource.masked(organisation, stored.body))
    return stored.unversioned if organisation.settings.locking == "none" else stored.versioned


def _author(exchange: Exchange) -> Author:
    return Author(exchange.client_id or "", exchange.number)


def _version_conflict(resource: Resource, before: Stored) -> Problem:
    code = "precondition.failed" if resource.stale_status == 412 else "version.conflict"
    message = f"{resource.noun} {before.id} is at version {before.version}, the request is for another."
    return Problem(resource.stale_status, code, message)
