"""What the organisation says now, and what the ledger says we sent last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.values import Json, Normal


@dataclass(frozen=True, slots=True)
class Observed:
    """A live object: what its kind's envelope holds, and the version for a precondition (None: none is shown)."""

    kind: str
    live_id: str
    body: Mapping[str, Json]
    version: int | None


class Origin(StrEnum):
    """How an object became ours."""

    CREATED = "created"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the ledger.

    `declared` is the normal form of the manifest as last applied (what we own, including local members);
    `fingerprint` the organisation's `answer_print`, empty unless the object then agreed with `declared` in everything
    stated; `revision` grows with every write to this row and is never given twice; `seal` names the plan that wrote it
    last.
    """

    address: Address
    live_id: str
    origin: Origin
    declared: Normal
    fingerprint: str
    version: int | None
    protect: bool
    revision: int
    seal: str


@dataclass(frozen=True, slots=True)
class Intent:
    """Something about to be sent, noted before it was: `body` on the wire, `declared` what it makes ours.

    `at` is the server's clock in seconds since the epoch.
    """

    number: int
    seal: str
    step: str
    address: Address
    action: str
    live_id: str
    declared: Normal
    protect: bool
    at: float
    body: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who we are talking to."""

    live_id: str
    name: str
