"""Cycles in a graph of addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.model.address import Address


def cycles(graph: Mapping[Address, Sequence[Address]]) -> Iterator[tuple[Address, ...]]:
    """One cycle for each knot of the graph, beginning with its smallest address. Not recursive: chains may be long."""
    done: set[Address] = set()
    for start in graph:
        trail: list[Address] = []
        position: dict[Address, int] = {}
        pending = [(start, iter(graph[start]))] if start not in done else []
        if pending:
            position[start] = 0
            trail.append(start)
        while pending:
            address, targets = pending[-1]
            target = next(targets, None)
            if target is None:
                pending.pop()
                trail.pop()
                del position[address]
                done.add(address)
            elif target in position:
                yield _from_smallest(trail[position[target] :])
            elif target not in done and target in graph:
                position[target] = len(trail)
                trail.append(target)
                pending.append((target, iter(graph[target])))


def _from_smallest(cycle: Sequence[Address]) -> tuple[Address, ...]:
    start = cycle.index(min(cycle))
    return (*cycle[start:], *cycle[:start])
