"""Each sort of YAML that is refused: its code, its place, and a hint that says what to do."""

from __future__ import annotations

import pytest
from reconciler.manifest.reader import read

CASES = {
    "a key stated twice": ("a: 1\nb: 2\na: 3\n", "MF007", "3:1", "Keep one"),
    "a key stated twice in flow style": ("x: {a: 1, b: 2, a: 3}\n", "MF007", "1:17", "Keep one"),
    "a quoted key stated twice": ("a: 1\n'a': 3\n", "MF007", "2:1", "Keep one"),
    "a number as key": ("a:\n  1: x\n", "MF008", "2:3", 'quotes: "1"'),
    "a boolean as key": ("true: x\n", "MF008", "1:1", 'quotes: "true"'),
    "nothing as key": ("? \n: x\n", "MF008", "1:2", "quotes."),
    "a list as key": ("? [a]\n: b\n", "MF008", "1:3", "quotes."),
    "a template that was meant as text": ("a: {{x}: 1}\n", "MF008", "1:5", "double braces"),
    "a tag": ("a: !secret x\n", "MF009", "1:4", "Delete the tag"),
    "a tag of YAML's own": ("a: !!str 1\n", "MF009", "1:4", "Delete the tag"),
    "a tag on a list": ("a: !x [1]\n", "MF009", "1:4", "Delete the tag"),
    "a merge key": ("a: &a {x: 1}\nb:\n  <<: *a\n", "MF010", "3:3", "themselves"),
    "an alias without an anchor": ("a: *b\n", "MF011", "1:4", "before the alias"),
    "an alias inside its anchor": ("a: &a [*a]\n", "MF011", "1:8", "before the alias"),
    "a number beyond 64 bits": ("a: 99999999999999999999\n", "MF013", "1:4", 'string: "99999999999999999999"'),
    "a number of 5,000 digits": (f"a: {'9' * 5000}\n", "MF013", "1:4", "Quote it if"),
    "infinity": ("a: .inf\n", "MF013", "1:4", '".inf"'),
    "not a number": ("a: .nan\n", "MF013", "1:4", '".nan"'),
    "a leading zero": ("a: [1, 007]\n", "MF013", "1:8", '"007"'),
    "an escaped control character": ('a: "\\e[31m"\n', "MF003", "1:4", "escape sequence"),
    "an escaped NUL in a key": ('"\\0": 1\n', "MF003", "1:1", "escape sequence"),
    "another YAML version": ("%YAML 1.1\n---\na: no\n", "MF014", "1:1", "%YAML"),
    "a tab as indentation": ("a:\n\tb: 1\n", "MF005", "2:1", "spaces"),
    "a tab before a list": ("a:\n\t- b\n", "MF005", "2:1", "spaces"),
    "a colon in a plain value": ("a: b: c\n", "MF004", "1:5", "Quote a value"),
    "indentation between two levels": ("a:\n  b: 1\n c: 2\n", "MF004", "3:2", "same column"),
    "a list beside keys": ("a: 1\n- b\n", "MF004", "2:1", "same column"),
    "an open bracket": ("a: [b, c\nd: 1\n", "MF004", "2:2", "bracket"),
    "an open bracket at the end": ("a: 1\nb: [c,\n", "MF004", "2:6", "bracket"),
    "an open quote": ("a: 'b\nc: d\n", "MF004", "1:4", "Close the quote"),
    "an at sign": ("a: @b\n", "MF004", "1:4", "quotes"),
    "a backtick": ("a: `b`\n", "MF004", "1:4", "quotes"),
    "a percent sign": ("a: %b\n", "MF004", "1:4", "quotes"),
    "an unknown escape": ('a: "\\d+"\n', "MF004", "1:5", "single quotes"),
    "half a surrogate pair": ('a: "\\ud83d"\n', "MF004", "1:7", "character itself"),
    "a line without a colon": ("a: 1\nb\nc: 2\n", "MF004", "3:1", "key: value"),
    "a list on the line of its key": ("a: - b\n", "MF004", "1:4", "line of its own"),
    "a document after an end": ("a: 1\n...\nb: 2\n", "MF004", "3:1", "`---`"),
}


@pytest.mark.parametrize(("text", "code", "place", "hint"), CASES.values(), ids=CASES)
def test_strict_reading_refuses(text: str, code: str, place: str, hint: str) -> None:
    _, problems = read("f.yaml", text.encode())
    (problem,) = [problem for problem in problems if problem.code == code]
    assert str(problem.where) == f"f.yaml:{place}"
    assert hint in problem.hint
    assert problem.where.text == text.splitlines()[problem.where.line - 1][:400]
    assert problem.summary
    assert problem.detail


def test_a_repeated_key_names_the_line_of_the_first() -> None:
    _, (problem,) = read("f.yaml", b"b: 1\nx:\n  a: 1\n  b: 2\n  a: 3\n")
    assert problem.detail == "`a` is stated on line 3 already."


def test_a_broken_document_is_not_blamed_on_the_one_before() -> None:
    _, (problem,) = read("f.yaml", b"a: 1\n--- ]\n")
    assert str(problem.where) == "f.yaml:2:5"


def test_a_quoted_merge_key_is_a_key() -> None:
    (document,), problems = read("f.yaml", b'"<<": 1\n')
    assert (document.value, problems) == ({"<<": 1}, [])


def test_yaml_1_2_may_be_asked_for() -> None:
    (document,), problems = read("f.yaml", b"%YAML 1.2\n---\na: no\n")
    assert (document.value, problems) == ({"a": "no"}, [])


def test_a_long_number_is_cut_in_the_message() -> None:
    _, (problem,) = read("f.yaml", f"a: {'9' * 5000}\n".encode())
    assert len(problem.detail) < 100
