"""The versions of one object, page after page behind a cursor: the whole history, or an error (contract §7)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, urlsplit

from reconciler.api.listing import MOST_PAGES, READINGS, Shifting, Unfit, identity_of
from reconciler.model.values import Json

_PORTS = {"https": 443, "http": 80}


def read_history(read: Callable[[str], Json], host: str) -> tuple[dict[str, Json], ...]:
    """Every version; `read(cursor)` gives the page at a cursor, the first one at "". `host` is the API's own address.

    Raises Unfit, and Shifting when in no reading of `READINGS` every version came once.
    """
    for _ in range(READINGS - 1):
        try:
            return _reading(read, host)
        except Shifting:
            continue
    return _reading(read, host)


def _reading(read: Callable[[str], Json], host: str) -> tuple[dict[str, Json], ...]:
    found: list[dict[str, Json]] = []
    cursors = [""]
    while True:
        content = read(cursors[-1])
        found += _items(content)
        cursor = next_cursor(content, host)
        if not cursor:
            return _each_once(found)
        if cursor in cursors or len(cursors) >= MOST_PAGES:
            raise Unfit("Its pages go round in a circle.")
        cursors.append(cursor)


def _items(content: Json) -> list[dict[str, Json]]:
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, list):
        raise Unfit("It is no page of versions: it has no list of items.")
    for item in items:
        identity_of(item)
    return items


def _each_once(found: list[dict[str, Json]]) -> tuple[dict[str, Json], ...]:
    twice = len(found) - len({item["id"] for item in found})
    if twice:
        raise Shifting(f"{twice} of its {len(found)} versions came more than once.")
    return tuple(found)


def next_cursor(content: Json, host: str) -> str:
    """The cursor inside `nextUri`; "" on the last page, which has none. Raises Unfit.

    Nothing but the cursor is taken from it, and still it has to be an address of the API itself: a page that sends us
    to another host is not the organisation's.
    """
    uri = content.get("nextUri")
    if uri is None:
        return ""
    try:
        parts = urlsplit(uri) if isinstance(uri, str) else SplitResult("", "", "", "", "")
        if isinstance(uri, str) and _origin(parts) != _origin(urlsplit(host)):
            raise Unfit("Its nextUri leads to another host, or to none.")
        cursors = parse_qs(parts.query).get("cursor", [])
    except ValueError:
        cursors = []
    if len(cursors) != 1:
        raise Unfit("Its nextUri holds no cursor, so that the pages behind it cannot be read.")
    return cursors[0]


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
