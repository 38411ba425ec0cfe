"""Values, paths and source lines as text."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.model.source import Source
from reconciler.model.values import ABSENT
from reconciler.render.excerpt import excerpt
from reconciler.render.legible import cells, paragraphs
from reconciler.render.lines import put
from reconciler.render.paths import label, spread
from reconciler.render.values import flow, shown, shown_beside
from reconciler.render.wording import counted, duration, listed

SHAPE = KINDS["FlexSchema"].shape
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_flow_is_yaml_of_the_very_value(value: Any) -> None:
    assert yaml.safe_load(flow(value)) == value
    assert flow(value).isprintable()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("180d", "180d"),
        ("180", '"180"'),
        (180, "180"),
        ("true", '"true"'),
        (True, "true"),
        ("no", '"no"'),
        ("", '""'),
        (None, "null"),
        ("string -> number", '"string -> number"'),
        (ABSENT, "(nothing)"),
        ("(nothing)", '"(nothing)"'),
        ("a\u202eb", '"a\\u202eb"'),
        ({"a": [1, "b c"]}, '{a: [1, "b c"]}'),
    ],
)
def test_types_can_be_told_apart(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_long_value_is_cut_and_its_length_said() -> None:
    text = shown("x" * 5000)
    assert text == "x" * 400 + "... (5,000 characters)"


def test_long_values_are_shown_around_the_first_difference() -> None:
    before, after = shown_beside("x" * 3000 + "old" + "y" * 3000, "x" * 3000 + "new" + "y" * 3000)
    assert "old" in before
    assert "new" in after
    assert before.startswith("...x")


def test_long_values_of_different_length_differ_at_the_end() -> None:
    before, after = shown_beside("x" * 1000, "x" * 1000 + " tail")
    assert "tail" in after
    assert before != after


def test_a_path_into_a_set_ends_at_the_set() -> None:
    assert label(SHAPE, ("fields", "a", "options", '"x"')) == "fields.a.options"
    assert label(SHAPE, ("fields", "a", "type")) == "fields.a.type"
    assert label(None, ("fields", "a", "options", '"x"')) == 'fields.a.options."x"'


def test_an_object_is_spread_over_its_elements_and_unknown_members() -> None:
    value = {"+extra": 1, "fields": [{"name": "a", "type": "date"}], "name": "n"}
    paths = [".".join(path) for path, _ in spread(SHAPE, value)]
    assert paths == ["name", "fields.a", "+extra"]


def lines_of(source: Source, width: int = 60) -> list[str]:
    return put(excerpt(source, width=width, indent=0), styled=False).split("\n")


def test_the_caret_stands_under_the_column() -> None:
    text, caret = lines_of(Source("f", 7, 5, "abc: value"))
    assert text[caret.index("^")] == "v" or text[caret.index("^")] == " "
    assert text[caret.index("^") :] == " value"


def test_the_caret_counts_wide_and_hidden_characters() -> None:
    text, caret = lines_of(Source("f", 7, 4, "漢字\u202eX"))
    assert cells(text[: text.index("X")]) == caret.index("^")


def test_a_long_line_is_shown_around_the_column() -> None:
    text, caret = lines_of(Source("f", 7, 501, "x" * 500 + "HERE" + "y" * 500))
    assert text[caret.index("^") :].startswith("HERE")
    assert cells(text) <= 60


@given(st.text(max_size=200), st.integers(0, 250), st.integers(10, 120))
def test_an_excerpt_keeps_to_its_room(text: str, column: int, width: int) -> None:
    for row in lines_of(Source("f", 7, column, text), width):
        assert cells(row) <= max(width, 34)


def test_a_place_without_its_line_has_no_excerpt() -> None:
    assert excerpt(Source("f", 1, 1), width=80, indent=0) == []


def test_a_message_is_cut_where_it_never_ends() -> None:
    (text,) = paragraphs("x" * 9000)
    assert text.endswith("... (9,000 characters)")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.02, "20 ms"),
        (0.2, "0.2 s"),
        (3.0, "3 s"),
        (90, "1 min 30 s"),
        (120, "2 min"),
        (3600, "1 h"),
        (4260, "1 h 11 min"),
    ],
)
def test_time_is_told_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_numbers_and_lists_in_words() -> None:
    assert counted(1, "finding") == "1 finding"
    assert counted(1200, "finding") == "1,200 findings"
    assert listed([str(n) for n in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 2 more"
