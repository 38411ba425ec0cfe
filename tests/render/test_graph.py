"""The graph of a plan's references: what is in it, and that foreign text in it is a label and nothing else."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan
from reconciler.render.drawing import drawn
from reconciler.render.graph import MOST_EDGES, MOST_NODES, Edge, Fate, Graph, Node, graph_of
from reconciler.render.mermaid import mermaid

from .builders import CONTRACT, PROFILE, change, field, plan
from .references import ORDERS, created, pointing_plan, schema

SCHEMA = re.compile(r'flowchart LR\n(  n\d+\["[A-Za-z0-9_./ #;()-]*"\]:::[a-z]+\n)+(  n\d+ -\.?->?[a-z|]* n\d+\n)+')


def edges(made: Plan) -> set[tuple[str, str, Fate]]:
    graph = graph_of(made, KINDS)
    assert graph is not None
    names = [node.address.name for node in graph.nodes]
    return {(names[edge.start], names[edge.end], edge.fate) for edge in graph.edges}


def fates(made: Plan) -> dict[str, Fate]:
    graph = graph_of(made, KINDS)
    assert graph is not None
    return {node.address.name: node.fate for node in graph.nodes}


def test_a_reference_is_new_removed_or_kept() -> None:
    assert edges(pointing_plan()) == {
        ("customer_profile", "contract", Fate.ADDED),
        ("customer_profile", "old_orders", Fate.REMOVED),
        ("customer_profile", "Customer_Support_Analytics", Fate.KEPT),
        ("orders", "old_orders", Fate.REMOVED),
    }


def test_a_node_says_what_becomes_of_its_object() -> None:
    assert fates(pointing_plan()) == {
        "contract": Fate.ADDED,
        "customer_profile": Fate.CHANGED,
        "orders": Fate.REMOVED,
        "old_orders": Fate.KEPT,
        "Customer_Support_Analytics": Fate.CHANGED,
    }


def test_a_reference_that_only_the_ledger_keeps_is_followed_too() -> None:
    turned = change(
        declared=schema(email="Sales"),
        before=schema(),
        after=schema(),
        fields=(field("fields.email.purpose", "Support", "Sales"),),
    )
    assert edges(plan(turned)) == {
        ("customer_profile", "Sales", Fate.ADDED),
        ("customer_profile", "Support", Fate.REMOVED),
    }


def test_two_steps_of_one_object_are_one_node() -> None:
    bare = created(PROFILE)
    completed = change(
        step="FlexSchema/customer_profile+references",
        before=schema(),
        after=schema("contract"),
        fields=(field("fields.to_0", after={"name": "to_0"}),),
    )
    assert edges(plan(bare, completed)) == {("customer_profile", "contract", Fate.ADDED)}
    assert fates(plan(bare, completed))["customer_profile"] is Fate.ADDED


def test_what_is_named_by_its_id_is_no_object_of_ours() -> None:
    pointing = schema()
    pointing["fields"] = [
        {"name": "a", "type": "relationship", "relationship": {"schema": {"id": "5f3c"}, "field": "x"}}
    ]
    assert graph_of(plan(change(CONTRACT, Action.CREATE, after=pointing)), KINDS) is None


def test_nothing_that_refers_to_anything_is_no_graph() -> None:
    assert graph_of(plan(change()), KINDS) is None


def test_an_unknown_kind_is_passed_over() -> None:
    assert graph_of(plan(change(Address("Foreign", "a"), after={"fields": []})), KINDS) is None


@pytest.mark.parametrize("count", [MOST_NODES, MOST_EDGES + 1])
def test_a_large_graph_is_not_drawn(count: int) -> None:
    assert graph_of(plan(created(PROFILE, *(f"s{number}" for number in range(count)))), KINDS) is None
    assert graph_of(plan(created(PROFILE, *(f"s{number}" for number in range(MOST_NODES - 1)))), KINDS) is not None


# As Mermaid.


def test_a_graph_reads_like_this_in_mermaid() -> None:
    graph = graph_of(plan(created(PROFILE, "contract")), KINDS)
    assert graph is not None
    assert mermaid(graph).split("\n")[:4] == [
        "flowchart LR",
        '  n0["FlexSchema/contract"]:::kept',
        '  n1["FlexSchema/customer_profile (added)"]:::added',
        "  n1 -->|new| n0",
    ]


HOSTILE = st.sampled_from(
    [
        '"]',
        "`",
        "\n",
        "end",
        "click n0 callback",
        "%%{init: {}}%%",
        "<b>",
        "#35;",
        "-->",
        ";",
        "\u202e",
        "@a",
        "$$x$$",
        "]:::x",
    ]
)
TEXTS = st.lists(HOSTILE | st.text(max_size=4), max_size=5).map("".join)


@given(TEXTS, TEXTS)
def test_whatever_a_name_holds_it_is_one_label(one: str, other: str) -> None:
    graph = Graph(
        (Node(Address("A", one), Fate.KEPT), Node(Address("B", other), Fate.ADDED)), (Edge(0, 1, Fate.REMOVED),)
    )
    said = mermaid(graph)
    assert SCHEMA.match(said)
    assert len(said.split("\n")) == 4 + len(Fate)
    assert "init" not in said or "%%" not in said


@given(TEXTS)
def test_a_label_reads_as_it_was(text: str) -> None:
    (row,) = (
        row for row in mermaid(Graph((Node(Address("A", text), Fate.KEPT),), ())).split("\n") if row.startswith("  n0")
    )
    shown = html.unescape(re.sub(r"#(\d+);", r"&#\1;", row.split('"')[1]))
    assert not text.isprintable() or not text.isascii() or shown.startswith(f"A/{text}"[:140])


# As a drawing.


def test_what_refers_stands_to_the_left_and_nothing_overlaps() -> None:
    chain = plan(created(PROFILE, "contract", "orders"), created(CONTRACT, "orders"), created(ORDERS))
    graph = graph_of(chain, KINDS)
    assert graph is not None
    drawing = drawn(graph)
    left = {box.node.address.name: box.x for box in drawing.boxes}
    assert left["customer_profile"] < left["contract"] < left["orders"]
    assert len({(box.x, box.y) for box in drawing.boxes}) == len(drawing.boxes)


def test_those_that_refer_to_one_another_and_to_themselves_are_drawn_too() -> None:
    ring = plan(created(PROFILE, "contract", "customer_profile"), created(CONTRACT, "customer_profile"))
    graph = graph_of(ring, KINDS)
    assert graph is not None
    assert len(drawn(graph).curves) == 3


def test_a_graph_of_references_in_rings_ends() -> None:
    count = MOST_NODES
    nodes = tuple(Node(Address("A", f"{number:02}"), Fate.KEPT) for number in range(count))
    ways = {(number, (number + step) % count) for number in range(count) for step in (1, 7)}
    drawing = drawn(Graph(nodes, tuple(Edge(start, end, Fate.KEPT) for start, end in sorted(ways))))
    assert len(drawing.boxes) == count
    assert drawing.width > 0 < drawing.height


def test_equal_plans_give_equal_graphs() -> None:
    made = pointing_plan()
    assert graph_of(made, KINDS) == graph_of(replace(made, changes=tuple(reversed(made.changes))), KINDS)
