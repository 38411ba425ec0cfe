"""What a plan reads, kept: the organisation's answers, the ledger, what records said. Planning from it needs nothing
else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.archive import Receipt
from reconciler.model.evidence import Evidence
from reconciler.model.observed import Intent, Observed, Organisation, Recorded
from reconciler.model.request import Requested
from reconciler.model.values import Json


@dataclass(frozen=True, slots=True)
class Looked:
    """One object that was asked for by its id, and what was there (None: nothing)."""

    kind: str
    live_id: str
    entity: Observed | None


@dataclass(frozen=True, slots=True)
class Told:
    """One reading of an object's versions, or why there was none: the name of the error, summary and detail."""

    kind: str
    live_id: str
    versions: tuple[Mapping[str, Json], ...] = ()
    error: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the records of one object said."""

    kind: str
    live_id: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a plan was, or could have been, made from at one moment.

    `now` is in seconds since the epoch; `costs` is what each reading cost in calls, by what was read. `listed` has
    every list that was read, whole; `not_offered` the kinds of which there is no list. `digests` are of the secrets
    that manifests named, by variable, and `variables` the names of all that were set: no secret is in here, and no
    record's value. `backups` are copies of archives, by folder and name; `asked_for` are the keys of the requests that
    were looked for: of the lists of requests nothing else is kept.
    """

    tool: str
    environment: str
    organisation: Organisation
    now: float
    costs: Mapping[str, int] = field(default_factory=dict)
    ledger_id: str = ""
    recorded: Mapping[Address, Recorded] = field(default_factory=dict)
    intents: tuple[Intent, ...] = ()
    requests: Mapping[str, Requested] = field(default_factory=dict)
    disowned: tuple[tuple[str, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()
    listed: Mapping[str, tuple[Observed, ...]] = field(default_factory=dict)
    not_offered: tuple[str, ...] = ()
    looked: tuple[Looked, ...] = ()
    terms: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    told: tuple[Told, ...] = ()
    asked: tuple[Asked, ...] = ()
    backups: tuple[tuple[str, str], ...] = ()
    asked_for: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
