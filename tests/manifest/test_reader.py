"""Documents and places."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.manifest.careful import MAX_BROKEN, readings
from reconciler.manifest.nodes import MAX_ALIASES, MAX_DEPTH
from reconciler.manifest.reader import read
from reconciler.manifest.text import Text
from reconciler.model.values import Json

WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Zl", "Zp"), blacklist_characters="\ufeff"), max_size=12
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)


class Core(yaml.SafeDumper):
    """PyYAML's dumper; it quotes more than YAML 1.2 needs, and aliases nothing."""

    def ignore_aliases(self, data: Json) -> bool:
        return True


# Without this it would leave strings unquoted that are numbers in YAML 1.2 and not in 1.1, such as 0E0 and 0o7.
Core.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?\.?[0-9].*"), list("-+.0123456789"))


def _quoted(value: Json) -> str:
    """A value as JSON, which YAML 1.2 reads, too."""
    return json.dumps(value, ensure_ascii=False)


def value_of(content: str) -> Json:
    documents, problems = read("f.yaml", content.encode())
    assert problems == []
    return documents[0].value if documents else None


def values_of(content: str) -> list[Json]:
    return [document.value for document in read("f.yaml", content.encode())[0]]


def codes_of(content: str) -> list[str]:
    return [problem.code for problem in read("f.yaml", content.encode())[1]]


@given(VALUES)
def test_json_reads_back_as_it_was(value: Json) -> None:
    assert value_of(_quoted(value)) == value


@settings(deadline=None)
@given(VALUES)
def test_what_pyyaml_writes_reads_back_as_it_was(value: Json) -> None:
    text = yaml.dump(value, Dumper=Core, allow_unicode=True)
    if "!!" not in text:
        assert value_of(text) == value


@settings(deadline=None)
@given(VALUES)
def test_the_quick_and_the_careful_reading_agree(value: Json) -> None:
    text = yaml.dump(value, Dumper=Core, allow_unicode=True)
    (careful,) = readings(Text("f.yaml", text.encode()))
    assert careful.problems == read("f.yaml", text.encode())[1]
    assert careful.root is not None
    if not careful.problems:
        assert repr(careful.root.value) == repr(value_of(text))


@settings(deadline=None)
@given(st.dictionaries(WORDS, st.dictionaries(WORDS, SCALARS, max_size=4), min_size=1, max_size=4))
def test_a_key_is_located_on_the_line_where_it_stands(value: dict[str, dict[str, Json]]) -> None:
    lines, expected = ["# a comment"], {}
    for outer, members in value.items():
        expected[outer,] = len(lines) + 1
        lines.append(f"{_quoted(outer)}:{'' if members else ' {}'}")
        for inner, part in members.items():
            expected[outer, inner] = len(lines) + 1
            lines.append(f"  {_quoted(inner)}: {_quoted(part)}")
    (document,), _ = read("f.yaml", "\n".join(lines).encode())
    for path, line in expected.items():
        where = document.locate(path)
        assert (where.line, where.column) == (line, 2 * len(path) - 1)
        assert where.text == lines[line - 1]


