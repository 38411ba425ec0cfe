"""Cycles in a graph."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from reconciler.manifest.cycles import cycles
from reconciler.model.address import Address

NAMES = st.sampled_from("abcdef")


def graph_of(edges: str) -> dict[Address, list[Address]]:
    graph: dict[Address, list[Address]] = {}
    for edge in edges.split():
        graph.setdefault(Address("K", edge[0]), []).append(Address("K", edge[1]))
    return graph


def found(edges: str) -> list[str]:
    return ["".join(address.name for address in cycle) for cycle in cycles(graph_of(edges))]


def test_a_chain_has_no_cycle() -> None:
    assert found("ab bc ac") == []


def test_a_cycle_begins_with_its_smallest_address() -> None:
    assert found("ca bc ab") == ["abc"]


def test_separate_cycles_are_found_each() -> None:
    assert sorted(found("ab ba cd dc ee")) == ["ab", "cd", "e"]


def test_a_long_chain_is_walked_without_recursion() -> None:
    ring = {Address("K", str(n)): [Address("K", str((n + 1) % 20_000))] for n in range(20_000)}
    (cycle,) = cycles(ring)
    assert len(cycle) == 20_000


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_what_is_found_is_a_cycle_of_the_graph(edges: list[tuple[str, str]]) -> None:
    text = " ".join(map("".join, edges))
    for cycle in found(text):
        steps = zip(cycle, cycle[1:] + cycle[0], strict=True)
        assert all(step in edges for step in steps)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_a_graph_without_a_found_cycle_can_be_sorted(edges: list[tuple[str, str]]) -> None:
    left = set(edges)
    while free := {edge for edge in left if edge[1] not in {source for source, _ in left}}:
        left -= free
    assert bool(found(" ".join(map("".join, edges)))) == bool(left)
