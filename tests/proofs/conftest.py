from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from reconciler.sandbox import Sandbox

from .desk import OPEN, Desk

EVERYDAY = settings(
    print_blob=False,
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
"""Games that are played with a whole organisation: the same ones every time."""
THOROUGH = settings(EVERYDAY, max_examples=400, derandomize=settings().derandomize)
"""In CI the same games every time; others whenever somebody plays them by hand."""
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
