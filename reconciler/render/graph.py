"""What the changed objects of a plan refer to: a small graph. A large one helps nobody and is not drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.parts import shape_at
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.shape import Reference, references
from reconciler.model.values import Normal, Path
from reconciler.render.sections import main_step, steps_by_address

MOST_NODES: Final = 40
MOST_EDGES: Final = 80


class Fate(Enum):
    """What becomes of a node or an edge."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Node:
    """An object that changes, or that a changed one refers to (KEPT)."""

    address: Address
    fate: Fate


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference, by the places of its ends among the nodes."""

    start: int
    end: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by address, edges by their ends. No node is without an edge."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(plan: Plan, kinds: Mapping[str, Kind]) -> Graph | None:
    """The references between objects, before and after; None where there are none, or too many to be read."""
    steps = steps_by_address(plan)
    pairs: dict[tuple[Address, Address], Fate] = {}
    for address, changes in steps.items():
        pairs |= {(address, target): fate for target, fate in _targets(kinds.get(address.kind), changes)}
        if len(pairs) > MOST_EDGES:
            return None
    addresses = sorted({end for pair in pairs for end in pair})
    if not pairs or len(addresses) > MOST_NODES:
        return None
    place = {address: number for number, address in enumerate(addresses)}
    return Graph(
        tuple(Node(address, _fate(steps.get(address, []))) for address in addresses),
        tuple(Edge(place[start], place[end], fate) for (start, end), fate in sorted(pairs.items(), key=_ends)),
    )


def _ends(pair: tuple[tuple[Address, Address], Fate]) -> tuple[Address, Address]:
    return pair[0]


def _targets(kind: Kind | None, changes: list[Change]) -> Iterator[tuple[Address, Fate]]:
    """Where one object points, before its first step and after its last."""
    if kind is None:
        return
    if main_step(changes).action is Action.DELETE:
        for target in {*_pointed(kind, changes[0].before), *_pointed(kind, changes[0].declared)}:
            yield target, Fate.REMOVED
        return
    before = {*_pointed(kind, changes[0].before), *_formerly(kind, changes)}
    after = _pointed(kind, changes[-1].after) | _pointed(kind, changes[-1].declared)
    for target in before - after.keys():
        yield target, Fate.REMOVED
    for target, path in after.items():
        yield target, Fate.ADDED if target not in before and _changes(changes, path) else Fate.KEPT


def _pointed(kind: Kind, normal: Normal | None) -> dict[Address, Path]:
    """Only managed objects: what is named by its id is no object of ours."""
    found = references(kind.shape, normal or {})
    return {Address(reference.kind, value): path for path, reference, value in found if isinstance(value, str)}


def _formerly(kind: Kind, changes: Iterable[Change]) -> Iterator[Address]:
    """What a path pointed at that points elsewhere now. `Change.before` knows nothing of what only the ledger keeps."""
    for part in (part for change in changes for part in change.fields):
        shape = shape_at(kind.shape, part.path)
        if isinstance(shape, Reference) and isinstance(part.before, str):
            yield Address(shape.kind, part.before)


def _changes(changes: list[Change], path: Path) -> bool:
    """Whether a path is new, or set anew."""
    fields = (part for change in changes for part in change.fields)
    return changes[0].before is None or any(path[: len(part.path)] == part.path for part in fields)


def _fate(changes: list[Change]) -> Fate:
    return _FATES[main_step(changes).action] if changes else Fate.KEPT


_FATES: Final = {
    Action.CREATE: Fate.ADDED,
    Action.RECREATE: Fate.ADDED,
    Action.ADOPT: Fate.CHANGED,
    Action.UPDATE: Fate.CHANGED,
    Action.DELETE: Fate.REMOVED,
    Action.DISABLE: Fate.REMOVED,
    Action.FORGET: Fate.KEPT,
    Action.RECORD: Fate.KEPT,
    Action.ORDER: Fate.CHANGED,
}
