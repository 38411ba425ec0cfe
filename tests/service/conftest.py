from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .builders import Estate, Service, served


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path)


@pytest.fixture
def service(estate: Estate) -> Iterator[Service]:
    with served(estate.ports()) as running:
        yield running
