from __future__ import annotations

from collections.abc import Iterator

import pytest
from reconciler.sandbox import Control, Sandbox

from .caller import Caller

NOON = "2026-11-01T12:00:00Z"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1, clock=NOON) as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    return sandbox.control


@pytest.fixture
def call(sandbox: Sandbox) -> Iterator[Caller]:
    caller = Caller(sandbox.url)
    yield caller
    caller.session.close()
