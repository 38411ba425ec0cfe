"""`/api/v2/dataexports`: create, follow, list, and the list of files (contract §6)."""

from __future__ import annotations

from typing import Any

import orjson

from reconciler.sandbox import changes
from reconciler.sandbox.bodies import json_object
from reconciler.sandbox.changes import Author
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.exports.data_exports import ASKED, DATA_EXPORTS
from reconciler.sandbox.exports.jobs import COMPLETED
from reconciler.sandbox.exports.links import listing
from reconciler.sandbox.organisation import Organisation, missing
from reconciler.sandbox.paging import page_asked_for, page_body
from reconciler.sandbox.problems import Problem
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.store import Stored
from reconciler.sandbox.verbs import Verb, Verbs


def verbs(organisation: Organisation, resource: Resource, exchange: Exchange, rest: str) -> Verbs:
    """What can be done at `rest` of the collection's path."""
    org, scopes = organisation, resource.scopes
    match rest.split("/"):
        case [""]:
            return {
                "GET": Verb("data_exports.list", scopes.view, lambda: list_exports(org, exchange)),
                "POST": Verb("data_exports.create", scopes.add, lambda: create(org, exchange)),
            }
        case ["", key] if key:
            return {"GET": Verb("data_exports.get", scopes.view, lambda: get_export(org, key))}
        case ["", key, "files"] if key:
            return {"GET": Verb("data_exports.files", scopes.view, lambda: list_files(org, key))}
        case _:
            return {}


def create(organisation: Organisation, exchange: Exchange) -> Answer:
    """`{id, status}`; the id is the server's."""
    author = Author(exchange.client_id or "", exchange.number)
    stored = changes.create(organisation, DATA_EXPORTS, json_object(exchange), author)
    return json_answer(organisation.settings.export_accepted, _state(stored))


def get_export(organisation: Organisation, export_id: str) -> Answer:
    return json_answer(200, _state(_visible(organisation, export_id)))


def list_exports(organisation: Organisation, exchange: Exchange) -> Answer:
    """Page by page, newest first, with the request's own fields."""
    page = page_asked_for(exchange, organisation.settings)
    shown = organisation.collection(DATA_EXPORTS.collection).listing(organisation.clock.now())
    start = (page.number - 1) * page.size
    rendered = [orjson.dumps(_described(each)) for each in shown[start : start + page.size]]
    return Answer(200, page_body(DATA_EXPORTS.path, page, total=len(shown), rendered=rendered))


def list_files(organisation: Organisation, export_id: str) -> Answer:
    """An array; before the export is completed (or when it failed) there is none, which is a conflict or a 404."""
    export = _visible(organisation, export_id)
    if export.body["status"] == COMPLETED:
        return json_answer(200, listing(organisation, export))
    status = organisation.settings.files_unready
    code = "not.found" if status == 404 else "request.conflict"
    raise Problem(status, code, f"Export {export.id} is {export.body['status']} and has no files.")


def _visible(organisation: Organisation, export_id: str) -> Stored:
    stored = organisation.collection(DATA_EXPORTS.collection).read(export_id, organisation.clock.now())
    if stored is None:
        raise missing(DATA_EXPORTS, export_id)
    return stored


def _state(stored: Stored) -> dict[str, Any]:
    """`statusReason` where there is one."""
    reason = {"statusReason": stored.body["statusReason"]} if "statusReason" in stored.body else {}
    return {"id": stored.id, "status": stored.body["status"], **reason}


def _described(stored: Stored) -> dict[str, Any]:
    names = (*ASKED, "createdDate")
    return {**_state(stored), **{name: stored.body[name] for name in names if name in stored.body}}
