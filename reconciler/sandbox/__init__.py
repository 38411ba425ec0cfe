"""A simulated Genesys Cloud organisation over real HTTP, as strict and as nasty as the real one.

It is written from the API contract alone and imports nothing of the engine, so that the engine's tests are judged by a
second reading of that contract. It listens on loopback and nowhere else, on one port as the organisation and on
another as the host that has the files of exports.

    with Sandbox.start(seed=7, clock="2026-11-01T09:00:00Z") as sandbox:
        os.environ.update(sandbox.environment())
        sandbox.control.create("purposes", {"name": "Support", ...})
        sandbox.control.fault("PUT /api/v2/privacy/purposes/*", "cut", when="after")
        sandbox.control.fault("GET /exports/**", "cut", after=1000)
        ...
        assert [effect.action for effect in sandbox.control.effects()] == ["create", "replace"]

`Sandbox.start` runs the organisation in a thread of this process; `serve` runs it in the foreground for
`reconciler sandbox`; `Control(url)` steers one that runs anywhere on this machine. What is imported from here is loaded
on first use: `import reconciler.sandbox` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.sandbox.control import Control
    from reconciler.sandbox.errors import SandboxError
    from reconciler.sandbox.foreground import serve
    from reconciler.sandbox.journal import Effect, Recorded
    from reconciler.sandbox.running import Sandbox
    from reconciler.sandbox.settings import Settings

__all__ = ["Control", "Effect", "Recorded", "Sandbox", "SandboxError", "Settings", "serve"]

_HOME = {
    "Control": "control",
    "Effect": "journal",
    "Recorded": "journal",
    "Sandbox": "running",
    "SandboxError": "errors",
    "Settings": "settings",
    "serve": "foreground",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
