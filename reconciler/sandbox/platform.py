"""From a request to its answer: authentication, then the route, then the scope, then the work.

Synchronous from end to end, so that every request is one indivisible moment of the organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.sandbox import collection_routes, organisation_routes
from reconciler.sandbox.data_schemas import generic_routes
from reconciler.sandbox.data_schemas import routes as schema_routes
from reconciler.sandbox.data_schemas.bases import BASES
from reconciler.sandbox.exchange import Answer, Exchange
from reconciler.sandbox.exports import data_export_routes, privacy_routes
from reconciler.sandbox.oauth import TOKEN_PATHS, LoginProblem, Token, bearer, grant_token
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.problems import Problem, not_found
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.strategies import routes as strategy_routes
from reconciler.sandbox.verbs import Verb, Verbs

Routes = Callable[[Organisation, Resource, Exchange, str], Verbs]

ROUTES: Mapping[str, Routes] = {
    **dict.fromkeys(RESOURCES, collection_routes.verbs),
    **dict.fromkeys(BASES, schema_routes.verbs),
    "privacy_requests": privacy_routes.verbs,
    "data_exports": data_export_routes.verbs,
    "routing_strategies": strategy_routes.verbs,
}


def answer(organisation: Organisation, exchange: Exchange) -> Answer:
    """What the platform says; refusals are answers too."""
    try:
        if exchange.path in TOKEN_PATHS:
            return grant_token(organisation, exchange)
        token = _authenticate(organisation, exchange)
        verb = _verb(organisation, exchange)
        if missing := [scope for scope in verb.scopes if scope not in token.scopes]:
            named = ", ".join(missing)
            raise Problem(403, "missing.permissions", f"Missing scope: {named}. The token does not carry it.")
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


def _verbs(organisation: Organisation, exchange: Exchange) -> Verbs:
    family = family_of(exchange.path)
    if family is not None:
        if family not in organisation.settings.offered:
            return {}
        resource = RESOURCES[family]
        return ROUTES[family](organisation, resource, exchange, exchange.path[len(resource.path) :])
    if exchange.path.startswith(generic_routes.PATH):
        return generic_routes.verbs(organisation, exchange.path[len(generic_routes.PATH) :])
    return organisation_routes.verbs(organisation, exchange)
