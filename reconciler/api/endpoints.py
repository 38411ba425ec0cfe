"""The requests for a kind's objects, made from the kind's facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reconciler.api.repeat import Method
from reconciler.api.request import Access, Request, json_body
from reconciler.errors import UsageError
from reconciler.model.kind import Kind, Lock, Verb
from reconciler.model.values import Json

ORGANISATION = "/api/v2/organizations/me"
TOKEN = "/api/v2/tokens/me"


def organisation(host: str) -> Request:
    return Request("GET", host, ORGANISATION, ORGANISATION)


def token(host: str) -> Request:
    return Request("GET", host, TOKEN, TOKEN)


def page(host: str, kind: Kind, number: int, *, size: int | None) -> Request:
    """`size` None leaves the size of a page to the organisation."""
    query = {"pageNumber": str(number)} | ({"pageSize": str(size)} if size else {})
    return Request("GET", host, kind.path, kind.path, query=query, access=_access(kind, Verb.VIEW))


def whole(host: str, kind: Kind) -> Request:
    """The collection of a kind that has no pages."""
    return Request("GET", host, kind.path, kind.path, access=_access(kind, Verb.VIEW))


def one(host: str, kind: Kind, live_id: str) -> Request:
    return Request("GET", host, **_object(kind, live_id), access=_access(kind, Verb.VIEW))


def term(host: str, kind: Kind, path: str) -> Request:
    return Request("GET", host, kind.path + path, kind.path + path, access=_access(kind, Verb.VIEW))


def files(host: str, kind: Kind, live_id: str, below: str) -> Request:
    of = _object(kind, live_id)
    return Request("GET", host, of["path"] + below, of["template"] + below, access=_access(kind, Verb.VIEW))


def records(host: str, kind: Kind, live_id: str, after: str) -> Request:
    of = _object(kind, live_id)
    below = f"/{kind.records.strip('/')}"
    query = {"pageSize": str(kind.page_size)} | ({"after": after} if after else {})
    return Request(
        "GET", host, of["path"] + below, of["template"] + below, query=query, access=_access(kind, Verb.VIEW)
    )


def versions(host: str, kind: Kind, live_id: str, below: str, cursor: str, *, size: int | None) -> Request:
    """`size` None leaves the size of a page to the organisation."""
    of = _object(kind, live_id)
    query = ({"pageSize": str(size)} if size else {}) | ({"cursor": cursor} if cursor else {})
    access = _access(kind, Verb.VIEW)
    return Request("GET", host, of["path"] + below, of["template"] + below, query=query, access=access)


def create(host: str, kind: Kind, body: Mapping[str, Json]) -> Request:
    carried = json_body(dict(kind.envelope.to_create(body)))
    return Request("POST", host, kind.path, kind.path, Method.CREATE, access=_access(kind, Verb.ADD), **carried)


def replace(host: str, kind: Kind, live_id: str, body: Mapping[str, Json], version: int | None) -> Request:
    carried = json_body({**kind.envelope.to_replace(body), **_version_within(kind, version)})
    carried["headers"] |= _precondition(kind, version)
    guarded = version is not None and kind.lock in (Lock.IF_MATCH, Lock.BODY_VERSION)
    return Request(
        "PUT", host, **_object(kind, live_id), method=_method(guarded), access=_access(kind, Verb.EDIT), **carried
    )


def delete(host: str, kind: Kind, live_id: str, version: int | None) -> Request:
    return Request(
        "DELETE",
        host,
        **_object(kind, live_id),
        method=_method(version is not None and kind.lock.guards_deletion),
        headers=_precondition(kind, version),
        access=_access(kind, Verb.DELETE),
    )


def _method(guarded: bool) -> Method:
    """`guarded` = a second try is refused if the first took effect: through If-Match, or the version in the body."""
    return Method.GUARDED if guarded else Method.UNGUARDED


def _version_within(kind: Kind, version: int | None) -> dict[str, Json]:
    return {"version": version} if version is not None and kind.lock is Lock.BODY_VERSION else {}


def _precondition(kind: Kind, version: int | None) -> dict[str, str]:
    """Built from the number: gateways weaken the ETags that one could echo."""
    return {"If-Match": f'"{version}"'} if version is not None and kind.lock is Lock.IF_MATCH else {}


def _object(kind: Kind, live_id: str) -> dict[str, Any]:
    if live_id in ("", ".", ".."):  # as a path these are the collection, or what is above it
        raise UsageError("The id cannot be used", detail=f"{live_id!r} is no id of a {kind.name}.")
    return {"path": f"{kind.path}/{quote(live_id, safe='')}", "template": f"{kind.path}/{{id}}"}


def _access(kind: Kind, verb: Verb) -> Access:
    scope = kind.scopes.read if verb is Verb.VIEW else kind.scopes.write
    if verb is Verb.ADD and kind.scopes.also:
        scope = f"{scope} and {kind.scopes.also}"
    return Access(kind.name, scope, kind.scopes.roles, kind.permissions.get(verb, ""), kind.refusals)
