"""What the verbs of `reconciler exports` share: the organisation, the ledger for a moment at a time, the requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click

from reconciler.apply import Run, follow, start
from reconciler.apply.following import FIRST_WAIT, LONGEST_WAIT, Watch
from reconciler.commands.applying import DECIDING
from reconciler.commands.completing import complete_addresses
from reconciler.commands.ledgers import locked, write_ledger
from reconciler.commands.options import Calling, Home
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session, session
from reconciler.commands.workspace import Workspace, open_project
from reconciler.errors import Interrupted, LedgerLocked, UsageError
from reconciler.kinds import KINDS
from reconciler.model.kind import Kind
from reconciler.model.observed import Organisation
from reconciler.model.plan import Plan
from reconciler.model.ports import AuditEntry, Ledger
from reconciler.model.request import Requested, Stage

addresses = click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", shell_complete=complete_addresses)

LOCK_PATIENCE = 10.0
"""Seconds to wait for the ledger while an apply works."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the verbs that ask the organisation work with."""

    session: Session
    workspace: Workspace
    organisation: Organisation

    def note(self, entry: AuditEntry) -> None:
        """One audit entry, beside whatever apply does."""
        with write_ledger(self.workspace, self.organisation) as ledger:
            ledger.note(entry)

    @contextmanager
    def noting(self) -> Iterator[Run]:
        """The ledger under its lock, for as long as one look takes: who waits for hours must not keep apply waiting."""
        clock = self.session.clock
        with (
            locked(self.workspace, clock, timeout=LOCK_PATIENCE, command="reconciler exports") as held,
            write_ledger(self.workspace, self.organisation, held=held) as ledger,
        ):
            plan = Plan(self.organisation, "", "", "", "", self.workspace.project)
            yield start(
                plan, "", kinds=KINDS, api=self.session.client, ledger=ledger, deciding=DECIDING, clock=clock,
                emit=nobody, stop=self.session.stop, server_key=self.session.server_key,
            )  # fmt: skip


@contextmanager
def working(home: Home, calling: Calling) -> Iterator[Work]:
    workspace = open_project(home)
    with session(workspace, calling) as run:
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
    """Follow with growing waits, patient with whoever holds the ledger and with an organisation that is silent for a
    while. Raises OutOfTime, Interrupted, and why nothing more will be heard of one."""
    seconds, watch = FIRST_WAIT, Watch()
    left = -1
    while True:
        try:
            seen = _watched(work, stated, watch)
        except LedgerLocked as locked:
            work.session.say(f"{locked.summary}. {locked.detail}")
        else:
            for error in watch.lost.values():
                raise error
            before, left = left, sum(request.stage is Stage.UNDER_WAY for request in seen)
            if not left:
                return seen
            seconds = FIRST_WAIT if left != before else min(seconds * 2, LONGEST_WAIT)
            work.session.say(f"{left} request(s) under way")
        if work.session.stop.is_set():
            raise Interrupted("Interrupted", detail="The requests go on; wait again to follow them.")
        work.session.pause(seconds)


def _watched(work: Work, stated: Sequence[str], watch: Watch) -> list[Requested]:
    with work.noting() as run:
        chosen = chosen_of(run.ledger, stated)
        kinds = {request.address.kind: kind_of(request) for request in chosen}
        under_way = [request for request in chosen if request.stage is Stage.UNDER_WAY]
        over = [request for request in chosen if request.stage is not Stage.UNDER_WAY]
        return over + watch.look(run, kinds, under_way)


def name_of(request: Requested) -> str:
    return f"{request.address} {request.part}/{request.parts}" if request.parts > 1 else str(request.address)
