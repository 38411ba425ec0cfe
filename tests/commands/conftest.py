from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox

from .project import ROBOT, SETTINGS, Project, Start


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts an organisation (keywords are parts of its state), and gives an empty project beside it."""
    with ExitStack() as stack:

        def begin(*, settings: dict[str, Any] | None = None, name: str = "work", **state: Any) -> Project:
            load = {"settings": SETTINGS | (settings or {}), "clients": [ROBOT], **state}
            sandbox = stack.enter_context(Sandbox.start(load=load, seed=name))
            root = tmp_path / name
            root.mkdir()
            monkeypatch.chdir(root)
            return Project(root, sandbox)

        yield begin


@pytest.fixture
def project(start: Start) -> Project:
    return start()


@pytest.fixture
def control(project: Project) -> Control:
    return project.control
