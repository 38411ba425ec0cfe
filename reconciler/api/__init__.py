"""The organisation over HTTP. `connect` is the one way in; importing this costs nothing until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.api.calls import Exchange
    from reconciler.api.client import Client, connect

__all__ = ["Client", "Exchange", "connect"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from reconciler.api import calls, client

    return getattr(client if hasattr(client, name) else calls, name)
