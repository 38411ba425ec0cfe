"""Reading what the standing orders are about: which objects, and the history of each, several at a time.

Each history is made small as soon as it has come, so that memory does not hold what the organisation said of all. One
that cannot be read is named and stops nobody else; who we are, or the time being up, stops everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from reconciler.errors import ApiError, NotFound, NotOffered, Unreachable
from reconciler.model.address import Address
from reconciler.model.archive import History, Order
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.ports import Reader

Work = Callable[[], History]


def read_histories(
    kinds: Mapping[str, Kind], orders: Iterable[Order], api: Reader, *, parallelism: int
) -> Mapping[Address, tuple[History, ...]]:
    """The histories of the objects that each order is about, in the organisation's order.

    Raises what concerns every call: AccessError, OutOfTime, Unreachable; and where a list is needed, why there is none.
    """
    tasks: list[tuple[Address, Work]] = []
    for name, those in _by_kind(orders).items():
        listed = _listed(kinds[name], those, api)
        tasks += [(order.address, work) for order in those for work in _works(kinds[name], order, listed, api)]
    found: dict[Address, list[History]] = {order.address: [] for order in orders}
    if tasks:
        with ThreadPoolExecutor(parallelism, thread_name_prefix="history") as pool:
            for (address, _), history in zip(tasks, pool.map(lambda task: task[1](), tasks), strict=True):
                found[address].append(history)
    return {address: tuple(histories) for address, histories in found.items()}


def _by_kind(orders: Iterable[Order]) -> Mapping[str, list[Order]]:
    found: dict[str, list[Order]] = {}
    for order in orders:
        found.setdefault(order.address.kind, []).append(order)
    return found


def _listed(kind: Kind, orders: list[Order], api: Reader) -> tuple[Observed, ...] | None:
    """The whole list where names or `all` need it, and where it is cheaper than asking for every id; else None."""
    if any(not order.ids for order in orders):
        return api.list(kind)
    if sum(len(order.ids) for order in orders) > kind.page_size:
        with suppress(NotOffered):
            return api.list(kind)
    return None


def _works(kind: Kind, order: Order, listed: tuple[Observed, ...] | None, api: Reader) -> Iterator[Work]:
    if order.ids:
        by_id = {each.live_id.lower(): each for each in listed or ()}
        yield from (partial(_by_id, kind, api, live_id, by_id.get(live_id)) for live_id in order.ids)
    elif order.names:
        yield from (partial(_by_name, kind, api, name, listed or ()) for name in order.names)
    else:
        yield from (partial(_of, kind, api, entity) for entity in listed or ())


def _by_id(kind: Kind, api: Reader, live_id: str, entity: Observed | None) -> History:
    entity = entity or api.get(kind, live_id)
    return _of(kind, api, entity) if entity else History(live_id, "", trouble="the organisation does not know it")


def _by_name(kind: Kind, api: Reader, name: str, listed: Iterable[Observed]) -> History:
    named = [entity for entity in listed if entity.body.get("name") == name]
    if len(named) == 1:
        return _of(kind, api, named[0])
    ids = ", ".join(entity.live_id for entity in named)
    trouble = f"several have this name: {ids}" if named else "the organisation has none of this name"
    return History("", name, trouble=trouble)


def _of(kind: Kind, api: Reader, entity: Observed) -> History:
    """The history of one object. What looks like a part of it is read once more."""
    first = _once(kind, api, entity)
    if not (first.lack or first.doubt):
        return first
    again = api.get(kind, entity.live_id)
    second = History(first.live_id, first.name, trouble="it has vanished") if again is None else _once(kind, api, again)
    if second.lack or (second.doubt and second != first):
        trouble = f"it cannot be read whole: {second.lack or second.doubt}"
        return History(second.live_id, second.name, trouble=trouble)
    return second


def _once(kind: Kind, api: Reader, entity: Observed) -> History:
    if kind.archiving is None:
        raise ValueError(f"{kind.name} is no kind of standing orders")
    try:
        return kind.archiving.history(entity, api.history(kind, entity.live_id))
    except Unreachable:
        raise
    except NotFound:
        trouble = "it has vanished, or the organisation shows no versions of it"
    except ApiError as error:
        trouble = f"it cannot be read whole: {error.detail or error.summary}".rstrip(".")
    return History(entity.live_id, str(entity.body.get("name", "")), trouble=trouble)
