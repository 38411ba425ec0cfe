"""In which order changes are made: after what they need, before what needs them gone.

A reference to an object that this plan creates is a hard edge: its id is not known before. A reference to an object
that is only updated is soft: the order is kept where it can be. What watches an object is there before it changes. A
circle of creations is broken by creating one object without the reference and setting it in a later step; a circle of
deletions by letting go first. What a creation cannot set is set in a later step, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.plan import Action, Change
from reconciler.model.shape import Record, references
from reconciler.model.values import Normal, same
from reconciler.planning.circles import to_give_up
from reconciler.planning.splitting import RELEASE, completed_later, released_first, targets_of

CREATING = (Action.CREATE, Action.RECREATE)
_LEAVING_IT_THERE = tuple(action for action in Action if action is not Action.DELETE)


@dataclass(frozen=True, slots=True)
class Ordered:
    """The steps in an order in which every one follows what it depends on, and what stands against it."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """The changes by address, with what each points at before and after."""

    changes: Mapping[Address, Change]
    shapes: Mapping[str, Record]
    before: Mapping[Address, set[Address]]
    after: Mapping[Address, set[Address]]
    referrers: Mapping[Address, set[Address]]
    watchers: Mapping[Address, set[Address]]

    def doing(self, *actions: Action) -> set[Address]:
        return {address for address, change in self.changes.items() if change.action in actions}


def order(changes: Iterable[Change], kinds: Mapping[str, Kind]) -> Ordered:
    """Order the changes, splitting in two those that cannot be made at once. Deterministic: ties go by address."""
    shapes = {name: kind.shape for name, kind in kinds.items()}
    by_address = {change.address: change for change in sorted(changes, key=lambda change: change.address)}
    before = {address: targets_of(change.before, shapes[address.kind]) for address, change in by_address.items()}
    after = {address: targets_of(change.after, shapes[address.kind]) for address, change in by_address.items()}
    watchers = _watchers(by_address, shapes)
    graph = _Graph(by_address, shapes, before, after, _referrers(by_address, before), watchers)
    deferred, released = _deferred(graph), _released(graph)
    steps = [
        _with_needs(graph, step, released)
        for address, change in by_address.items()
        for step in _split(change, deferred.get(address, set()), released.get(address, set()), kinds[address.kind])
    ]
    return Ordered(_sorted(steps), tuple(_circular(graph, deferred)))


def _referrers(
    changes: Mapping[Address, Change], before: Mapping[Address, set[Address]]
) -> Mapping[Address, set[Address]]:
    """Which written objects point at each address now, other than itself."""
    referrers: dict[Address, set[Address]] = defaultdict(set)
    for address, targets in before.items():
        for target in targets - {address} if changes[address].writes else ():
            referrers[target].add(address)
    return referrers


def _watchers(changes: Mapping[Address, Change], shapes: Mapping[str, Record]) -> Mapping[Address, set[Address]]:
    """Which objects that are written will be watching each address."""
    watchers: dict[Address, set[Address]] = defaultdict(set)
    for address, change in changes.items():
        for _, reference, name in references(shapes[address.kind], change.after if change.writes else None):
            if reference.watching and isinstance(name, str):
                watchers[Address(reference.kind, name)].add(address)
    return watchers


def _deferred(graph: _Graph) -> dict[Address, set[Address]]:
    """Which creations must leave out which references."""
    creating = graph.doing(*CREATING)
    return to_give_up(
        {address: graph.after[address] & creating for address in creating},
        {address: _needed_to_create(graph, address) for address in creating},
    )


def _needed_to_create(graph: _Graph, address: Address) -> set[Address]:
    stated = references(graph.shapes[address.kind], graph.changes[address].after)
    return {Address(each.kind, name) for _, each, name in stated if each.needed_to_create and isinstance(name, str)}


def _released(graph: _Graph) -> dict[Address, set[Address]]:
    """Which objects to be deleted must let go of which others first."""
    deleting = graph.doing(Action.DELETE)
    referrers = {address: graph.referrers.get(address, set()) & deleting for address in deleting}
    released: dict[Address, set[Address]] = defaultdict(set)
    for address, others in to_give_up(referrers, {}).items():
        for other in others:
            released[other].add(address)
    return dict(released)


def _split(change: Change, deferred: set[Address], released: set[Address], kind: Kind) -> tuple[Change, ...]:
    unlike_birth = _unlike_birth(change, kind)
    if deferred or unlike_birth:
        return completed_later(change, deferred, kind.shape, unlike_birth)
    if released:
        return released_first(change, released, kind.shape)
    return (change,)


def _unlike_birth(change: Change, kind: Kind) -> Normal:
    """What a new object has and this one is not to have: the values at birth."""
    if change.action not in CREATING or change.after is None:
        return {}
    return {name: value for name, value in kind.at_birth.items() if not same(change.after.get(name, value), value)}


def _circular(graph: _Graph, deferred: Mapping[Address, set[Address]]) -> Iterable[Finding]:
    """Circles that cannot be broken: a reference given up is one without which the object cannot be created."""
    for address, targets in sorted(deferred.items()):
        for target in sorted(targets & _needed_to_create(graph, address)):
            detail = f"{address} cannot be created without {target}, which needs it in turn."
            yield Finding(
                "RC401", Severity.BLOCK, "Circular creation", address, (), FindingClass.PLATFORM, detail=detail
            )


def _with_needs(graph: _Graph, step: Change, released: Mapping[Address, set[Address]]) -> Change:
    """The step with the names of the steps that it follows."""
    needs = set(step.depends_on)
    for target in targets_of(step.after, graph.shapes[step.address.kind]) - {step.address}:
        change = graph.changes.get(target)
        watched = step.address in graph.watchers.get(target, ())
        if change is not None and change.action in (CREATING if watched else _LEAVING_IT_THERE):
            needs.add(change.step)
    if step.action not in CREATING and step.writes:
        needs |= {graph.changes[watcher].step for watcher in graph.watchers.get(step.address, ())}
    if step.action is Action.DELETE:
        needs |= _lettings_go(graph, step.address, released)
    return replace(step, depends_on=tuple(sorted(needs - {step.step})))


def _lettings_go(graph: _Graph, doomed: Address, released: Mapping[Address, set[Address]]) -> set[str]:
    """The steps after which nobody points at an object: updates that drop the reference, or deletions."""
    return {
        graph.changes[address].step + (RELEASE if doomed in released.get(address, ()) else "")
        for address in graph.referrers.get(doomed, ())
    }


def _sorted(steps: list[Change]) -> tuple[Change, ...]:
    """Topological, ties by address."""
    remaining = {step.step: step for step in _loosened(steps)}
    waiting = {name: len(step.depends_on) for name, step in remaining.items()}
    followers: dict[str, list[str]] = defaultdict(list)
    for name, step in remaining.items():
        for need in step.depends_on:
            followers[need].append(name)
    result: list[Change] = []
    ready = [name for name, count in waiting.items() if not count]
    while ready:
        result += sorted((remaining[name] for name in ready), key=lambda step: (step.address, step.step))
        freed = [follower for name in ready for follower in followers[name]]
        for follower in freed:
            waiting[follower] -= 1
        ready = [follower for follower in dict.fromkeys(freed) if not waiting[follower]]
    return tuple(result)


def _loosened(steps: Iterable[Change]) -> Iterator[Change]:
    """The steps without the soft needs that would close a circle."""
    by_name = {step.step: step for step in steps}
    needs = {name: set(step.depends_on) for name, step in by_name.items()}
    firm = {
        name: {need for need in step.depends_on if not _is_soft(step, by_name[need])} for name, step in by_name.items()
    }
    given_up = to_give_up(needs, firm)
    for name, step in by_name.items():
        yield replace(step, depends_on=tuple(sorted(needs[name] - given_up[name]))) if name in given_up else step


def _is_soft(step: Change, need: Change) -> bool:
    """Whether the step could go first if it had to: what it needs exists already."""
    return step.action is not Action.DELETE and need.action not in CREATING and need.address != step.address
