"""Circles in a graph of needs, and which needs to give up so that there are none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeVar

from reconciler.model.address import Address

Node = TypeVar("Node", Address, str)
"""What circles are made of. Its order makes the outcome deterministic."""


def to_give_up(needs: Mapping[Node, set[Node]], firm: Mapping[Node, set[Node]]) -> dict[Node, set[Node]]:
    """For some nodes, needs to ignore: without them no circle is left.

    Of each circle one need gives way: that of the smallest node whose need is not firm; a firm one only where all are.
    """
    waiting = {node: wanted & needs.keys() for node, wanted in needs.items()}
    followers: dict[Node, set[Node]] = defaultdict(set)
    for node, wanted in waiting.items():
        for need in wanted:
            followers[need].add(node)
    given_up: dict[Node, set[Node]] = defaultdict(set)
    ready = [node for node, wanted in waiting.items() if not wanted]
    for start in sorted(needs):
        _drop(ready, waiting, followers)
        while start in waiting:
            node, need = _weakest(circle_from(start, waiting), firm)
            given_up[node].add(need)
            followers[need].discard(node)
            waiting[node].discard(need)
            _drop([] if waiting[node] else [node], waiting, followers)
    return dict(given_up)


def _drop(ready: list[Node], waiting: dict[Node, set[Node]], followers: Mapping[Node, set[Node]]) -> None:
    """Take out what needs nothing any more, and what waited for that alone."""
    while ready:
        node = ready.pop()
        del waiting[node]
        for follower in followers.get(node, ()):
            waiting[follower].discard(node)
            if not waiting[follower]:
                ready.append(follower)


def circle_from(start: Node, waiting: Mapping[Node, set[Node]]) -> list[Node]:
    """The circle that is met by following the smallest needs: each node needs the next, the last the first."""
    seen: dict[Node, int] = {}
    at = start
    while at not in seen:
        seen[at] = len(seen)
        at = min(waiting[at])
    return list(seen)[seen[at] :]


def _weakest(circle: list[Node], firm: Mapping[Node, set[Node]]) -> tuple[Node, Node]:
    edges: list[tuple[Node, Node]] = sorted(zip(circle, circle[1:] + circle[:1], strict=True))
    return next(((node, need) for node, need in edges if need not in firm.get(node, ())), edges[0])
