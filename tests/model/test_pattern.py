"""Expressions from the project file."""

from __future__ import annotations

import pytest
from reconciler.model.pattern import whole

DEFAULT = "[A-Z][a-zA-Z0-9_ ]{3,49}"


@pytest.mark.parametrize("name", ["Abcd", "Customer_Support 2", "A" + "a" * 49])
def test_the_seeds_rule_takes_the_names_that_it_means(name: str) -> None:
    assert whole(DEFAULT)(name)


@pytest.mark.parametrize("name", ["Abcd\n", "abcd", "Abc", "A" + "a" * 50, "Ab-cd", " Abcd"])
def test_the_seeds_rule_takes_nothing_else(name: str) -> None:
    assert not whole(DEFAULT)(name)


def test_alternatives_are_matched_as_a_whole_too() -> None:
    assert whole("Ab|Cd")("Cd")
    assert not whole("Ab|Cd")("Abx")


def test_an_expression_made_to_hang_does_not() -> None:
    assert not whole("(A?a+)+x")("A" + "a" * 5000)


@pytest.mark.parametrize("pattern", ["(", "a)(b", "(?=a)b", r"(a)\1", "a{1000}{1000}"])
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        whole(pattern)
