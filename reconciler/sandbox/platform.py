"""From a request to its answer: authentication, then the route, then the scope, then the work.

Synchronous from end to end, so that every request is one indivisible moment of the organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.sandbox import collection_routes, record_routes
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.flex_schemas import FLEX_SCHEMAS
from reconciler.sandbox.oauth import TOKEN_PATHS, LoginProblem, Token, grant_token
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.problems import Problem, not_found
from reconciler.sandbox.resources import Resource

Work = Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Verb:
    """What one method does on a path; `name` is how the settings withhold it."""

    name: str
    scope: str | None
    work: Work


def answer(organisation: Organisation, exchange: Exchange) -> Answer:
    """What the platform says; refusals are answers too."""
    try:
        if exchange.path in TOKEN_PATHS:
            return grant_token(organisation, exchange)
        token = _authenticate(organisation, exchange)
        verb = _verb(organisation, exchange)
        if verb.scope is not None and verb.scope not in token.scopes:
            raise Problem(403, "missing.permissions", f"Missing scope: {verb.scope}. The token does not carry it.")
        return verb.work()
    except Problem as problem:
        return problem.answer(exchange.correlation_id)
    except LoginProblem as problem:
        return problem.answer()


def family_of(path: str) -> str | None:
    """The route family whose budget a request draws on."""
    for resource in RESOURCES.values():
        if path == resource.path or path.startswith(resource.path + "/"):
            return resource.collection
    return None


def bearer(exchange: Exchange) -> str | None:
    scheme, _, token = exchange.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _authenticate(organisation: Organisation, exchange: Exchange) -> Token:
    text = bearer(exchange)
    if text is None:
        raise Problem(401, "authentication.required", "No authentication bearer token specified.")
    token = organisation.tokens.valid(text, organisation.clock.now())
    if token is None:
        raise Problem(401, "bad.credentials", "The bearer token is invalid or has expired.")
    return token


def _verb(organisation: Organisation, exchange: Exchange) -> Verb:
    """404 for a path that is not there or not offered, 405 for a method that it does not have."""
    verbs = _verbs(organisation, exchange)
    if not verbs:
        raise not_found(f"There is nothing at {exchange.path}.")
    offered = {method: verb for method, verb in verbs.items() if verb.name not in organisation.settings.withheld}
    verb = offered.get(exchange.method)
    if verb is None:
        allowed = (("Allow", ", ".join(sorted(offered))),)
        raise Problem(405, "method.not.allowed", f"{exchange.method} is not allowed here.", headers=allowed)
    return verb


def _verbs(organisation: Organisation, exchange: Exchange) -> Mapping[str, Verb]:
    if exchange.path == "/api/v2/organizations/me":
        content = {"id": organisation.id, "name": organisation.name}
        return {"GET": Verb("organisation", None, lambda: json_answer(200, content))}
    family = family_of(exchange.path)
    if family is None or family not in organisation.settings.offered:
        return {}
    resource = RESOURCES[family]
    return _resource_verbs(organisation, resource, exchange, exchange.path[len(resource.path) :])


def _resource_verbs(organisation: Organisation, resource: Resource, exchange: Exchange, rest: str) -> dict[str, Verb]:
    org, kind, read, write = organisation, resource.collection, resource.read_scope, resource.write_scope
    routes = collection_routes
    match rest.split("/"):
        case [""]:
            return {
                "GET": Verb(f"{kind}.list", read, lambda: routes.list_objects(org, resource, exchange)),
                "POST": Verb(f"{kind}.create", write, lambda: routes.create_object(org, resource, exchange)),
            }
        case ["", key] if key:
            return {
                "GET": Verb(f"{kind}.get", read, lambda: routes.get_object(org, resource, key)),
                "PUT": Verb(f"{kind}.replace", write, lambda: routes.replace_object(org, resource, exchange, key)),
                "DELETE": Verb(f"{kind}.delete", write, lambda: routes.delete_object(org, resource, exchange, key)),
            }
        case ["", key, "records"] if key and resource is FLEX_SCHEMAS and "records" in org.settings.offered:
            return {"GET": Verb("records.list", read, lambda: record_routes.list_records(org, exchange, key))}
        case _:
            return {}
