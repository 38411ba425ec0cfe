"""What is wrong between manifests that are each valid by themselves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.cycles import cycles
from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.suggest import did_you_mean, listed
from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.manifest import Estate, Manifest, Move, Removal
from reconciler.model.shape import Keyed, Record, Reference, Shape, references
from reconciler.model.source import Document, Problem, Source
from reconciler.model.values import Json, Normal, Path, canonical, same


@dataclass(slots=True)
class Claims:
    """Which addresses the files speak of, valid or not, so that one bad manifest is not reported twice.

    `rejected` are specs that their schema does not admit; `lost` are names in text that could not be read;
    `elsewhere` are the manifests of other environments, each with those that it is limited to.
    """

    documents: dict[Address, YamlDocument] = field(default_factory=dict)
    rejected: list[tuple[Address, Document, Mapping[str, Json]]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    elsewhere: dict[Address, tuple[str, ...]] = field(default_factory=dict)

    def first(self, address: Address, document: YamlDocument) -> YamlDocument | None:
        """The document that claimed the address before this one did; None where this one is the first."""
        found = self.documents.setdefault(address, document)
        return None if found is document else found

    def __contains__(self, address: Address) -> bool:
        return address in self.documents or address.name in self.lost


@dataclass(frozen=True, slots=True)
class Edge:
    """One reference: from a manifest, at a path, to an address."""

    owner: Address
    document: Document
    path: Path
    target: Address
    needed_to_create: bool

    @property
    def source(self) -> Source:
        return self.document.locate(("spec", *self.path))


def check_together(
    estate: Estate, removals: Sequence[Removal], claims: Claims, kinds: Mapping[str, Kind]
) -> Iterator[Problem]:
    """All checks between manifests, and of `removed:` and `moved:`."""
    yield from _same_object(estate, kinds)
    yield from _same_id(estate)
    edges = list(_edges(estate, claims, kinds))
    yield from _unknown_targets(edges, estate, claims)
    yield from _cycles(edges)
    yield from _removed(removals, claims, kinds)
    yield from _moved(estate.moves, removals, claims, kinds)


def _same_object(estate: Estate, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    def natural_key(manifest: Manifest) -> Hashable | None:
        names, normal = kinds[manifest.address.kind].natural_key, manifest.normal
        if not kinds[manifest.address.kind].converges:
            return None
        if not all(name in normal for name in names) or not _counts(kinds[manifest.address.kind], normal):
            return None
        return manifest.address.kind, tuple(_hashable(normal[name]) for name in names)

    for first, second in _twice(estate, natural_key):
        names = kinds[second.address.kind].natural_key
        stated = ", ".join(f"{name} `{str(second.normal[name])[:80]}`" for name in names) or "only one can exist"
        yield problem(
            Code.DUPLICATE_NATURAL_KEY,
            second.locate(names[:1]),
            detail=f"{second.address} and {first.address} ({first.locate(names[:1])}) are the same object: {stated}.",
            hint="Give one of them another name, or merge the two.",
        )


def _counts(kind: Kind, normal: Normal) -> bool:
    """Whether the organisation holds this object's name unique."""
    return all(same(normal.get(name), value) for name, value in kind.unique_while.items())


def _same_id(estate: Estate) -> Iterator[Problem]:
    for first, second in _twice(estate, lambda manifest: manifest.live_id or None):
        there = first.document.locate(("metadata", "id"))
        yield problem(
            Code.DUPLICATE_ID,
            second.document.locate(("metadata", "id")),
            detail=f"{second.address} and {first.address} ({there}) both bind {second.live_id}.",
            hint="Correct `metadata.id` in one of them.",
        )


def _twice(estate: Estate, key: Callable[[Manifest], Hashable | None]) -> Iterator[tuple[Manifest, Manifest]]:
    seen: dict[Hashable, Manifest] = {}
    for manifest in estate.manifests.values():
        found = key(manifest)
        if found is not None and (first := seen.setdefault(found, manifest)) is not manifest:
            yield first, manifest


def _hashable(value: object) -> Hashable:
    return value if isinstance(value, str) else canonical(value)


def _edges(estate: Estate, claims: Claims, kinds: Mapping[str, Kind]) -> Iterator[Edge]:
    referring = {name: kind.shape for name, kind in kinds.items() if _refers(kind.shape)}
    admitted = ((address, each.document, each.normal) for address, each in estate.manifests.items())
    for owner, document, stated in chain(admitted, claims.rejected):
        if owner.kind not in referring:
            continue
        for path, reference, value in references(referring[owner.kind], stated):
            if isinstance(value, str):
                target = Address(reference.kind, value)
                yield Edge(owner, document, path, target, reference.needed_to_create)


