"""A line that may hold a secret is not shown: problems get into logs."""

from __future__ import annotations

import pytest
from reconciler.model.shape import Member, Ordered, Record

from .builders import kind, problem_of

SECRET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["fromEnv"],
    "writeOnly": True,
    "x-hint": "Write {fromEnv: NAME}.",
    "properties": {"fromEnv": {"type": "string", "pattern": "^[A-Z]+$", "writeOnly": True}},
}
SCHEMA = {"type": "object", "properties": {"key": SECRET, "plain": {"type": "object"}}}
KINDS = {"Gadget": kind(schema=SCHEMA, shape=Record((Member("key", Ordered()), Member("plain", Ordered()))))}


def stating(spec: str) -> str:
    return f"apiVersion: reconciler/v1\nkind: Gadget\nmetadata: {{name: one}}\nspec:\n  {spec}\n"


@pytest.mark.parametrize(
    "spec", ["key: s3cret", "key: [s3cret]", "key: {fromEnv: s3cret}", "key: {fromEnvs: s3cret}", "key:"]
)
def test_the_place_is_told_without_the_line(spec: str) -> None:
    problem = problem_of(stating(spec), kinds=KINDS)
    assert (problem.where.line, problem.where.text) == (5, "")
    assert "s3cret" not in str(problem)


def test_the_hint_says_where_a_secret_belongs() -> None:
    assert problem_of(stating("key: s3cret"), kinds=KINDS).hint == "Write {fromEnv: NAME}."


def test_any_other_line_is_shown() -> None:
    assert problem_of(stating("plain: shown"), kinds=KINDS).where.text == "  plain: shown"
