"""What of a reading is kept in a snapshot: of people and of other systems no more than a plan of these manifests needs.

A snapshot is for runs that are trusted with nothing else: whoever may open a pull request may read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.model.address import Address
from reconciler.model.archive import Archiving
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.request import Asking, Requested, Submission
from reconciler.model.snapshot import Looked, Snapshot, Told
from reconciler.model.values import Json
from reconciler.planning.listing import Listing

_CREATED: Final = "createdDate"


@dataclass(frozen=True, slots=True)
class Needed:
    """What a plan is about: the live objects (kind, id) that are ours, and the requests that are wanted."""

    ours: Collection[tuple[str, str]]
    wanted: Sequence[Submission]


def redacted(snapshot: Snapshot, kinds: Mapping[str, Kind], needed: Needed) -> Snapshot:
    """The snapshot less what the server says of the objects of others, what others ask for and may download, and what
    a version of a history is beside its number. A plan of the same manifests is the same."""
    asking = {each.address for each in needed.wanted}
    return replace(
        snapshot,
        listed={name: _objects(kinds[name], objects, needed) for name, objects in snapshot.listed.items()},
        looked=tuple(_looked(kinds[each.kind], each, needed) for each in snapshot.looked),
        told=tuple(_told(kinds[each.kind].archiving, each) for each in snapshot.told),
        requests={key: _remembered(each, asking) for key, each in snapshot.requests.items()},
        intents=tuple(
            each if each.address.kind in kinds and kinds[each.address.kind].converges else replace(each, body={})
            for each in snapshot.intents
        ),
        receipts=tuple(replace(each, trouble="") for each in snapshot.receipts),
        asked_for=tuple(sorted(each.key for each in needed.wanted)),
    )


def _objects(kind: Kind, objects: tuple[Observed, ...], needed: Needed) -> tuple[Observed, ...]:
    if kind.asking is None:
        return tuple(_object(kind, entity, needed.ours) for entity in objects)
    wanted = [each for each in needed.wanted if each.address.kind == kind.name]
    return tuple(_requests(kind.asking, objects, wanted))


def _object(kind: Kind, entity: Observed, ours: Collection[tuple[str, str]]) -> Observed:
    """Of an object of others not what only the server writes: by whom and when it was changed."""
    if kind.archiving is not None:
        return replace(entity, body=_only(kind.archiving.reads, entity.body))
    if (kind.name, entity.live_id) in ours or kind.server_owned.isdisjoint(entity.body):
        return entity
    return replace(entity, body={name: value for name, value in entity.body.items() if name not in kind.server_owned})


def _looked(kind: Kind, looked: Looked, needed: Needed) -> Looked:
    return looked if looked.entity is None else replace(looked, entity=_object(kind, looked.entity, needed.ours))


def _told(archiving: Archiving | None, told: Told) -> Told:
    reads = archiving.reads if archiving is not None else ()
    return replace(told, versions=tuple(_only(reads, version) for version in told.versions))


def _only(names: Collection[str], body: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in body.items() if name in names}


def _requests(asking: Asking, listed: Sequence[Observed], wanted: Sequence[Submission]) -> Iterator[Observed]:
    """Those that may answer a wanted one, in the organisation's order: what else is asked for is nobody's business."""
    listing = Listing(listed)
    kept: dict[str, Observed] = {}
    for submission in wanted:
        for entity in listing.like(submission.body):
            names = {*submission.body, asking.status, _CREATED}
            kept[entity.live_id] = replace(entity, body=_only(names, entity.body))
        for live_id in (submission.key, submission.taken):
            if (named := listing.named(live_id)) is not None:
                kept.setdefault(live_id, replace(named, body={}))
    return (kept[entity.live_id] for entity in listed if entity.live_id in kept)


def _remembered(request: Requested, asking: Collection[Address]) -> Requested:
    """What was asked for only where a manifest says the like; never why it failed."""
    return replace(request, body=request.body if request.address in asking else {}, reason="")
