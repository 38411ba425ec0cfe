from __future__ import annotations

from collections.abc import Iterator

import pytest
from reconciler.forge import GitHub
from reconciler.model.secret import Secret

from state.builders import TestClock

from .fake import REPOSITORY, TOKEN, FakeGitHub, serving


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with serving() as running:
        yield running
        assert running.leaked == []


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def github(fake: FakeGitHub, clock: TestClock) -> GitHub:
    return GitHub(fake.url, REPOSITORY, Secret(TOKEN), clock)
