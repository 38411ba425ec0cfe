"""`/api/v2/routing/strategies`: list [X], read, and the versions of one by cursor (contract §7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.organisation import Organisation, missing
from reconciler.sandbox.paging import invalid_parameter, page_asked_for, page_body, whole_number
from reconciler.sandbox.records import cursor, serial_of
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.strategies.histories import Version
from reconciler.sandbox.strategies.resource import ROUTING_STRATEGIES
from reconciler.sandbox.verbs import Verb, Verbs


def verbs(organisation: Organisation, resource: Resource, exchange: Exchange, rest: str) -> Verbs:
    """What can be done at `rest` of the collection's path."""
    org, view = organisation, resource.scopes.view
    match rest.split("/"):
        case [""]:
            return {"GET": Verb("routing_strategies.list", view, lambda: list_strategies(org, exchange))}
        case ["", key] if key:
            return {"GET": Verb("routing_strategies.get", view, lambda: get_strategy(org, key))}
        case ["", key, "versions"] if key:
            return {"GET": Verb("routing_strategies.versions", view, lambda: list_versions(org, exchange, key))}
        case _:
            return {}


def list_strategies(organisation: Organisation, exchange: Exchange) -> Answer:
    """`version` is content here and not a lock, so that it is there even where the organisation locks nothing."""
    page = page_asked_for(exchange, organisation.settings)
    shown = organisation.collection(ROUTING_STRATEGIES.collection).listing(organisation.clock.now())
    start = (page.number - 1) * page.size
    rendered = [each.versioned for each in shown[start : start + page.size]]
    return Answer(200, page_body(ROUTING_STRATEGIES.path, page, total=len(shown), rendered=rendered))


def get_strategy(organisation: Organisation, strategy_id: str) -> Answer:
    stored = organisation.collection(ROUTING_STRATEGIES.collection).read(strategy_id, organisation.clock.now())
    if stored is None:
        raise missing(ROUTING_STRATEGIES, strategy_id)
    return Answer(200, stored.versioned)


def list_versions(organisation: Organisation, exchange: Exchange, strategy_id: str) -> Answer:
    """`{items, nextUri}`: an absolute `nextUri` with the cursor in its query, and none on the last page."""
    strategy, settings = organisation.existing(ROUTING_STRATEGIES, strategy_id), organisation.settings
    size = whole_number(exchange, "pageSize", default=settings.default_page_size, largest=settings.max_page_size)
    place = _ORDERS[settings.version_order]
    versions = sorted(organisation.histories.of(strategy), key=place)
    position = _position(exchange)
    if settings.version_cursors == "offset":
        start = position
    else:
        start = sum(place(each) <= place(Version(position, {})) for each in versions) if position else 0
    page = versions[start : start + size]
    content: dict[str, Any] = {"items": [each.content for each in page]}
    if start + size < len(versions):
        following = start + size if settings.version_cursors == "offset" else page[-1].serial
        path = f"{ROUTING_STRATEGIES.path}/{quote(strategy_id, safe='')}/versions"
        query = f"pageSize={size}&cursor={quote(cursor(following), safe='')}"
        content["nextUri"] = f"http://{exchange.headers.get('host', 'localhost')}{path}?{query}"
    return json_answer(200, content)


def _shuffled(version: Version) -> tuple[Any, ...]:
    return (hashlib.sha256(str(version.serial).encode()).digest(),)


_ORDERS: dict[str, Callable[[Version], tuple[Any, ...]]] = {
    "newest_first": lambda version: (-version.serial,),
    "oldest_first": lambda version: (version.serial,),
    "shuffled": _shuffled,
}


def _position(exchange: Exchange) -> int:
    """What the cursor stands for; 0 is the beginning."""
    given = exchange.query.get("cursor")
    if given is None:
        return 0
    position = serial_of(given[0]) if len(given) == 1 else None
    if position is None:
        raise invalid_parameter("cursor", "is not a cursor that this organisation gave out")
    return position
