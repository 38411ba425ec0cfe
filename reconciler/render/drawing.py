"""A graph as boxes and curves: what refers stands to the left of what it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.render.graph import Edge, Graph, Node
from reconciler.render.legible import cells, legible

LONGEST_LABEL: Final = 48
_CELL: Final = 7.3
"""Of one column of text at 12 pixels, the padding of a box, its height, and what is between boxes."""
_PADDING: Final = 30
_HEIGHT: Final = 30
_GAP: Final = 16
_REACH: Final = 90


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place: the left upper corner, in pixels. `label` is cut, and legible."""

    node: Node
    label: str
    x: float
    y: float
    width: float
    height: float = _HEIGHT

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge as the path of an SVG."""

    edge: Edge
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything drawn, and the size of the whole."""

    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    width: float
    height: float


def drawn(graph: Graph) -> Drawing:
    """Equal graphs give equal drawings."""
    boxes = _placed(graph, _columns(graph))
    curves = tuple(Curve(edge, _path(boxes[edge.start], boxes[edge.end])) for edge in graph.edges)
    return Drawing(
        boxes,
        curves,
        width=max(box.x + box.width for box in boxes) + _REACH / 2,
        height=max(box.y + box.height for box in boxes) + _GAP,
    )


def _columns(graph: Graph) -> list[list[int]]:
    """The nodes by how far they are from one that nothing refers to; within a column near what refers to them."""
    ahead = {number: [edge.end for edge in graph.edges if edge.start == number] for number in range(len(graph.nodes))}
    ranks = _ranks(ahead)
    columns: list[list[int]] = []
    rows: dict[int, float] = {}
    for rank in range(max(ranks.values()) + 1):
        members = [number for number in ahead if ranks[number] == rank]
        members.sort(key=lambda number: (_pull(graph.edges, number, rows), number))
        rows |= {number: row for row, number in enumerate(members)}
        columns.append(members)
    return columns


def _ranks(ahead: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """The longest way to each node, without ever going round: an edge back into the way is passed over."""
    order: list[int] = []
    back: set[tuple[int, int]] = set()
    visited: set[int] = set()

    def visit(number: int, way: frozenset[int]) -> None:
        visited.add(number)
        for other in ahead[number]:
            if other in way | {number}:
                back.add((number, other))
            elif other not in visited:
                visit(other, way | {number})
        order.append(number)

    for number in ahead:
        if number not in visited:
            visit(number, frozenset())
    ranks = dict.fromkeys(ahead, 0)
    for number in reversed(order):
        for other in ahead[number]:
            if (number, other) not in back:
                ranks[other] = max(ranks[other], ranks[number] + 1)
    return ranks


def _pull(edges: Iterable[Edge], number: int, rows: Mapping[int, float]) -> float:
    """The mean row of what refers to a node."""
    found = [rows[edge.start] for edge in edges if edge.end == number and edge.start in rows]
    return sum(found) / len(found) if found else 0.0


def _placed(graph: Graph, columns: list[list[int]]) -> tuple[Box, ...]:
    labels = {number: _label(node) for number, node in enumerate(graph.nodes)}
    boxes: dict[int, Box] = {}
    x = float(_GAP)
    for members in columns:
        width = max(cells(labels[number]) for number in members) * _CELL + _PADDING
        for row, number in enumerate(members):
            y = _GAP + row * (_HEIGHT + _GAP)
            boxes[number] = Box(graph.nodes[number], labels[number], round(x, 1), y, round(width, 1))
        x += width + _REACH
    return tuple(boxes[number] for number in range(len(graph.nodes)))


def _label(node: Node) -> str:
    text = legible(str(node.address))
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}..."


def _path(start: Box, end: Box) -> str:
    """From the right side of one box to the left side of the other; to itself, a loop at its right."""
    x, y = start.x + start.width, start.middle
    if start is end:
        return f"M {x:g} {y - 6:g} C {x + 34:g} {y - 20:g} {x + 34:g} {y + 20:g} {x:g} {y + 6:g}"
    bend = _REACH / 2
    return f"M {x:g} {y:g} C {x + bend:g} {y:g} {end.x - bend:g} {end.middle:g} {end.x:g} {end.middle:g}"
