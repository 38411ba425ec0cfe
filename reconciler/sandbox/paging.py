"""Page-number paging, as the contract §2 and the published API §1.7 have it."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.problems import Detail, Problem, bad_request
from reconciler.sandbox.settings import Settings


@dataclass(frozen=True, slots=True)
class Page:
    size: int
    number: int


def page_asked_for(exchange: Exchange, settings: Settings) -> Page:
    """`pageSize` from 1 to the org's largest, `pageNumber` from 1; anything else is 400."""
    return Page(
        size=whole_number(exchange, "pageSize", default=settings.default_page_size, largest=settings.max_page_size),
        number=whole_number(exchange, "pageNumber", default=1, largest=10**9),
    )


def whole_number(exchange: Exchange, name: str, *, default: int, largest: int) -> int:
    given = exchange.query.get(name)
    if given is None:
        return default
    value = given[0]
    if len(given) > 1 or not (value.isascii() and value.isdigit() and len(value) <= 10 and 1 <= int(value) <= largest):
        raise invalid_parameter(name, f"{'&'.join(given)!r} is not a whole number from 1 to {largest}")
    return int(value)


def invalid_parameter(name: str, reason: str) -> Problem:
    return bad_request(f"{name}: {reason}", Detail(name, reason), code="invalid.query.param.value")


def page_body(path: str, page: Page, *, total: int, rendered: list[bytes]) -> bytes:
    """One page, put together from entities that are bytes already: rendering 100 of them anew is what would be slow."""
    count = -(-total // page.size)
    uris = {"selfUri": page.number, "firstUri": 1, "lastUri": max(count, 1)}
    if page.number < count:
        uris["nextUri"] = page.number + 1
    if page.number > 1:
        uris["previousUri"] = page.number - 1
    links = "".join(f',"{name}":"{path}?pageSize={page.size}&pageNumber={n}"' for name, n in uris.items())
    head = b'{"entities":[' + b",".join(rendered) + b"]"
    return head + (
        f',"pageSize":{page.size},"pageNumber":{page.number},"total":{total},"pageCount":{count}{links}}}'.encode()
    )
