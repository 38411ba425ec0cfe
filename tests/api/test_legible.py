from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from reconciler.api.legible import LONGEST, legible


def test_plain_text_stays_as_it_is() -> None:
    assert legible("Größe – 日本") == "Größe – 日本"


def test_a_terminals_commands_are_taken_out() -> None:
    assert legible("a\x1b[2Jb\rc\nd\x9be\u202ef") == "a [2Jb c d e f"


def test_long_text_is_cut() -> None:
    assert legible("x" * 1000) == "x" * (LONGEST - 1) + "…"


@given(st.text(st.characters()))
def test_whatever_comes_in_one_short_harmless_line_goes_out(text: str) -> None:
    line = legible(text)
    assert len(line) <= LONGEST
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in line)
    assert legible(line) == line
