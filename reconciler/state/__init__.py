"""The ledger: what we sent to the organisation, what we were about to send, and the lock around both.

Importing this costs nothing: its parts, and SQLAlchemy, are loaded when they are used.

It is small enough that something else than a database could fill it, a bucket with conditional writes for one: it
would hold one document, written with the condition that nobody wrote it since it was read, and it would have to give
`hold`, a lock that dies with its holder, or make every `begin` such a write; `model.ports.Ledger` and `Inbox` say the
rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.state.audit import SqlAudit
    from reconciler.state.database_url import Database, Place, database_at
    from reconciler.state.inbox import SqlInbox
    from reconciler.state.ledger import SqlLedger
    from reconciler.state.lock import hold, holder
    from reconciler.state.opening import absent, exists, open_ledger
    from reconciler.state.people import Holder

__all__ = [
    "Database",
    "Holder",
    "Place",
    "SqlAudit",
    "SqlInbox",
    "SqlLedger",
    "absent",
    "database_at",
    "exists",
    "hold",
    "holder",
    "open_ledger",
]

_HOME = {
    "Database": "database_url",
    "Holder": "people",
    "Place": "database_url",
    "SqlAudit": "audit",
    "SqlInbox": "inbox",
    "SqlLedger": "ledger",
    "absent": "opening",
    "database_at": "database_url",
    "exists": "opening",
    "hold": "lock",
    "holder": "lock",
    "open_ledger": "opening",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
