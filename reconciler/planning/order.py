"""In which order changes are made: after what they need, before what needs them gone.

A reference to an object that this plan creates is a hard edge: its id is not known before. A reference to an object
that is only updated is soft: the order is kept where it can be. A circle of creations is broken by creating one object
without the reference and setting it in a later step; a circle of deletions by letting go first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.plan import Action, Change
from reconciler.model.shape import Record, references
from reconciler.planning.circles import smallest_on_a_circle, to_give_up
from reconciler.planning.splitting import RELEASE, completed_later, released_first, targets_of

CREATING = (Action.CREATE, Action.RECREATE)


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

    def doing(self, *actions: Action) -> set[Address]:
        return {address for address, change in self.changes.items() if change.action in actions}


def order(changes: Iterable[Change], shapes: Mapping[str, Record]) -> Ordered:
    """Order the changes, splitting those that a circle needs in two. Deterministic: ties go by address."""
    by_address = {change.address: change for change in sorted(changes, key=lambda change: change.address)}
    graph = _Graph(
        by_address,
        shapes,
        {address: targets_of(change.before, shapes[address.kind]) for address, change in by_address.items()},
        {address: targets_of(change.after, shapes[address.kind]) for address, change in by_address.items()},
    )
    deferred, released = _deferred(graph), _released(graph)
    steps = [
        _with_needs(graph, step, released)
        for address, change in by_address.items()
        for step in _split(change, deferred.get(address), released.get(address), shapes[address.kind])
    ]
    return Ordered(_sorted(steps), tuple(_circular(graph, deferred)))


def _deferred(graph: _Graph) -> dict[Address, set[Address]]:
    """Which creations must leave out which references."""
    creating = graph.doing(*CREATING)
    return to_give_up({address: graph.after[address] & creating for address in creating})


def _released(graph: _Graph) -> dict[Address, set[Address]]:
    """Which objects to be deleted must let go of which others first."""
    deleting = graph.doing(Action.DELETE)
    referrers = {
        address: {other for other in deleting if other != address and address in graph.before[other]}
        for address in deleting
    }
    released: dict[Address, set[Address]] = defaultdict(set)
    for address, others in to_give_up(referrers).items():
        for other in others:
            released[other].add(address)
    return dict(released)


def _split(
    change: Change, deferred: set[Address] | None, released: set[Address] | None, shape: Record
) -> tuple[Change, ...]:
    if deferred:
        return completed_later(change, deferred, shape)
    if released:
        return released_first(change, released, shape)
    return (change,)


def _circular(graph: _Graph, deferred: Mapping[Address, set[Address]]) -> Iterable[Finding]:
    """Circles that cannot be broken: a reference given up is one without which the object cannot be created."""
    for address, targets in deferred.items():
        change = graph.changes[address]
        for _, reference, name in references(graph.shapes[address.kind], change.after):
            if reference.needed_to_create and isinstance(name, str) and Address(reference.kind, name) in targets:
                detail = f"{address} cannot be created without {reference.kind}/{name}, which needs it in turn."
                yield Finding(
                    "RC401", Severity.BLOCK, "Circular creation", address, (), FindingClass.PLATFORM, detail=detail
                )


def _with_needs(graph: _Graph, step: Change, released: Mapping[Address, set[Address]]) -> Change:
    """The step with the names of the steps that it follows."""
    needs = set(step.depends_on)
    for target in targets_of(step.after, graph.shapes[step.address.kind]) - {step.address}:
        change = graph.changes.get(target)
        if change is not None and change.action is not Action.DELETE:
            needs.add(change.step)
    if step.action is Action.DELETE:
        needs |= _lettings_go(graph, step.address, released)
    return replace(step, depends_on=tuple(sorted(needs - {step.step})))


def _lettings_go(graph: _Graph, doomed: Address, released: Mapping[Address, set[Address]]) -> set[str]:
    """The steps after which nobody points at an object: updates that drop the reference, or deletions."""
    needs: set[str] = set()
    for address, change in graph.changes.items():
        if address != doomed and doomed in graph.before[address] and change.writes:
            needs.add(change.step + RELEASE if doomed in released.get(address, ()) else change.step)
    return needs


def _sorted(steps: list[Change]) -> tuple[Change, ...]:
    """Topological, ties by address. A circle that soft edges close loses them."""
    remaining = {step.step: step for step in steps}
    result: list[Change] = []
    done: set[str] = set()
    while remaining:
        ready = [name for name, step in remaining.items() if done.issuperset(step.depends_on)]
        if not ready:
            _loosen(remaining, done)
            continue
        for name in sorted(ready, key=lambda name: (remaining[name].address, name)):
            result.append(remaining.pop(name))
            done.add(name)
    return tuple(result)


def _loosen(remaining: dict[str, Change], done: set[str]) -> None:
    """Take the soft edges off the smallest step of a circle that has any."""
    soft = {
        name: {need for need in step.depends_on if need in remaining and _is_soft(step, remaining[need])}
        for name, step in remaining.items()
    }
    waiting = {name: set(step.depends_on) - done for name, step in remaining.items()}
    name = smallest_on_a_circle(waiting)
    at = name
    while not soft[at]:
        at = min(waiting[at])
    kept = tuple(need for need in remaining[at].depends_on if need not in soft[at])
    remaining[at] = replace(remaining[at], depends_on=kept)


def _is_soft(step: Change, need: Change) -> bool:
    """Whether the step could go first if it had to: what it needs exists already."""
    return step.action is not Action.DELETE and need.action not in CREATING and need.address != step.address
