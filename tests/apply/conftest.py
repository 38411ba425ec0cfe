from __future__ import annotations

from commands.conftest import project, start

__all__ = ["project", "start"]
