"""Which live object is whose: by recorded id, by `metadata.id`, else by natural key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.normal import agrees, from_wire
from reconciler.model.observed import Intent, Observed, Origin, Recorded
from reconciler.model.values import Json, Normal, canonical
from reconciler.planning.situation import Situation


@dataclass(frozen=True, slots=True)
class Bindings:
    """What was found.

    `live` is the object of each address that has one; `doubles` the ids of several candidates; `unconfirmed` the ids
    (kind, id) that no list showed: ask for each before believing that it is gone; `recorded` the ledger's rows, with
    those that an open intent proves; `foreign` counts the live objects that are nobody's, by kind.
    """

    live: Mapping[Address, Observed]
    recorded: Mapping[Address, Recorded]
    doubles: Mapping[Address, tuple[str, ...]]
    unconfirmed: tuple[tuple[str, str], ...]
    foreign: Mapping[str, int]
    names: Mapping[tuple[str, str], str]

    def named(self, kind: str, live_id: str) -> str | None:
        """The manifest name bound to a live object."""
        return self.names.get((kind, live_id))


@dataclass(slots=True)
class _Search:
    by_id: dict[tuple[str, str], Observed]
    by_key: dict[tuple[str, bytes], list[Observed]]
    claimed: set[tuple[str, str]]
    live: dict[Address, Observed] = field(default_factory=dict)
    doubles: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    unconfirmed: list[tuple[str, str]] = field(default_factory=list)


def bind(situation: Situation) -> Bindings:
    """Find every desired and recorded address's live object."""
    search = _search(situation)
    recorded = {**situation.recorded, **_proved(situation, search)}
    for address in sorted({*situation.estate.manifests, *recorded}):
        if not situation.choices.excludes(address):
            _find(search, situation, address, recorded.get(address))
    names = {(address.kind, row.live_id): address.name for address, row in recorded.items()}
    names |= {(address.kind, live.live_id): address.name for address, live in search.live.items()}
    foreign = {
        kind: sum((kind, entity.live_id) not in names for entity in entities)
        for kind, entities in situation.observed.items()
    }
    return Bindings(search.live, recorded, search.doubles, tuple(dict.fromkeys(search.unconfirmed)), foreign, names)


def _search(situation: Situation) -> _Search:
    seen = [entity for entities in situation.observed.values() for entity in entities]
    seen += [entity for entity in situation.confirmed.values() if entity is not None]
    by_id = {(entity.kind, entity.live_id): entity for entity in seen}
    by_key: dict[tuple[str, bytes], list[Observed]] = defaultdict(list)
    for entity in by_id.values():
        by_key[entity.kind, _live_key(situation.kinds[entity.kind], entity)].append(entity)
    claimed = {(address.kind, row.live_id) for address, row in situation.recorded.items()}
    return _Search(by_id, by_key, claimed)


def _live_key(kind: Kind, entity: Observed) -> bytes:
    members = (kind.shape.member(name) for name in kind.natural_key)
    return canonical([entity.body.get(member.wire_name) if member else None for member in members])


def natural_key(kind: Kind, normal: Normal) -> bytes:
    """What the organisation holds unique, of a normal form."""
    return canonical([normal.get(name) for name in kind.natural_key])


def _find(search: _Search, situation: Situation, address: Address, row: Recorded | None) -> None:
    manifest = situation.estate.manifests.get(address)
    known_id = row.live_id if row else manifest.live_id if manifest else ""
    if known_id:
        entity = search.by_id.get((address.kind, known_id))
        if entity is not None:
            search.live[address] = entity
            return
        if (address.kind, known_id) not in situation.confirmed:
            search.unconfirmed.append((address.kind, known_id))
            return
    if manifest is None or (row is None and known_id):
        return
    candidates = _candidates(search, situation.kinds[address.kind], manifest.normal)
    if len(candidates) == 1:
        search.live[address] = candidates[0]
    elif candidates:
        search.doubles[address] = tuple(sorted(entity.live_id for entity in candidates))


def _candidates(search: _Search, kind: Kind, normal: Normal) -> list[Observed]:
    return [
        entity
        for entity in search.by_key.get((kind.name, natural_key(kind, normal)), [])
        if (kind.name, entity.live_id) not in search.claimed
    ]


def _proved(situation: Situation, search: _Search) -> dict[Address, Recorded]:
    """Creations that were interrupted, and whose object is there as we sent it: ours, though no row says so yet."""
    proved: dict[Address, Recorded] = {}
    for intent in situation.intents:
        kind = situation.kinds.get(intent.address.kind)
        if intent.action not in ("create", "recreate") or kind is None or situation.choices.excludes(intent.address):
            continue
        found = matching(kind, intent, _candidates(search, kind, intent.declared))
        if len(found) == 1:
            row = situation.recorded.get(intent.address)
            proved[intent.address] = Recorded(
                intent.address, found[0].live_id, Origin.CREATED, intent.declared, "", found[0].version,
                intent.protect, row.revision if row else 0, intent.seal,
            )  # fmt: skip
    return proved


def matching(kind: Kind, intent: Intent, candidates: Iterable[Observed]) -> list[Observed]:
    """The candidates that have the natural key and everything else that the intent's body says."""
    sent = _read(kind, intent.body)
    return [entity for entity in candidates if sent is not None and _has(kind, sent, _read(kind, entity.body))]


def _has(kind: Kind, sent: Normal, live: Normal | None) -> bool:
    return live is not None and natural_key(kind, sent) == natural_key(kind, live) and agrees(kind.shape, sent, live)


def _read(kind: Kind, body: Mapping[str, Json]) -> Normal | None:
    """A wire body in normal form, every reference by id; None where it does not fit."""
    try:
        return from_wire(kind.shape, body, named=lambda _kind, _id: None, ignore=kind.server_owned)
    except ValueError:
        return None
