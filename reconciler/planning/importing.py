"""What manifests would say about live objects that nobody describes: names, references, and what is worth stating.

Left out is what needs no word: defaults, members that the organisation owns or the kind does not know, and secrets,
which nobody can read and which stay with whoever set them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.manifest import Manifest
from reconciler.model.normal import answer_print, from_wire
from reconciler.model.observed import Observed, Origin, Recorded
from reconciler.model.plan import Cause
from reconciler.model.shape import Hidden, Keyed, Record, Shape
from reconciler.model.values import ABSENT, Absent, Json, Normal, Path, dotted, same
from reconciler.planning.binding import Bindings, live_keys
from reconciler.planning.difference import difference
from reconciler.planning.situation import Situation

Live = tuple[str, str]
"""A live object by its kind and id."""

_LONGEST: Final = 100
"""Of a slug: leaves room for what tells two of them apart."""


@dataclass(frozen=True, slots=True)
class Described:
    """A live object as a manifest states it. `is_bound` says that its name does not tell it from others, so that the
    manifest has to name its id; `unread` are secrets that are not in it. `environment` is the only one that it stands
    for; empty = all."""

    address: Address
    entity: Observed
    spec: Normal
    is_bound: bool = False
    unread: tuple[Path, ...] = ()
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Undescribed:
    """A live object that no manifest can describe, and why."""

    kind: str
    live_id: str
    reason: str


def foreign_objects(situation: Situation, bindings: Bindings, kinds: Collection[str]) -> tuple[Observed, ...]:
    """The live objects of these kinds that are neither desired nor recorded, in the organisation's order."""
    return tuple(
        entity
        for kind in sorted(kinds)
        for entity in situation.observed.get(kind, ())
        if (kind, entity.live_id) not in bindings.names
    )


def addresses_for(
    situation: Situation, entities: Collection[Observed], taken: Collection[Address]
) -> Mapping[Live, Address]:
    """An address for each object, made of its name. Two of one name, or of names that differ only in what a slug cannot
    hold or in case (file systems may not tell those apart), are numbered in the order of their ids."""
    used = {(address.kind, address.name.casefold()) for address in taken}
    chosen: dict[Live, Address] = {}
    for entity in sorted(entities, key=lambda each: (each.kind, each.live_id)):
        slug, number = slug_of(situation.kinds[entity.kind], entity), 1
        name = slug
        while (entity.kind, name.casefold()) in used:
            number += 1
            name = f"{slug}_{number}"
        used.add((entity.kind, name.casefold()))
        chosen[entity.kind, entity.live_id] = Address(entity.kind, name)
    return chosen


def slug_of(kind: Kind, entity: Observed) -> str:
    """The object's name with `_` for what an address cannot hold; of one without such a name, kind and id."""
    member = kind.shape.member(kind.natural_key[0])
    stated = entity.body.get(member.wire_name) if member else None
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "_", stated if isinstance(stated, str) else "").strip("_.-")[:_LONGEST]
    return slug or re.sub(r"[^A-Za-z0-9_.-]+", "_", f"{kind.name}_{entity.live_id}")[:_LONGEST]


def describe(
    situation: Situation, bindings: Bindings, chosen: Mapping[Live, Address]
) -> tuple[tuple[Described, ...], tuple[Undescribed, ...]]:
    """The chosen objects as manifests, by address, referring to each other by name; and those that cannot be."""
    repeated = _repeated(situation, {kind for kind, _ in chosen})
    described, undescribed = [], []
    for entity in (each for entities in situation.observed.values() for each in entities):
        address = chosen.get((entity.kind, entity.live_id))
        if address is None:
            continue
        try:
            described.append(_described(situation, bindings, chosen, address, entity, repeated))
        except ValueError as error:
            undescribed.append(Undescribed(entity.kind, entity.live_id, f"its answer does not fit the kind: {error}"))
    return tuple(sorted(described, key=lambda each: each.address)), tuple(undescribed)


def _described(
    situation: Situation,
    bindings: Bindings,
    chosen: Mapping[Live, Address],
    address: Address,
    entity: Observed,
    repeated: Collection[Live],
) -> Described:
    kind = situation.kinds[address.kind]

    def named(other: str, live_id: str) -> str | None:
        return bindings.named(other, live_id) or (chosen[other, live_id].name if (other, live_id) in chosen else None)

    normal = from_wire(kind.shape, entity.body, named=named, ignore=kind.server_owned)
    unread = tuple(_secrets(kind.shape, normal))
    spec = kind.express(stated(kind.shape, normal))
    if spec.get("name") == address.name:
        spec = {name: part for name, part in spec.items() if name != "name"}
    return Described(address, entity, spec, (entity.kind, entity.live_id) in repeated, unread)


def _repeated(situation: Situation, kinds: Collection[str]) -> Collection[Live]:
    """Live objects whose natural key another one has, too."""
    found: dict[tuple[str, bytes], list[Live]] = {}
    for kind in kinds:
        for key, entity in live_keys(situation.kinds[kind], situation.observed.get(kind, ())):
            found.setdefault((kind, key), []).append((kind, entity.live_id))
    return {live for alike in found.values() if len(alike) > 1 for live in alike}


def stated(shape: Record, normal: Normal) -> Normal:
    """What a manifest has to say so that `complete` gives this normal form: in the kind's order, without what goes
    without saying."""
    said = {}
    for member in shape.members:
        value = normal.get(member.name, ABSENT)
        if value is ABSENT or (member.default is not ABSENT and same(value, member.default)):
            continue
        part = _stated(member.shape, value)
        if part is not ABSENT:
            said[member.name] = part
    return said


def _stated(shape: Shape, value: Json) -> Json | Absent:
    match shape:
        case Hidden():
            return ABSENT
        case Record():
            return stated(shape, value)
        case Keyed():
            kept = [stated(shape.element, element) for element in value if not any(_secrets(shape.element, element))]
            return kept if kept or not value else ABSENT
        case _:
            return value


def _secrets(shape: Shape, value: Json, path: Path = ()) -> Iterator[Path]:
    """Where an answer shows a mask."""
    match shape:
        case Hidden():
            yield path
        case Record():
            for member in shape.hiding:
                if member.name in value:
                    yield from _secrets(member.shape, value[member.name], (*path, member.name))
        case Keyed():
            for element in value:
                yield from _secrets(shape.element, element, (*path, str(element.get(shape.key, ""))))
        case _:
            return


def adopted(kind: Kind, manifest: Manifest, described: Described, names: Mapping[Live, str]) -> Recorded:
    """The ledger's row of an imported object: as its manifest declares it, and as the organisation has it. Raises
    ValueError where the two are not the same: then its manifest would change it."""
    entity = described.entity

    def named(other: str, live_id: str) -> str | None:
        return names.get((other, live_id))

    before = from_wire(kind.shape, entity.body, named=named, ignore=kind.server_owned)
    differing = [
        dotted(part.path)
        for part in difference(kind.shape, manifest.normal, None, before).fields
        if part.cause is not Cause.RECORD
    ]
    if differing:
        raise ValueError(f"a manifest cannot say what it has at {', '.join(differing[:5])}")
    return Recorded(
        address=described.address,
        live_id=entity.live_id,
        origin=Origin.ADOPTED,
        declared=manifest.normal,
        fingerprint=answer_print(kind.shape, entity.body, named=named),
        version=entity.version,
        protect=False,
        revision=0,
        seal="",
    )
