"""What `reconciler serve` does about callbacks: the ledger open for writing, the organisation to ask, the receivers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from reconciler.apply.following import asked
from reconciler.commands.keys import credentials, secrets_of
from reconciler.commands.ledgers import locked, write_ledger
from reconciler.commands.options import Calling
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session, session, tell
from reconciler.commands.workspace import Workspace
from reconciler.kinds import KINDS
from reconciler.model.callback import PATH
from reconciler.model.project import Receiver as Stated
from reconciler.model.request import Requested
from reconciler.model.secret import Secret
from reconciler.service.inbox.confirming import Confirmation, confirm_due
from reconciler.service.inbox.forwarding import Forwarding, Receiver, forward_due
from reconciler.service.inbox.working import repeatedly
from reconciler.state import SqlInbox, SqlLedger

if TYPE_CHECKING:
    from fastapi import APIRouter
    from prometheus_client.registry import Collector

PATIENCE = 30.0
"""Seconds to wait for the ledger's lock at the start; afterwards it is not held."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the service is given for callbacks; all of it is empty where there are to be none."""

    routers: tuple[APIRouter, ...] = ()
    workers: tuple[Callable[[threading.Event], None], ...] = ()
    collectors: tuple[Collector, ...] = ()
    open_paths: tuple[str, ...] = ()


@contextmanager
def callbacks(workspace: Workspace, *, key: Secret, log_level: str) -> Iterator[Callbacks]:
    """Nothing without a key. With one: credentials are needed, since only the organisation can confirm a callback.

    Raises UsageError where a receiver's credential is missing, AuthenticationFailed, LedgerError.
    """
    if not key:
        yield Callbacks()
        return
    secrets = secrets_of(os.environ, workspace.project.environment.name)
    receivers = [receiver_of(stated, secrets) for stated in workspace.project.service.forward]
    with ExitStack() as stack:
        run = stack.enter_context(session(workspace, Calling(1, None, log_level)))
        ledger = stack.enter_context(_opened(workspace, run))
        yield _callbacks(workspace, run, ledger, receivers, key)


def receiver_of(stated: Stated, secrets: Mapping[str, Secret]) -> Receiver:
    """With its credentials, of those that are set, by variable. Raises UsageError with all that are missing."""
    known = credentials(secrets, stated.headers.values(), of=f"service.forward {stated.name}")
    return Receiver(stated.name, stated.url, {header: known[name] for header, name in stated.headers.items()})


@contextmanager
def _opened(workspace: Workspace, run: Session) -> Iterator[SqlLedger]:
    """Brought to the current format under its lock, which apply holds while it works; then shared with it."""
    organisation = run.client.organisation()
    check_organisation(workspace, organisation)
    with locked(workspace, run.clock, timeout=PATIENCE, command="reconciler serve"):
        ledger = write_ledger(workspace, organisation)
    with ledger:
        yield ledger


def _callbacks(
    workspace: Workspace, run: Session, ledger: SqlLedger, receivers: Sequence[Receiver], key: Secret
) -> Callbacks:
    from reconciler.service.inbox.numbers import InboxNumbers
    from reconciler.service.inbox.route import Reception, callback_routes

    inbox, now = SqlInbox(ledger), run.clock.now
    settle = workspace.project.timing.settle

    def ask(request: Requested) -> Requested:
        return asked(run.client, KINDS[request.address.kind], request, now=now, settle=settle)

    names = tuple(receiver.name for receiver in receivers)
    confirmation = Confirmation(inbox, ledger.request, ask, names, now, tell)
    forwardings = [Forwarding(inbox, receiver, requests.Session(), now, tell) for receiver in receivers]
    steps: list[Callable[[], None]] = [lambda: confirm_due(confirmation)]
    steps += [lambda each=each: forward_due(each) for each in forwardings]  # type: ignore[misc]
    return Callbacks(
        routers=(callback_routes(Reception(inbox, key, ledger.requests_named, now)),),
        workers=tuple(repeatedly(step, tell=tell) for step in steps),
        collectors=(InboxNumbers(inbox, names),),
        open_paths=(PATH,),
    )
