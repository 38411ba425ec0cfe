"""The organisation over HTTP. `connect` is the one way in; importing this costs nothing until it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.api.calls import Exchange
    from reconciler.api.client import Client
    from reconciler.api.connecting import connect

__all__ = ["Client", "Exchange", "connect"]

_HOME = {"Client": "client", "Exchange": "calls", "connect": "connecting"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
