"""Organisations differ: "an organisation may not offer them" (contract, preamble), and may be set to any of it."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, SandboxError

from .caller import PURPOSES, SCHEMAS, Caller, purpose


@pytest.mark.parametrize(("offered", "path"), [("flex_schemas", PURPOSES), ("purposes", SCHEMAS)])
def test_a_collection_that_is_not_offered_is_404(call: Caller, control: Control, offered: str, path: str) -> None:
    """404/405/410 on a collection means "this organisation does not offer KIND at PATH"."""
    control.settings(offered=[offered])
    assert {call(method, path).status_code for method in ("GET", "POST")} == {404}
    assert {call(method, f"{path}/1").status_code for method in ("GET", "PUT", "DELETE")} == {404}


def test_a_verb_that_is_withheld_is_405(call: Caller, control: Control) -> None:
    """Where there is no list, objects bound to a known id (`metadata.id`) still work."""
    created = call.create(PURPOSES, purpose())
    control.settings(withheld=["purposes.list", "purposes.create", "purposes.delete"])
    path = f"{PURPOSES}/{created['id']}"
    assert {call("GET", PURPOSES).status_code, call("POST", PURPOSES, purpose("Sales")).status_code} == {405}
    assert call("DELETE", path).status_code == 405
    assert call("GET", path).status_code == call("PUT", path, purpose()).status_code == 200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"offered": ["queues"]}, "queues"),
        ({"withheld": ["purposes.patch"]}, "purposes.patch"),
        ({"locking": "maybe"}, "if_match"),
        ({"max_page_size": "many"}, "a whole number"),
        ({"max_page_size": 10}, "default_page_size is 25"),
        ({"token_rate": True}, "a whole number or null"),
        ({"color": "blue"}, "color"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(control: Control, changes: dict[str, Any], says: str) -> None:
    before = control.settings()
    with pytest.raises(SandboxError, match=says):
        control.settings(**changes)
    assert control.settings() == before
