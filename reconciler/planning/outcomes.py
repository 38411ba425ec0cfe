"""Whether an approved change has come about already: its end is what the organisation, or the ledger, says now."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.model.address import Address
from reconciler.model.approval import LEDGER, PROTECT, REQUESTS, SPEC, Changed
from reconciler.model.hidden import with_digests
from reconciler.model.normal import agrees, ordered
from reconciler.model.observed import Recorded
from reconciler.model.parts import shape_at, value_at
from reconciler.model.plan import Action
from reconciler.model.shape import Hidden, Record, Shape
from reconciler.model.values import ABSENT, Absent, Json, same
from reconciler.planning.binding import observed_normal
from reconciler.planning.make import Drafts
from reconciler.planning.order import CREATING


def has_come_about(
    drafts: Drafts, rows: Mapping[Address, Recorded], changed: Changed, gone: Collection[tuple[str, str]]
) -> bool:
    """`rows` are the ledger's; `gone` the live objects (kind, id) of which it is confirmed that they are not there."""
    if changed.action is Action.DELETE:
        return changed.address is not None and (changed.address.kind, changed.live_id) in gone
    seen = observed_at(drafts, rows, changed)
    shape = _shape_of_live(drafts, changed)
    if shape is None or seen is ABSENT or changed.after is ABSENT:
        return same(seen, changed.after)
    known = changed.action not in CREATING or changed.address in rows
    # Of a secret nobody sees more than that there is one.
    return known and not isinstance(shape, Hidden) and agrees(shape, changed.after, seen)


def _shape_of_live(drafts: Drafts, changed: Changed) -> Shape | None:
    """The shape of a place in a live object, which may have more than we say; None where the ledger says what is so."""
    if changed.address is None or changed.path[0] != SPEC or _is_recorded(changed):
        return None
    return shape_at(_shape(drafts, changed.address), changed.path[1:])


def _is_recorded(changed: Changed) -> bool:
    return changed.recorded_only or changed.action is Action.ORDER


def observed_at(drafts: Drafts, rows: Mapping[Address, Recorded], changed: Changed) -> Json | Absent:
    """What stands now at the place that a change is about."""
    if changed.path[0] == REQUESTS:
        return _request(drafts, changed)
    if changed.address is None:
        return ABSENT
    row = rows.get(changed.address)
    if changed.path == LEDGER:
        return row.live_id if row else ABSENT
    if changed.path == PROTECT:
        return row.protect if row else ABSENT
    return _part(drafts, row, changed.address, changed)


def _request(drafts: Drafts, changed: Changed) -> Json | Absent:
    """A request's address, if it is one that is followed; of one that is to be forgotten its key."""
    request = drafts.situation.requests.get(changed.path[1])
    if request is None or request.forgotten:
        return ABSENT
    return request.key if changed.address is None else str(request.address)


def _part(drafts: Drafts, row: Recorded | None, address: Address, changed: Changed) -> Json | Absent:
    shape, path = _shape(drafts, address), changed.path[1:]
    if _is_recorded(changed):
        side: Json | Absent = ABSENT if row is None else with_digests(shape, dict(row.declared), {})
    else:
        side = _live(drafts, address)
    found, inner = value_at(shape, side, path), shape_at(shape, path)
    return found if found is ABSENT or inner is None else ordered(inner, found)


def _live(drafts: Drafts, address: Address) -> Json | Absent:
    entity = drafts.bindings.live.get(address)
    if entity is None:
        return ABSENT
    normal = observed_normal(drafts.situation.kinds[address.kind], entity, drafts.bindings)
    return ABSENT if normal is None else normal


def _shape(drafts: Drafts, address: Address) -> Record:
    return drafts.situation.kinds[address.kind].shape
