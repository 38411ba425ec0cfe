"""What the verbs of `reconciler exports` share: the organisation, the ledger for a moment at a time, the requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.apply import Run, follow, start
from reconciler.apply.following import FIRST_WAIT, LONGEST_WAIT
from reconciler.commands.apply import DECIDING
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session, session
from reconciler.commands.workspace import Workspace, open_project
from reconciler.errors import Interrupted, UsageError
from reconciler.kinds import KINDS
from reconciler.model.kind import Kind
from reconciler.model.observed import Organisation
from reconciler.model.plan import Plan
from reconciler.model.ports import Ledger
from reconciler.model.request import Requested, Stage
from reconciler.state import hold, open_ledger

LOCK_PATIENCE = 10.0
"""Seconds to wait for the ledger while an apply works."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the verbs that ask the organisation work with."""

    session: Session
    workspace: Workspace
    organisation: Organisation

    @contextmanager
    def noting(self) -> Iterator[Run]:
        """The ledger under its lock, for as long as one look takes: who waits for hours must not keep apply waiting."""
        file, clock = self.workspace.ledger, self.session.clock
        with (
            hold(file, clock, timeout=LOCK_PATIENCE, command="reconciler exports"),
            open_ledger(file, self.organisation, writable=True) as ledger,
        ):
            plan = Plan(self.organisation, "", "", "", "", self.workspace.project)
            yield start(
                plan, "", kinds=KINDS, api=self.session.client, ledger=ledger, deciding=DECIDING, clock=clock,
                emit=nobody, stop=self.session.stop, server_key=self.session.server_key,
            )  # fmt: skip


@contextmanager
def working(
    *, directory: Path, project_file: Path | None, parallelism: int, timeout: float | None, log_level: str
) -> Iterator[Work]:
    workspace = open_project(directory, project_file)
    with session(workspace, parallelism=parallelism, timeout=timeout, log_level=log_level) as run:
        organisation = run.client.organisation()
        check_organisation(workspace, organisation)
        yield Work(run, workspace, organisation)


def nobody(_: object) -> None:
    """Nobody watches single steps here."""


def chosen_of(ledger: Ledger, stated: Sequence[str]) -> list[Requested]:
    """The requests with these addresses, ids or keys; without any, all that are not forgotten. Raises UsageError."""
    known = list(ledger.requests().values())
    if not stated:
        return [request for request in known if not request.forgotten]
    chosen: dict[str, Requested] = {}
    for text in stated:
        found = [request for request in known if text in (str(request.address), request.live_id, request.key)]
        if not found:
            hint = "List what it knows:\nreconciler exports list"
            raise UsageError("The ledger knows no such request", detail=text, hint=hint)
        chosen |= {request.key: request for request in found}
    return list(chosen.values())


def kind_of(request: Requested) -> Kind:
    kind = KINDS.get(request.address.kind)
    if kind is None or kind.asking is None:
        raise UsageError("Unknown kind", detail=f"This version knows no requests of kind {request.address.kind}.")
    return kind


def looked(work: Work, stated: Sequence[str]) -> list[Requested]:
    """The chosen requests, as they are now."""
    with work.noting() as run:
        return [_asked(run, request) for request in chosen_of(run.ledger, stated)]


def _asked(run: Run, request: Requested) -> Requested:
    return follow(run, kind_of(request), request) if request.stage is Stage.UNDER_WAY else request


def awaited(work: Work, stated: Sequence[str]) -> list[Requested]:
    """Follow with growing waits. Raises OutOfTime, Interrupted."""
    seconds = FIRST_WAIT
    while True:
        seen = looked(work, stated)
        left = [request for request in seen if request.stage is Stage.UNDER_WAY]
        if not left:
            return seen
        if work.session.stop.is_set():
            raise Interrupted("Interrupted", detail="The requests go on; wait again to follow them.")
        work.session.say(f"{len(left)} request(s) under way")
        work.session.clock.sleep(seconds)
        seconds = min(seconds * 2, LONGEST_WAIT)


def name_of(request: Requested) -> str:
    return f"{request.address} {request.part}/{request.parts}" if request.parts > 1 else str(request.address)
