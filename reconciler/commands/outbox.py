"""What apply needs for archives: the user's own endpoints, their credentials, and folders for copies."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from reconciler.archive import Backups, Poster, UserOutbox
from reconciler.commands.session import Session
from reconciler.commands.workspace import Workspace
from reconciler.errors import UsageError
from reconciler.model.plan import Plan
from reconciler.model.secret import Secret


@contextmanager
def outbox_of(run: Session, workspace: Workspace, plan: Plan) -> Iterator[UserOutbox | None]:
    """Nothing where the plan archives nothing. Raises UsageError where a credential is missing: before any write."""
    busy = {archive.address for archive in plan.archives if archive.works}
    if not busy:
        yield None
        return
    orders = [order for order in plan.orders if order.address in busy]
    named = {name for order in orders for name in (order.credential, *order.headers.values()) if name}
    timing = plan.project.timing
    poster = Poster(run.clock, connect=timing.connect)
    try:
        yield UserOutbox(
            poster,
            Backups(workspace.root),
            _secrets(named, run.secrets),
            clock=run.clock,
            random=random.Random(),  # noqa: S311
            pause=run.pause,
            timeout=timing.request,
        )
    finally:
        poster.close()


def _secrets(named: set[str], known: Mapping[str, Secret]) -> Mapping[str, Secret]:
    missing = sorted(name for name in named if name not in known)
    if missing:
        raise UsageError(
            "A credential is missing",
            detail=f"The manifests name {', '.join(missing)}, and the environment has no such variable.",
            hint="Set it in the environment that apply runs in.",
        )
    odd = sorted(name for name in named if not _is_header_value(known[name].reveal()))
    if odd:
        detail = f"{', '.join(odd)}: a header is one line of printable ASCII."
        raise UsageError("A credential cannot be sent", detail=detail)
    return {name: known[name] for name in named}


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()
