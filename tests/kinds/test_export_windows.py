"""What was sent says which window it asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from reconciler.kinds import KINDS
from reconciler.model.request import Asking
from reconciler.model.window import Window

ASKING = {name: kind.asking for name, kind in KINDS.items() if kind.asking is not None}
OCTOBER = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", ASKING)
def test_a_body_says_the_window_that_it_was_made_for(name: str) -> None:
    asking = ASKING[name]
    normal = {member.name: [] for member in KINDS[name].shape.members}
    assert asking.window_in(asking.body(normal, OCTOBER)) == OCTOBER


@pytest.mark.parametrize("body", [{}, {"a": 1}, {"a": "yesterday", "b": "today"}, {"a": {}, "b": {}}, {"a": None}])
def test_a_body_that_says_none_has_none(body: dict[str, Any]) -> None:
    stated = Asking(fields=(), body=lambda *_: {}, longest=lambda _: None, starts=("a",), ends=("b",))
    assert stated.window_in(body) is None
    assert Asking(fields=(), body=lambda *_: {}, longest=lambda _: None).window_in(body) is None
