"""The canonical form of manifests: one order, one layout, every comment, and never another meaning."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.manifest.formatting import Formatter
from reconciler.manifest.reader import read
from reconciler.model.values import same

FORMATTER = Formatter(KINDS)


def formatted(text: str) -> str:
    content, problems = FORMATTER.formatted("a.yaml", text.encode())
    assert not problems
    assert FORMATTER.formatted("a.yaml", content) == (content, ())
    return content.decode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kind: Purpose\napiVersion: reconciler/v1\n", "apiVersion: reconciler/v1\nkind: Purpose\n"),
        ("kind:   Purpose", "kind: Purpose\n"),
        ("kind: Purpose\r\nspec: {}\r\n", "kind: Purpose\nspec: {}\n"),
        ("---\nkind: Purpose\n...\n", "kind: Purpose\n"),
        ("kind: Purpose\n\n\n\nspec: {}\n", "kind: Purpose\n\nspec: {}\n"),
        ("kind: Purpose  \nspec:   # why\n    name: a\n", "kind: Purpose\nspec:   # why\n  name: a\n"),
        ("kind: Other\nb: 1\na: 2\n", "kind: Other\nb: 1\na: 2\n"),
        ("x:\n- a\n-   - b\n    - c\n- d: 1\n  e: 2\n", "x:\n  - a\n  - - b\n    - c\n  - d: 1\n    e: 2\n"),
        ("x: [a,\n  {b: c}]\n", "x:\n  - a\n  - {b: c}\n"),
        ("x: [ a,b ]\n", "x: [a, b]\n"),
        ("x: >-\n      a\n       b\n\n      c\ny:\n", "x: >-\n  a\n   b\n\n  c\ny:\n"),
        ("x: 'a\n       b'\n", "x: 'a\n  b'\n"),
        ("removed: []\napiVersion: reconciler/v1\n", "apiVersion: reconciler/v1\nremoved: []\n"),
        ("kind: Project\napiVersion: reconciler/v1\n", "apiVersion: reconciler/v1\nkind: Project\n"),
        ("x:   'a # b'  # c\ny: d#e # f\n", "x: 'a # b'  # c\ny: d#e  # f\n"),
        ("\ufeffkind: Purpose\n", "kind: Purpose\n"),
        ("# nothing but this\n", "# nothing but this\n"),
        ("", ""),
    ],
)
def test_it_is_laid_out_in_one_way(text: str, wanted: str) -> None:
    assert formatted(text) == wanted


def test_members_stand_as_the_kinds_schema_orders_them() -> None:
    text = (
        "kind: FlexSchema\nspec: {fields: [{type: string, name: a}], description: d}\n"
        "metadata: {labels: {z: 1, a: 2}, name: x}\n"
    )
    assert formatted(text) == (
        "kind: FlexSchema\nmetadata: {name: x, labels: {z: 1, a: 2}}\n"
        "spec: {description: d, fields: [{name: a, type: string}]}\n"
    )


def test_a_comment_moves_with_what_it_is_about() -> None:
    text = """\
# of the file
spec:   # beside
  # above
  description: a
  # deeper than what follows
# about the kind
kind: Purpose

# at the end
---
# of the second
kind: Purpose
"""
    assert (
        formatted(text)
        == """\
# of the file
# about the kind
kind: Purpose
spec:   # beside
  # above
  description: a
  # deeper than what follows

# at the end
---
# of the second
kind: Purpose
"""
    )


@pytest.mark.parametrize("text", ["a: &x 1\nb: 2\n", "a: |+\n  x\n\nb: 1\n", "a: |2\n    x\n", "? 'a\n  b'\n: 1\n"])
def test_what_cannot_be_moved_about_is_left(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        FORMATTER.formatted("a.yaml", text.encode())


def test_what_our_reader_refuses_is_its_problem() -> None:
    content = b"a: 1\na: 2\n"
    left, problems = FORMATTER.formatted("a.yaml", content)
    assert (left, [problem.code for problem in problems]) == (content, ["MF007"])


_WORDS = st.text(st.sampled_from("ab :#-'\"{}[],|>$&*\n\\é"), max_size=12)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60)
@given(_VALUES, st.sampled_from([True, False, None]), st.sampled_from([None, '"', "'", "|", ">"]), st.integers(20, 80))
def test_whatever_it_means_it_goes_on_to_mean(value: object, flow: bool | None, style: str | None, width: int) -> None:
    text = yaml.safe_dump(
        {"kind": "FlexSchema", "spec": value}, default_flow_style=flow, default_style=style, width=width
    )
    try:
        content, problems = FORMATTER.formatted("a.yaml", text.encode())
    except ValueError:
        return
    before, after = (read("a.yaml", each)[0] for each in (text.encode(), content))
    assert problems or same([each.value for each in before], [each.value for each in after])
    assert FORMATTER.formatted("a.yaml", content) == (content, problems)


_ROWS = [
    "a: 1",
    "b:",
    "- x",
    "  c: 2",
    "  - d: 3",
    "    e: 4",
    "# one",
    "  # two",
    "    # three",
    "",
    "---",
    "f: [g,",
    "  h]  # four",
]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_ROWS), max_size=12))
def test_comments_anywhere_stay_and_a_second_time_changes_nothing(rows: list[str]) -> None:
    try:
        content, problems = FORMATTER.formatted("a.yaml", "\n".join(rows).encode())
    except ValueError:
        return
    assert problems or FORMATTER.formatted("a.yaml", content) == (content, ())
    assert problems or content.count(b"#") == "".join(rows).count("#")
