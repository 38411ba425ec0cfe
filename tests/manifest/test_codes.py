"""Codes and their explanations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reconciler.manifest
from reconciler.manifest import EXPLANATIONS
from reconciler.manifest.codes import Code, problem
from reconciler.model.source import Source

SOURCES = [path for path in Path(reconciler.manifest.__file__).parent.glob("*.py") if path.name != "codes.py"]


def test_every_code_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Code)


def test_every_code_is_used_and_named_by_its_word_only() -> None:
    text = "\n".join(path.read_text() for path in SOURCES)
    assert set(re.findall(r"Code\.([A-Z_0-9]+)", text)) == {code.name for code in Code}
    assert not re.findall(r"\"MF\d{3}\"", text)


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_form_and_every_explanation_its_parts(code: Code) -> None:
    explanation = EXPLANATIONS[code]
    assert re.fullmatch(r"MF[012][0-9]{2}", code)
    assert all((explanation.title, explanation.why.endswith("."), explanation.mend))
    assert not explanation.title.endswith(".")


def test_a_problems_summary_is_the_title_of_its_explanation() -> None:
    made = problem(Code.TAB, Source("f", 1, 1), detail="d", hint="h")
    assert (made.code, made.summary) == ("MF005", EXPLANATIONS["MF005"].title)
    assert type(made.code) is str
