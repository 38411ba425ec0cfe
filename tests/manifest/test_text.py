"""Bytes that are text, and bytes that are not."""

from __future__ import annotations

import pytest
from reconciler.manifest.text import MAX_BYTES, MAX_SHOWN, Text, check
from reconciler.model.source import Problem


def refused(content: bytes) -> Problem:
    answer = check("f.yaml", content)
    assert isinstance(answer, Problem)
    return answer


def test_a_byte_order_mark_is_dropped() -> None:
    assert check("f.yaml", b"\xef\xbb\xbfa: 1\n") == Text("f.yaml", b"a: 1\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_named(encoding: str) -> None:
    problem = refused("a: 1\n".encode(encoding))
    assert (problem.code, problem.hint) == ("MF001", "Save it as UTF-8.")
    assert "UTF-16" in problem.detail


def test_a_byte_that_is_not_utf_8_is_pointed_at() -> None:
    problem = refused("ä: 1\nname: café\n".encode().replace("é".encode(), b"\xe9"))
    assert (problem.code, str(problem.where)) == ("MF001", "f.yaml:2:10")
    assert "0xe9" in problem.detail


@pytest.mark.parametrize(
    ("character", "named"),
    [
        ("\x1b", "escape"),
        ("\x00", "NUL"),
        ("\x07", "U+0007"),
        ("\x7f", "U+007F"),
        ("\x85", "next-line"),
        ("\u2028", "line separator"),
        ("\ufeff", "byte order mark"),
        ("\r", "without a line feed"),
    ],
)
def test_an_invisible_character_is_pointed_at_and_named(character: str, named: str) -> None:
    problem = refused(f"a: é\nb: x{character}y\n".encode())
    assert (problem.code, str(problem.where)) == ("MF003", "f.yaml:2:5")
    assert named in problem.detail
    assert character not in problem.where.text


def test_windows_line_ends_are_fine() -> None:
    text = check("f.yaml", "a: é\r\nb: 2\r\n".encode())
    assert isinstance(text, Text)
    assert text.source(1, 1).text == "a: é"


def test_a_huge_file_is_not_read() -> None:
    assert refused(b"#" * (MAX_BYTES + 1)).code == "MF002"
    assert isinstance(check("f.yaml", b"#" * MAX_BYTES), Text)


def test_a_long_line_is_cut_when_shown() -> None:
    assert len(Text("f.yaml", b"x" * 5000).source(1, 1).text) == MAX_SHOWN
