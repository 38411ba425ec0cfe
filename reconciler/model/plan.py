"""The plan: a closed, ordered set of changes with everything that apply needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.archive import Archive, Order
from reconciler.model.evidence import NO_EVIDENCE, Evidence
from reconciler.model.finding import Finding
from reconciler.model.kind import Lock
from reconciler.model.manifest import Acknowledgement
from reconciler.model.observed import Organisation
from reconciler.model.policy import Frozen
from reconciler.model.project import Project
from reconciler.model.request import Submission
from reconciler.model.values import ABSENT, Absent, Json, Normal, Path


class Action(StrEnum):
    """What happens to one object.

    | action   | before | after | calls                                             |
    |----------|--------|-------|---------------------------------------------------|
    | CREATE   | no     | yes   | POST                                              |
    | RECREATE | no     | yes   | POST; it was ours and has vanished                |
    | ADOPT    | yes    | yes   | PUT where before and after differ, else none      |
    | UPDATE   | yes    | yes   | PUT                                               |
    | DELETE   | yes    | no    | DELETE                                            |
    | DISABLE  | yes    | yes   | PUT, where there is no deletion; then forgotten   |
    | FORGET   | maybe  | no    | none: the ledger drops the row                    |
    | RECORD   | yes    | yes   | none: the ledger learns what is so already        |
    | ORDER    | maybe  | yes   | none: the ledger learns a standing order          |
    | SUBMIT   | no     | no    | POST of a request; never in `Plan.changes`        |
    | ARCHIVE  | no     | no    | none to the organisation; never in `Plan.changes` |
    """

    CREATE = "create"
    RECREATE = "recreate"
    ADOPT = "adopt"
    UPDATE = "update"
    DELETE = "delete"
    DISABLE = "disable"
    FORGET = "forget"
    RECORD = "record"
    ORDER = "order"
    SUBMIT = "submit"
    ARCHIVE = "archive"

    @property
    def ends(self) -> bool:
        """Whether the object is gone or out of use afterwards."""
        return self in (Action.DELETE, Action.DISABLE)


class Cause(StrEnum):
    """Why one path changes: the second table of ARCHITECTURE §3, with D desired, R recorded, O observed."""

    UPDATE = "update"
    """D≠R, R=O: the manifest changed."""
    DRIFT = "drift"
    """D=R≠O: someone changed it behind our back, and it is set back."""
    OVERRIDE = "override"
    """All three differ: the manifest changed, and so did someone else; the manifest wins and the plan says so."""
    RECORD = "record"
    """D=O≠R: it is so already."""
    FOREIGN = "foreign"
    """A foreign element, removed because the manifest says `lifecycle.foreign: remove`."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One path of one object. `base` is what was recorded; ABSENT where a side has nothing."""

    path: Path
    cause: Cause
    before: Json | Absent
    after: Json | Absent
    base: Json | Absent = ABSENT


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must still be so when the change is made.

    `fingerprint` is of the observed normal form, `answer` of the answer itself (`model.normal.answer_print`).
    """

    version: int | None
    fingerprint: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the plan.

    `before` and `after` are whole normal forms without local members (after is what is sent, foreign elements
    included); `declared` is what the ledger will record, or has recorded of what is to be deleted; `kept` are drifted
    paths left alone; `deferred` are paths that a later step sets, because what they point at is not there yet;
    `depends_on` names steps. `precondition` None = the object is as the step before it on the same address left it.
    `revision` is the ledger row's when planning, None where there was none, and `protected` whether it was protected
    then; `evidence` what records said.
    """

    step: str
    address: Address
    action: Action
    reason: str
    before: Normal | None = None
    after: Normal | None = None
    declared: Normal | None = None
    live_id: str = ""
    lock: Lock = Lock.IF_MATCH
    precondition: Precondition | None = None
    fields: tuple[FieldChange, ...] = ()
    kept: tuple[FieldChange, ...] = ()
    foreign: tuple[Path, ...] = ()
    deferred: tuple[Path, ...] = ()
    depends_on: tuple[str, ...] = ()
    protect: bool = False
    adopted: bool = False
    destructive: bool = False
    revision: int | None = None
    evidence: Evidence = NO_EVIDENCE
    protected: bool = False

    @property
    def judged(self) -> bool:
        """Whether it can be unsafe: what writes, and what says otherwise than before what is to be retained."""
        return self.writes or self.action is Action.ORDER

    @property
    def writes(self) -> bool:
        """Whether the organisation is written to."""
        match self.action:
            case Action.FORGET | Action.RECORD | Action.ORDER:
                return False
            case Action.ADOPT:
                return any(change.cause is not Cause.RECORD for change in self.fields)
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Headroom:
    """How full a limited list of one object is, before and after."""

    address: Address
    noun: str
    before: int
    after: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What the plan cost and what applying it will: calls, and seconds at the rate limit."""

    plan_calls: int = 0
    apply_calls: int = 0
    seconds_at_rate_limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that was decided, and everything that apply needs. It reads no manifest.

    `as_of` is RFC 3339, UTC. `bindings` are the live ids of the addresses that the changes refer to. `acknowledgements`
    go along because a change merged at apply is judged again, and so do `project`, for its rules and limits, and
    `terms`: what the organisation says about the kinds that are written, by kind. `submissions` are the requests to
    make; `moved_requests` and `forgotten_requests` are keys of requests whose manifest has another address, or is gone.
    `frozen` are the freezes that are in force or will be, with what they hold back.
    `targets` and `excluded` are the selectors that left something out.
    `archives` are the histories that the standing `orders` are about, those that need nothing included.
    `standing` says what the manifests of requests and orders authorise by being there (`model.approval`).
    """

    organisation: Organisation
    environment: str
    as_of: str
    tool: str
    ledger_id: str
    project: Project
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    acknowledgements: Mapping[Address, tuple[Acknowledgement, ...]] = field(default_factory=dict)
    bindings: Mapping[Address, str] = field(default_factory=dict)
    headroom: tuple[Headroom, ...] = ()
    foreign_objects: Mapping[str, int] = field(default_factory=dict)
    unchanged: int = 0
    targets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    budget: Budget = Budget()
    rebase: bool = True
    terms: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    submissions: tuple[Submission, ...] = ()
    moved_requests: Mapping[str, Address] = field(default_factory=dict)
    forgotten_requests: tuple[str, ...] = ()
    frozen: tuple[Frozen, ...] = ()
    orders: tuple[Order, ...] = ()
    archives: tuple[Archive, ...] = ()
    standing: Mapping[Address, str] = field(default_factory=dict)

    @property
    def partial(self) -> bool:
        """Whether something was left out because the user said so."""
        return bool(self.targets or self.excluded)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do, not even in the ledger."""
        if any(archive.works for archive in self.archives):
            return False
        return not (self.changes or self.submissions or self.moved_requests or self.forgotten_requests)

    @property
    def blocked(self) -> bool:
        """Whether any finding stops the apply. The one place where that is asked."""
        return any(finding.blocks for finding in self.findings)
