"""A whole collection, or an error: never a part of it.

Pages are read in parallel, and an organisation at work changes meanwhile. So totals, counts and ids are held against
each other, and a reading that does not add up is thrown away and made again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.model.values import Json

READINGS = 3
"""How often a collection that shifts is read before it is given up."""

MOST_PAGES = 10_000
"""More pages than any organisation has; a larger number is nonsense."""


class Unfit(Exception):
    """A page that is not what a page is. Reading again would not help."""


class Shifting(Exception):
    """Pages that do not fit together. Reading again may help."""


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of `{entities, total, pageNumber}` that matter. `total` None = not stated."""

    entities: tuple[dict[str, Json], ...]
    total: int | None


InParallel = Callable[[Callable[[int], Page], Sequence[int]], Sequence[Page]]
"""Applies a function to each number, several at a time, and keeps their order."""


def page_of(content: Json, *, number: int | None = None, identity: str = "id") -> Page:
    """Read one page; `number` is the one asked for, `identity` the member with an id. Raises Unfit, Shifting."""
    if not isinstance(content, dict):
        raise Unfit("It is not an object with entities.")
    entities, total = content.get("entities"), content.get("total")
    if not isinstance(entities, list):
        raise Unfit(f"Its entities are {'null' if entities is None else 'not a list'}.")
    for entity in entities:
        identity_of(entity, identity)
    if total is not None and (isinstance(total, bool) or not isinstance(total, int) or total < 0):
        raise Unfit("Its total is not a count.")
    if number is not None and content.get("pageNumber", number) != number:
        raise Shifting(f"Page {number} was asked for, and page {content['pageNumber']!r:.20} came.")
    return Page(tuple(entities), total)


def identity_of(entity: Json, member: str = "id") -> str:
    """An entity's id. Raises Unfit."""
    identity = entity.get(member) if isinstance(entity, dict) else None
    if not isinstance(identity, str) or identity in ("", ".", ".."):
        raise Unfit("One of its entities has no id.")
    return identity


def read_whole(
    read: Callable[[int], Page], in_parallel: InParallel, identity: str = "id"
) -> tuple[dict[str, Json], ...]:
    """Every entity of a collection whose page `n` is `read(n)`, in order.

    Raises Unfit, and Shifting when no reading of `READINGS` adds up.
    """
    for _ in range(READINGS - 1):
        try:
            return _reading(read, in_parallel, identity)
        except Shifting:
            continue
    return _reading(read, in_parallel, identity)


def _reading(read: Callable[[int], Page], in_parallel: InParallel, identity: str) -> tuple[dict[str, Json], ...]:
    """The organisation may give smaller pages than it was asked for: the first one shows how large they are."""
    first = read(1)
    if first.total is None:
        raise Unfit("It does not state its total.")
    pages = [first]
    if first.entities and first.total > len(first.entities):
        count = -(-first.total // len(first.entities))
        if count > MOST_PAGES:
            raise Unfit(f"Its total of {first.total} makes {count} pages.")
        pages += in_parallel(read, range(2, count + 1))
    _check(pages, identity)
    return tuple(entity for page in pages for entity in page.entities)


def _check(pages: Sequence[Page], identity: str) -> None:
    totals = [page.total for page in pages]
    if len(set(totals)) > 1:
        raise Shifting(f"Its total changed while it was read: {min(totals, key=_count)} and {max(totals, key=_count)}.")
    read = sum(len(page.entities) for page in pages)
    if read != totals[0]:
        raise Shifting(f"It states a total of {totals[0]}, and {read} came.")
    if twice := read - len({entity[identity] for page in pages for entity in page.entities}):
        raise Shifting(f"{twice} of its {read} objects came more than once.")


def _count(total: int | None) -> int:
    return -1 if total is None else total