LIST = """\
spec:
  fields:
    - {name: first, type: string}
    - name: second
      options: [a, b]
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("spec",), 1, 1),
        (("spec", "fields"), 2, 3),
        (("spec", "fields", "0"), 3, 7),
        (("spec", "fields", "first", "type"), 3, 21),
        (("spec", "fields", "second"), 4, 7),
        (("spec", "fields", "second", "options"), 5, 7),
        (("spec", "fields", "second", "options", "b"), 5, 20),
        (("spec", "fields", "second", "absent"), 4, 7),
        (("spec", "fields", "third", "type"), 2, 3),
        (("spec", "fields", "9"), 2, 3),
        (("absent", "deeper"), 1, 1),
        ((), 1, 1),
    ],
)
def test_a_path_is_found_or_its_nearest_ancestor(path: tuple[str, ...], line: int, column: int) -> None:
    (document,), _ = read("f.yaml", LIST.encode())
    where = document.locate(path)
    assert (where.line, where.column) == (line, column)


def test_places_in_a_later_document_count_from_the_top_of_the_file() -> None:
    _, second = read("f.yaml", b"# c\na: 1\n---\n# c\n\nb:\n  c: 2\n")[0]
    assert str(second.locate(("b", "c"))) == "f.yaml:7:3"
    assert str(second.locate_value(("b", "c"))) == "f.yaml:7:6"
    assert (str(second.source), second.source.text) == ("f.yaml:6:1", "b:")


def test_columns_count_characters_and_not_bytes() -> None:
    (document,), _ = read("f.yaml", "{ä: 1, ö: 2}".encode())
    assert document.locate(("ö",)).column == 8


def test_a_file_may_hold_several_documents_and_empty_ones() -> None:
    assert values_of("---\n---\na: 1\n---\n# nothing\n---\n- 2\n...\n") == [{"a": 1}, [2]]
    assert values_of("") == values_of("# only a comment\n") == []


def test_block_scalars_keep_their_lines() -> None:
    assert value_of("a: |\n  one\n  two\nb: >-\n  one\n  two\n") == {"a": "one\ntwo\n", "b": "one two"}


def test_a_few_aliases_are_read() -> None:
    assert value_of("a: &x [1, &y 2]\nb: *x\nc: *y\n") == {"a": [1, 2], "b": [1, 2], "c": 2}


def test_an_alias_bomb_goes_off_quietly() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert codes_of(bomb) == ["MF012"]


def test_many_aliases_are_refused() -> None:
    assert codes_of("a: &x 1\nb: [" + "*x, " * MAX_ALIASES + "]\n") == []
    assert codes_of("a: &x 1\nb: [" + "*x, " * (MAX_ALIASES + 1) + "]\n") == ["MF012"]


def test_nesting_has_a_limit() -> None:
    assert codes_of("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert codes_of("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == ["MF006"]


@pytest.mark.parametrize("nested", ["[" * 30_000, "{a: " * 30_000, "- " * 30_000, "? " * 30_000])
def test_thirty_thousand_levels_do_not_crash(nested: str) -> None:
    assert codes_of(nested) == ["MF006"]


def test_a_broken_document_hides_no_other() -> None:
    text = "a: 1\n---\nb: [\n---\nc: 3\n---\nd: 'x\n---\ne: 5\n"
    assert values_of(text) == [{"a": 1}, None, {"c": 3}, None, {"e": 5}]
    assert [problem.where.line for problem in read("f.yaml", text.encode())[1]] == [3, 7]


def test_a_document_read_before_the_error_is_read_once() -> None:
    assert values_of("--- a\n...\nb\n") == ["a", None]
    assert values_of("---\n...\nb: 1\n---\nc: 1\n") == [None, {"c": 1}]


def test_a_document_that_is_broken_by_its_depth_ends_at_the_next() -> None:
    assert values_of("a: " + "[" * 99 + "\n---\nb: 2\n") == [None, {"b": 2}]


def test_what_is_lost_with_a_broken_document_is_kept() -> None:
    documents, _ = read("f.yaml", b"a: 1\n---\nname: x\nb: [\n---\nc: 3\n")
    assert [document.lost for document in documents] == [b"", b"---\nname: x\nb: [\n", b""]


def test_a_file_of_broken_documents_is_given_up() -> None:
    assert len(codes_of("--- ]\n" * 1000)) == MAX_BROKEN


def test_all_oddities_of_a_document_are_reported_together() -> None:
    text = "a: 1\na: 2\n<<: {}\n3: x\nb: !t y\nc: *z\nd: 010\n"
    assert codes_of(text) == ["MF007", "MF010", "MF008", "MF009", "MF011", "MF013"]


@pytest.mark.parametrize("member", ["name", "key", "value"])
def test_an_element_is_located_by_what_tells_it_apart(member: str) -> None:
    text = f"fields:\n  - {{{member}: a, type: text}}\n  - {{{member}: b, type: date}}\n"
    (document,), _ = read("f.yaml", text.encode())
    where = document.locate(("fields", "b", "type"))
    assert (where.line, where.text) == (3, f"  - {{{member}: b, type: date}}")
