"""Circles in a graph of needs, and which needs to give up so that there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from reconciler.model.address import Address

Node = TypeVar("Node", Address, str)
"""What circles are made of. Its order makes the outcome deterministic."""


def to_give_up(needs: Mapping[Node, set[Node]]) -> dict[Node, set[Node]]:
    """For some nodes, needs to ignore: without them no circle is left. Of each circle the smallest node gives way."""
    waiting = {node: set(wanted) for node, wanted in needs.items()}
    given_up: dict[Node, set[Node]] = {}
    while waiting:
        ready = [node for node, wanted in waiting.items() if not wanted & waiting.keys()]
        if not ready:
            weakest = smallest_on_a_circle(waiting)
            given_up[weakest] = waiting[weakest] & waiting.keys()
            ready = [weakest]
        for node in ready:
            del waiting[node]
    return given_up


def smallest_on_a_circle(waiting: Mapping[Node, set[Node]]) -> Node:
    """The smallest node of the circle that is met by following the smallest needs. Every node must need another."""
    seen: list[Node] = []
    at = min(waiting)
    while at not in seen:
        seen.append(at)
        at = min(waiting[at] & waiting.keys())
    return min(seen[seen.index(at) :])
