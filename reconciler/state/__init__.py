"""The ledger: what we sent to the organisation, what we were about to send, and the lock around both.

Importing this costs nothing: SQLAlchemy is loaded when a ledger is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.state.lock import Holder, hold, holder
from reconciler.state.opening import open_ledger

if TYPE_CHECKING:
    from reconciler.state.ledger import SqlLedger

__all__ = ["Holder", "SqlLedger", "hold", "holder", "open_ledger"]


def __getattr__(name: str) -> object:
    if name != "SqlLedger":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from reconciler.state.ledger import SqlLedger

    return SqlLedger
