"""`/api/v2/organizations/limits` (published API §1.8): what the organisation allows, by namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from reconciler.sandbox.data_schemas.bases import BASES
from reconciler.sandbox.data_schemas.quotas import KEYS, limits_of
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.paging import page_asked_for, page_body
from reconciler.sandbox.problems import not_found
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.verbs import Verb, Verbs

PATH = "/api/v2/organizations/limits"
TOKEN_RATE, USER_RATE = "client.credentials.token.rate.per.minute", "org.app.user.rate.per.minute"

Namespaces = Mapping[str, Mapping[str, int]]


def verbs(organisation: Organisation, exchange: Exchange) -> Verbs:
    """All of them for anybody with a token."""
    present, standard = _namespaces(organisation.settings), _namespaces(Settings())
    if not exchange.path.startswith(PATH + "/"):
        return {}
    match exchange.path[len(PATH) :].split("/"):
        case ["", "docs"]:
            return {"GET": Verb("limits.docs", None, lambda: json_answer(200, _docs(standard)))}
        case ["", "namespaces"]:
            return {"GET": Verb("limits.namespaces", None, lambda: _list(organisation, exchange, present))}
        case ["", "namespaces", name] if name:
            return {"GET": Verb("limits.namespace", None, lambda: _limits(present, name))}
        case ["", "namespaces", name, "defaults"] if name:
            return {"GET": Verb("limits.defaults", None, lambda: _limits(standard, name))}
        case _:
            return {}


def _namespaces(settings: Settings) -> Namespaces:
    """The platform's rates and the schemas' quotas; a rate without a limit is not listed."""
    rates = {} if settings.token_rate is None else {TOKEN_RATE: settings.token_rate}
    found: dict[str, Mapping[str, int]] = {"platform.api": {**rates, USER_RATE: 3000}}
    for base in BASES.values():
        limits = limits_of(base, settings)
        found.setdefault(base.namespace, {key: limits[limit] for limit, key in KEYS.items()})
    return found


def _list(organisation: Organisation, exchange: Exchange, namespaces: Namespaces) -> Answer:
    """Page by page; the SDK's model of this answer is empty, so that its entities are plain names is [U]."""
    page = page_asked_for(exchange, organisation.settings)
    start = (page.number - 1) * page.size
    names = [orjson.dumps(name) for name in sorted(namespaces)]
    path = f"{PATH}/namespaces"
    return Answer(200, page_body(path, page, total=len(names), rendered=names[start : start + page.size]))


def _limits(namespaces: Namespaces, name: str) -> Answer:
    """The SDK's LimitsEntityListing."""
    if name not in namespaces:
        raise not_found(f"There is no namespace {name}.")
    limits = [{"key": key, "namespace": name, "value": value} for key, value in namespaces[name].items()]
    return json_answer(200, {"entities": limits})


def _docs(namespaces: Namespaces) -> dict[str, Any]:
    """The SDK's LimitDocumentation."""
    documented = [
        {"name": name, "friendlyName": name.replace(".", " ").title(), "limits": [_doc(*each) for each in of.items()]}
        for name, of in sorted(namespaces.items())
    ]
    return {"url": f"{PATH}/docs", "namespaces": documented}


def _doc(key: str, value: int) -> dict[str, Any]:
    return {
        "key": key,
        "defaultValue": value,
        "description": key.replace(".", " ").capitalize(),
        "configurable": True,
        "trackable": False,
    }