def _refers(shape: Shape) -> bool:
    match shape:
        case Reference():
            return True
        case Record():
            return any(_refers(member.shape) for member in shape.members)
        case Keyed():
            return _refers(shape.element)
        case _:
            return False


def _unknown_targets(edges: Sequence[Edge], estate: Estate, claims: Claims) -> Iterator[Problem]:
    for edge in edges:
        if edge.target in claims:
            continue
        name, kind = edge.target.name, edge.target.kind
        moved = next((move.after for move in estate.moves if move.before == edge.target), None)
        known = [address.name for address in claims.documents if address.kind == kind]
        hint = f"It has moved: write `{moved.name}`." if moved else did_you_mean(name, known, otherwise=_OTHERWISE)
        if edge.target in claims.elsewhere:
            hint = f"{edge.target} is limited to {listed(claims.elsewhere[edge.target])}: limit this one, too."
        detail = f"`{name[:128]}` is not the metadata.name of a {kind} manifest."
        yield problem(Code.UNKNOWN_REFERENCE, edge.source, detail=detail, hint=hint)


_OTHERWISE = "Add the manifest, or write {id: ...} for an object that is not managed here."


def _cycles(edges: Sequence[Edge]) -> Iterator[Problem]:
    needed = [edge for edge in edges if edge.needed_to_create]
    graph: dict[Address, list[Address]] = {}
    for edge in needed:
        graph.setdefault(edge.owner, []).append(edge.target)
    for cycle in cycles(graph):
        following = dict(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        edge = next(edge for edge in needed if following.get(edge.owner) == edge.target)
        round_trip = " -> ".join(str(address) for address in (*cycle, cycle[0]))
        yield problem(
            Code.CYCLE,
            edge.source,
            detail=f"{round_trip}: each needs the next one to be created.",
            hint="Remove one of the references, or refer to an existing object by {id: ...}.",
        )


def _removed(removals: Sequence[Removal], claims: Claims, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    seen: dict[Address, Source] = {}
    for removal in removals:
        address, where = removal.address, removal.source
        yield from _known_kind(address, where, kinds)
        if address in claims.documents:
            there = claims.documents[address].source
            detail = f"{address} has a manifest at {there}."
            yield problem(Code.REMOVED_STILL_THERE, where, detail=detail, hint="Delete the manifest or this entry.")
        if (first := seen.setdefault(address, where)) is not where:
            detail = f"{address} is removed at {first} already."
            yield problem(Code.REMOVED_TWICE, where, detail=detail, hint="Keep one of the two.")


def _moved(
    moves: Sequence[Move], removals: Sequence[Removal], claims: Claims, kinds: Mapping[str, Kind]
) -> Iterator[Problem]:
    seen = {removal.address: removal.source for removal in removals}
    for move in moves:
        where = move.source
        unknown = [*_known_kind(move.before, where, kinds), *_known_kind(move.after, where, kinds)]
        yield from unknown[:1]
        if move.before == move.after or move.before.kind != move.after.kind:
            detail = f"{move.before} cannot become {move.after}."
            yield problem(Code.MOVED_TWICE, where, detail=detail, hint="Name another address of the same kind.")
        elif move.before in claims.documents:
            there = claims.documents[move.before].source
            detail = f"{move.before} has a manifest at {there}."
            yield problem(
                Code.MOVED_STILL_THERE, where, detail=detail, hint="Rename the manifest, or delete the entry."
            )
        elif move.after not in claims and not unknown:
            known = [address.name for address in claims.documents if address.kind == move.after.kind]
            hint = did_you_mean(move.after.name, known, otherwise="Correct the address, or use `removed:`.")
            yield problem(Code.MOVED_NOWHERE, where, detail=f"{move.after} has no manifest.", hint=hint)
        if (first := seen.setdefault(move.before, where)) is not where:
            detail = f"{move.before} is removed or moved at {first} already."
            yield problem(Code.MOVED_TWICE, where, detail=detail, hint="Keep the entry that holds.")


def _known_kind(address: Address, where: Source, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    if address.kind not in kinds:
        hint = did_you_mean(address.kind, kinds, otherwise=f"Known are {listed(kinds)}.")
        yield problem(Code.UNKNOWN_KIND, where, detail=f"There is no kind `{address.kind[:80]}`.", hint=hint)
