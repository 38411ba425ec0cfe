"""What one run of apply works with, and the live ids and versions that it learns on the way."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.errors import ReconcilerError
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind, Transition
from reconciler.model.manifest import Acknowledgement
from reconciler.model.merged import Merged
from reconciler.model.normal import answer_print, from_wire, to_wire
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Plan
from reconciler.model.ports import Api, Clock, Ledger, Outbox
from reconciler.model.report import Event
from reconciler.model.request import Asking, Submission
from reconciler.model.secret import NONE, Secret
from reconciler.model.shape import Record
from reconciler.model.values import Json, Normal


class Merging(Protocol):
    """Three-way merge of one object."""

    def __call__(self, shape: Record, *, base: Normal, ours: Normal, theirs: Normal) -> Merged: ...


Listing = Any
"""What planning makes of a list of live requests, for its own use."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """The functions of planning that apply needs: how to merge, what is unsafe, which live object an intent made,
    whether a listed request is what was sent, and which one answers what is to be made."""

    merge: Merging
    judge: Callable[[Kind, Transition, Iterable[Acknowledgement], datetime.date], tuple[Finding, ...]]
    matching: Callable[[Kind, Intent, Iterable[Observed]], list[Observed]]
    same_request: Callable[[Mapping[str, Json], Mapping[str, Json]], bool]
    unclaimed: Callable[[Asking, Submission, Listing, Container[tuple[str, str]]], str]
    listing: Callable[[Iterable[Observed]], Listing]


@dataclass(slots=True)
class Known:
    """Live ids, versions and times, shared between the steps' threads. Each entry is written by one step and read by
    later ones, which the order of steps keeps apart."""

    ids: dict[Address, str]
    versions: dict[Address, int | None] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    """When each step was begun, on the monotonic clock."""

    def learn(self, address: Address, entity: Observed) -> None:
        self.ids[address] = entity.live_id
        self.versions[address] = entity.version
        self.names[address.kind, entity.live_id] = address.name

    def named(self, kind: str, live_id: str) -> str | None:
        return self.names.get((kind, live_id))


@dataclass(frozen=True, slots=True)
class Run:
    """One apply: the plan, the edge, the clock, where to tell events, and the request to stop.

    The clock's `sleep` raises Interrupted when `stop` is set meanwhile.
    """

    plan: Plan
    seal: str
    kinds: Mapping[str, Kind]
    api: Api
    ledger: Ledger
    deciding: Deciding
    clock: Clock
    emit: Callable[[Event], None]
    stop: threading.Event
    known: Known
    parallelism: int = 8
    server_key: Secret = NONE
    """What makes the tokens of callback addresses."""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """What manifests may name, by environment variable."""
    outbox: Outbox | None = None
    """Where archives go; None where the plan makes none."""

    def body(self, kind: Kind, normal: Normal) -> dict[str, Json]:
        """What to send, secrets included. Raises ReconcilerError where a reference has no live id."""
        return to_wire(kind.shape, normal, live=self._live, secret=self.secrets.__getitem__)

    def noted(self, kind: Kind, normal: Normal) -> dict[str, Json]:
        """What to send as the ledger may keep it. Raises ReconcilerError where a reference has no live id."""
        return to_wire(kind.shape, normal, live=self._live)

    def normal(self, kind: Kind, entity: Observed) -> Normal:
        """An answer in normal form. Raises ReconcilerError where it does not fit the kind."""
        with _fitting(entity):
            return from_wire(kind.shape, entity.body, named=self.known.named, ignore=kind.server_owned)

    def printed(self, kind: Kind, entity: Observed) -> str:
        """The fingerprint of an answer. Raises ReconcilerError where it does not fit the kind."""
        with _fitting(entity):
            return answer_print(kind.shape, entity.body, named=self.known.named)

    def _live(self, kind: str, name: str) -> str:
        live_id = self.known.ids.get(Address(kind, name))
        if live_id is None:
            raise ReconcilerError("The target of a reference has no id", detail=f"{kind}/{name} is not known here.")
        return live_id

    def today(self) -> datetime.date:
        return datetime.datetime.fromtimestamp(self.clock.now(), datetime.UTC).date()


@contextmanager
def _fitting(entity: Observed) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        detail = f"The object with id {entity.live_id}: {error}."
        raise ReconcilerError("The organisation's answer does not fit the kind", detail=detail) from None


def start(
    plan: Plan,
    seal: str,
    *,
    kinds: Mapping[str, Kind],
    api: Api,
    ledger: Ledger,
    deciding: Deciding,
    clock: Clock,
    emit: Callable[[Event], None],
    stop: threading.Event,
    parallelism: int = 8,
    server_key: Secret = NONE,
    secrets: Mapping[str, Secret] | None = None,
) -> Run:
    """A run of this plan that knows the live ids which the plan knows."""
    names = {(address.kind, live_id): address.name for address, live_id in plan.bindings.items()}
    known = Known(dict(plan.bindings), names=names)
    return Run(
        plan, seal, kinds, api, ledger, deciding, clock, emit, stop, known, parallelism, server_key, secrets or {}
    )
