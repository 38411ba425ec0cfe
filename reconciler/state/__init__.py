"""The ledger: what we sent to the organisation, what we were about to send, and the lock around both.

Importing this costs nothing: its parts, and SQLAlchemy, are loaded when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.state.audit import SqlAudit
    from reconciler.state.inbox import SqlInbox
    from reconciler.state.ledger import SqlLedger
    from reconciler.state.lock import Holder, hold, holder
    from reconciler.state.opening import absent, open_ledger

__all__ = ["Holder", "SqlAudit", "SqlInbox", "SqlLedger", "absent", "hold", "holder", "open_ledger"]

_HOME = {
    "Holder": "lock",
    "SqlAudit": "audit",
    "SqlInbox": "inbox",
    "SqlLedger": "ledger",
    "absent": "opening",
    "hold": "lock",
    "holder": "lock",
    "open_ledger": "opening",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
