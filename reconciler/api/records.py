"""An object's records, page after page behind a cursor, for as many calls as are granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from reconciler.api.listing import Unfit, identity_of, page_of
from reconciler.model.ports import RecordPages
from reconciler.model.values import Json

Records = tuple[tuple[str, Mapping[str, Json]], ...]


def read_records(read: Callable[[str], Json], budget: int) -> RecordPages:
    """`read(cursor)` gives the page at a cursor, the first one at "". Raises Unfit.

    Complete only if nothing speaks against it: no cursor left, no id twice, one total all the way and it is reached.
    """
    found: list[tuple[str, Mapping[str, Json]]] = []
    totals: set[int | None] = set()
    cursors = [""]
    while len(cursors) <= budget:
        content = read(cursors[-1])
        page = page_of(content)
        found += [_record(entity) for entity in page.entities]
        totals.add(page.total)
        cursor = cursor_of(content)
        if not cursor:
            agreed = totals == {len(found)} and len({identity for identity, _ in found}) == len(found)
            return RecordPages(tuple(found), page.total, agreed, len(cursors))
        if cursor in cursors:
            raise Unfit("Its pages go round in a circle.")
        cursors.append(cursor)
    return RecordPages(tuple(found), next(iter(totals)) if len(totals) == 1 else None, False, len(cursors) - 1)


def cursor_of(content: Mapping[str, Json]) -> str:
    """The `after` inside `nextUri`, whose host is never called; "" on the last page. Raises Unfit."""
    uri = content.get("nextUri")
    if uri is None or uri == "":
        return ""
    try:
        after = parse_qs(urlsplit(uri).query).get("after", []) if isinstance(uri, str) else []
    except ValueError:
        after = []
    if len(after) != 1 or not after[0]:
        raise Unfit("Its nextUri holds no cursor, so that the pages behind it cannot be read.")
    return after[0]


def _record(entity: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
    values = entity.get("values")
    if not isinstance(values, dict):
        raise Unfit("One of its records has no values.")
    return identity_of(entity), values
