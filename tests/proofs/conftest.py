from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reconciler.sandbox import Sandbox

from .desk import OPEN, Desk

NOON = "2026-11-01T12:00:00Z"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An organisation whose clock only moves when somebody waits."""
    with Sandbox.start(seed=1, clock=NOON, load={"settings": OPEN}) as running:
        yield running


@pytest.fixture
def desk_at(tmp_path: Path, sandbox: Sandbox) -> Callable[[str], Desk]:
    return lambda name: Desk(tmp_path / name, sandbox)


@pytest.fixture
def desk(desk_at: Callable[[str], Desk]) -> Desk:
    return desk_at("desk")
