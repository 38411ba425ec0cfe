"""`/api/v2/data/privacy/requests`: submit, follow, list (contract §5)."""

from __future__ import annotations

from typing import Any

import orjson

from reconciler.sandbox import changes
from reconciler.sandbox.bodies import json_object
from reconciler.sandbox.changes import Author
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.exports.jobs import COMPLETED
from reconciler.sandbox.exports.links import download_url
from reconciler.sandbox.exports.privacy_requests import ASKED, PRIVACY_REQUESTS, accept, asks_the_same, given_id
from reconciler.sandbox.organisation import Organisation, missing
from reconciler.sandbox.paging import page_asked_for, page_body
from reconciler.sandbox.problems import Detail, Problem
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.store import Stored
from reconciler.sandbox.verbs import Verb, Verbs

EXPORT = "data:privacy:export"
"""Listed by the seed without a use: asked for on POST, next to the scope to write [X]."""


def verbs(organisation: Organisation, resource: Resource, exchange: Exchange, rest: str) -> Verbs:
    """What can be done at `rest` of the collection's path."""
    org, scopes = organisation, resource.scopes
    match rest.split("/"):
        case [""]:
            return {
                "GET": Verb("privacy_requests.list", scopes.view, lambda: list_requests(org, exchange)),
                "POST": Verb("privacy_requests.create", scopes.add, lambda: submit(org, exchange), also=(EXPORT,)),
            }
        case ["", key] if key:
            return {"GET": Verb("privacy_requests.get", scopes.view, lambda: get_request(org, key))}
        case _:
            return {}


def submit(organisation: Organisation, exchange: Exchange) -> Answer:
    """202 for a new request, 200 with the known one for the same once more, 409 where it asks for something else."""
    content = accept(organisation, json_object(exchange), None)
    known = organisation.collection(PRIVACY_REQUESTS.collection).true(given_id(content) or "")
    if known is None:
        author = Author(exchange.client_id or "", exchange.number)
        return json_answer(202, _whole(organisation, changes.insert(organisation, PRIVACY_REQUESTS, content, author)))
    if asks_the_same(known.body, content):
        return json_answer(200, _whole(organisation, known))
    detail = Detail("requestId", "is that of a request for something else", "request.conflict")
    raise Problem(409, "request.conflict", f"Request {known.id} exists and asks for something else.", details=(detail,))


def get_request(organisation: Organisation, request_id: str) -> Answer:
    stored = organisation.collection(PRIVACY_REQUESTS.collection).read(request_id, organisation.clock.now())
    if stored is None:
        raise missing(PRIVACY_REQUESTS, request_id)
    return json_answer(200, _whole(organisation, stored))


def list_requests(organisation: Organisation, exchange: Exchange) -> Answer:
    """Page by page in the order of submission; a list hands out no download."""
    page = page_asked_for(exchange, organisation.settings)
    shown = organisation.collection(PRIVACY_REQUESTS.collection).listing(organisation.clock.now())
    start = (page.number - 1) * page.size
    rendered = [orjson.dumps(_described(each)) for each in shown[start : start + page.size]]
    return Answer(200, page_body(PRIVACY_REQUESTS.path, page, total=len(shown), rendered=rendered))


def _described(stored: Stored) -> dict[str, Any]:
    names = ("status", "failureReason", *ASKED, "createdDate", "modifiedDate")
    return {"requestId": stored.id, **{name: stored.body[name] for name in names if name in stored.body}}


def _whole(organisation: Organisation, stored: Stored) -> dict[str, Any]:
    content = _described(stored)
    if stored.body["status"] == COMPLETED and (url := download_url(organisation, stored)) is not None:
        content["downloadUrl"] = url
    return content
