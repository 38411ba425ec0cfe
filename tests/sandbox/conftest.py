from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from reconciler.sandbox import Control, Sandbox, server

from .caller import Caller

NOON = "2026-11-01T12:00:00Z"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1, clock=NOON) as running:
        yield running


@pytest.fixture
def stops_at_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Stop the sandbox: whether it waited for nothing that was under way, however long that takes."""

    def stop() -> bool:
        monkeypatch.setattr(server, "GRACE", 3600.0)
        sandbox.stop()  # which waits for its thread, though not for so long
        return "sandbox" not in {thread.name for thread in threading.enumerate()}

    return stop


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    return sandbox.control


@pytest.fixture
def call(sandbox: Sandbox) -> Iterator[Caller]:
    caller = Caller(sandbox.url)
    yield caller
    caller.session.close()
