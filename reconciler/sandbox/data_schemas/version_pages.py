"""Versions page by page (published API §1.7): `before` and `after` are cursors out of the answer's own links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.paging import invalid_parameter, whole_number
from reconciler.sandbox.problems import bad_request
from reconciler.sandbox.records import cursor, serial_of
from reconciler.sandbox.store import Stored

DEFAULT_SIZE, LARGEST_SIZE = 25, 100


def version_page(
    exchange: Exchange, path: str, versions: Sequence[Stored], body: Callable[[Stored], dict[str, Any]]
) -> dict[str, Any]:
    """The versions behind `after` or in front of `before`, oldest first; a link only where it leads somewhere."""
    size = whole_number(exchange, "pageSize", default=DEFAULT_SIZE, largest=LARGEST_SIZE)
    after, before = _position(exchange, "after"), _position(exchange, "before")
    if after is not None and before is not None:
        raise bad_request("after and before exclude each other.", code="invalid.query.param.value")
    if before is not None:
        page = [each for each in versions if each.version < before][-size:]
    else:
        page = [each for each in versions if each.version > (after or 0)][:size]
    content: dict[str, Any] = {"entities": [body(each) for each in page], "selfUri": path}
    if page and page[-1].version < versions[-1].version:
        content["nextUri"] = f"{path}?pageSize={size}&after={quote(cursor(page[-1].version))}"
    if page and page[0].version > versions[0].version:
        content["previousUri"] = f"{path}?pageSize={size}&before={quote(cursor(page[0].version))}"
    return content


def _position(exchange: Exchange, name: str) -> int | None:
    given = exchange.query.get(name)
    if given is None:
        return None
    position = serial_of(given[-1]) if len(given) == 1 else None
    if position is None:
        raise invalid_parameter(name, "is not a cursor that this organisation gave out")
    return position
