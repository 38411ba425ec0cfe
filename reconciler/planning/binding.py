"""Which live object is whose: by recorded id, by `metadata.id`, else by natural key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.normal import agrees, from_wire
from reconciler.model.observed import Intent, Observed, Origin, Recorded
from reconciler.model.shape import Record
from reconciler.model.values import Json, Normal, canonical, same
from reconciler.planning.situation import Situation


@dataclass(frozen=True, slots=True)
class Bindings:
    """What was found.

    `live` is the object of each address that has one; `doubles` the ids of several candidates; `unconfirmed` the ids
    (kind, id) that no list showed, or only as they once were: ask for each before believing it; `recorded` the
    ledger's rows, with those that an open intent proves; `foreign` counts the live objects that are nobody's, by kind;
    `gone` are the recorded addresses whose object is confirmed to be there no more.
    """

    live: Mapping[Address, Observed]
    recorded: Mapping[Address, Recorded]
    doubles: Mapping[Address, tuple[str, ...]]
    unconfirmed: tuple[tuple[str, str], ...]
    foreign: Mapping[str, int]
    names: Mapping[tuple[str, str], str]
    gone: frozenset[Address] = frozenset()

    def named(self, kind: str, live_id: str) -> str | None:
        """The manifest name bound to a live object."""
        return self.names.get((kind, live_id))


def observed_normal(kind: Kind, entity: Observed, bindings: Bindings) -> Normal | None:
    """A live object in normal form, or None where its answer does not fit the shape."""
    try:
        return from_wire(kind.shape, entity.body, named=bindings.named, ignore=kind.server_owned)
    except ValueError:
        return None


@dataclass(slots=True)
class _Search:
    by_id: dict[tuple[str, str], Observed]
    by_key: dict[str, dict[bytes, list[Observed]]]
    claimed: set[tuple[str, str]]
    live: dict[Address, Observed] = field(default_factory=dict)
    doubles: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    unconfirmed: list[tuple[str, str]] = field(default_factory=list)


def bind(situation: Situation) -> Bindings:
    """Find every desired and recorded address's live object."""
    search = _search(situation)
    recorded = {**situation.recorded, **_proved(situation, search)}
    for address in sorted({*situation.estate.manifests, *recorded}):
        kind = situation.kinds.get(address.kind)
        if kind is not None and kind.converges and not situation.choices.excludes(address):
            _find(search, situation, address, recorded.get(address))
    gone = frozenset(
        address
        for address, row in recorded.items()
        if situation.confirmed.get((address.kind, row.live_id), row) is None
        and (address.kind, row.live_id) not in search.by_id
    )
    names = _names(situation, search, {address: row for address, row in recorded.items() if address not in gone})
    foreign = {
        kind: sum((kind, entity.live_id) not in names for entity in entities)
        for kind, entities in situation.observed.items()
        if situation.kinds[kind].converges
    }
    unconfirmed = tuple(dict.fromkeys(search.unconfirmed))
    return Bindings(search.live, recorded, search.doubles, unconfirmed, foreign, names, gone)


def _names(
    situation: Situation, search: _Search, recorded: Mapping[Address, Recorded]
) -> Mapping[tuple[str, str], str]:
    """The name of each live object's address; where two claim it, that of the manifest."""
    claims = {(address, row.live_id) for address, row in recorded.items()}
    claims |= {(address, entity.live_id) for address, entity in search.live.items()}
    stated = situation.estate.manifests
    ranked = sorted(claims, key=lambda claim: (claim[0] in stated, claim))
    return {(address.kind, live_id): address.name for address, live_id in ranked}


def _search(situation: Situation) -> _Search:
    listed = [entity for entities in situation.observed.values() for entity in entities]
    seen = [entity for entity in listed if situation.confirmed.get((entity.kind, entity.live_id), entity) is not None]
    seen += [entity for entity in situation.confirmed.values() if entity is not None]
    by_id = {(entity.kind, entity.live_id): entity for entity in seen}
    claimed = {(address.kind, row.live_id) for address, row in situation.recorded.items()}
    claimed |= {(each.address.kind, each.live_id) for each in situation.estate.manifests.values() if each.live_id}
    return _Search(by_id, {}, claimed)


def live_keys(kind: Kind, entities: Iterable[Observed]) -> Iterator[tuple[bytes, Observed]]:
    """Each live object's natural key; of one whose answer does not fit the kind, its own id."""
    telling = {*kind.natural_key, *kind.unique_while}
    shape = Record(tuple(member for member in kind.shape.members if member.name in telling))
    known = {member.wire_name for member in shape.members}
    for entity in entities:
        stated = {name: value for name, value in entity.body.items() if name in known}
        try:
            yield natural_key(kind, from_wire(shape, stated, named=lambda _kind, _id: None)), entity
        except ValueError:
            yield entity.live_id.encode(), entity


def natural_key(kind: Kind, normal: Normal) -> bytes:
    """What tells an object from the others of its kind; those whose name counts are apart from those whose does not."""
    return canonical([name_counts(kind, normal), *(normal.get(name) for name in kind.natural_key)])


def name_counts(kind: Kind, normal: Normal) -> bool:
    """Whether the organisation holds the object's natural key unique."""
    return all(same(normal.get(name), value) for name, value in kind.unique_while.items())


def _find(search: _Search, situation: Situation, address: Address, row: Recorded | None) -> None:
    manifest = situation.estate.manifests.get(address)
    known_id = row.live_id if row else manifest.live_id if manifest else ""
    if known_id:
        entity = search.by_id.get((address.kind, known_id))
        if _doubtful(entity, row) and (address.kind, known_id) not in situation.confirmed:
            search.unconfirmed.append((address.kind, known_id))
            return
        if entity is not None:
            search.live[address] = entity
            return
    if manifest is None or (row is None and known_id):
        return
    candidates = _candidates(search, situation.kinds[address.kind], manifest.normal)
    if len(candidates) == 1:
        search.live[address] = candidates[0]
    elif candidates:
        search.doubles[address] = tuple(sorted(entity.live_id for entity in candidates))


def _doubtful(entity: Observed | None, row: Recorded | None) -> bool:
    """Whether a list may not show what is so: nothing, or an older version than the one that we have seen already."""
    if entity is None:
        return True
    return bool(row and row.version and entity.version and entity.version < row.version)


def _candidates(search: _Search, kind: Kind, normal: Normal) -> list[Observed]:
    return [
        entity
        for entity in _of_kind(search, kind).get(natural_key(kind, normal), ())
        if (kind.name, entity.live_id) not in search.claimed
    ]


def _of_kind(search: _Search, kind: Kind) -> Mapping[bytes, list[Observed]]:
    """The live objects of a kind by natural key, sought only where an object is not known by its id."""
    if kind.name not in search.by_key:
        found = search.by_key[kind.name] = defaultdict(list)
        for key, entity in live_keys(kind, (each for (name, _), each in search.by_id.items() if name == kind.name)):
            found[key].append(entity)
    return search.by_key[kind.name]


def _proved(situation: Situation, search: _Search) -> dict[Address, Recorded]:
    """Creations that were interrupted, and whose object is there as we sent it: ours, though no row says so yet."""
    proved: dict[Address, Recorded] = {}
    for intent in situation.intents:
        kind = situation.kinds.get(intent.address.kind)
        if intent.action not in ("create", "recreate") or kind is None or situation.choices.excludes(intent.address):
            continue
        manifest = situation.estate.manifests.get(intent.address)
        if manifest is not None and manifest.live_id:
            continue  # a person has said which one it is
        found = matching(kind, intent, _candidates(search, kind, {**kind.at_birth, **intent.declared}))
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
