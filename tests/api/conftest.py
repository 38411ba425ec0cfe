from __future__ import annotations

from collections.abc import Iterator

import pytest
from reconciler.api import Client
from reconciler.sandbox import Sandbox

from .builders import TestClock, client


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1) as running:
        yield running


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def api(sandbox: Sandbox, clock: TestClock) -> Iterator[Client]:
    with client(sandbox.environment(), clock) as connected:
        yield connected
