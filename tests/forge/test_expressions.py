"""The evaluator that the tests of workflows stand on."""

from __future__ import annotations

from typing import Any

import pytest

from .expressions import filled

CONTEXTS: dict[str, Any] = {"inputs": {"yes": True, "no": False, "name": "dev"}, "vars": {}, "steps": {"a": {"n": "0"}}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ inputs.name }}-plan", "dev-plan"),
        ("${{ inputs.yes && '--new' || '' }}", "--new"),
        ("${{ inputs.no && '--new' || '' }}", ""),
        ("${{ vars.MISSING != 'off' }}", True),
        ("${{ steps.a.n != '0' && inputs.yes }}", False),
        ("${{ !cancelled() && (steps.a.n == '0' || inputs.no) }}", True),
        ("${{ fromJSON('[1, 2]') }}", [1, 2]),
        ("${{ 'it''s' }}", "it's"),
        ("${{ vars.MISSING }}", None),
        ("plain", "plain"),
        (7, 7),
    ],
)
def test_an_expression_means_what_it_means_to_github(text: Any, value: Any) -> None:
    assert filled(text, CONTEXTS, {"cancelled": lambda: False}) == value


@pytest.mark.parametrize("text", ["${{ secrets.X }}", "${{ toJSON(inputs) }}", "${{ inputs.name[0] }}", "${{ 1 + 1 }}"])
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        filled(text, CONTEXTS, {})
