"""A graph in the language of Mermaid, which forges draw. Every label is quoted, and spelled in entities but for what a
manifest's name may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.render.graph import Edge, Fate, Graph
from reconciler.render.legible import cut, legible

LONGEST_LABEL: Final = 140
"""A kind and the longest name of a manifest fit."""
_STYLES: Final = {
    Fate.ADDED: "stroke:#1a7f37,stroke-width:2px",
    Fate.CHANGED: "stroke:#9a6700,stroke-width:2px",
    Fate.REMOVED: "stroke:#cf222e,stroke-width:2px,stroke-dasharray:4",
    Fate.KEPT: "stroke:#8c959f",
}
_ARROWS: Final = {Fate.ADDED: "-->|new|", Fate.CHANGED: "-->", Fate.KEPT: "-->", Fate.REMOVED: "-.->|removed|"}
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9_./ -]")


def mermaid(graph: Graph) -> str:
    """The lines that stand in a fence."""
    return "\n".join(("flowchart LR", *_rows(graph)))


def _rows(graph: Graph) -> Iterator[str]:
    for number, node in enumerate(graph.nodes):
        yield f'  n{number}["{_label(str(node.address))}{_said(node.fate)}"]:::{node.fate.value}'
    yield from map(_arrow, graph.edges)
    for fate in Fate:
        yield f"  classDef {fate.value} {_STYLES[fate]}"


def _arrow(edge: Edge) -> str:
    return f"  n{edge.start} {_ARROWS[edge.fate]} n{edge.end}"


def _said(fate: Fate) -> str:
    """In words: a sign before a label would make a list of it."""
    return "" if fate is Fate.KEPT else f" ({fate.value})"


def _label(text: str) -> str:
    return _FOREIGN.sub(lambda found: f"#{ord(found[0])};", cut(legible(text), LONGEST_LABEL))
