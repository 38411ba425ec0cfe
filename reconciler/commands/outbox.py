"""What apply needs for archives: the user's own endpoints, their credentials, and folders for copies."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.archive import Backups, Poster, UserOutbox
from reconciler.commands.keys import credentials
from reconciler.commands.session import Session
from reconciler.commands.workspace import Workspace
from reconciler.model.plan import Plan


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
            credentials(run.secrets, named, of="An archive"),
            clock=run.clock,
            random=random.Random(),  # noqa: S311
            pause=run.pause,
            timeout=timing.request,
        )
    finally:
        poster.close()
