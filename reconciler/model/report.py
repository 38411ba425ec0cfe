"""What apply tells while it runs, and what came of each step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.merged import Overlap
from reconciler.model.plan import Action
from reconciler.model.values import Path


class Outcome(StrEnum):
    """What came of one step."""

    DONE = "done"
    MERGED = "merged"
    """Done, together with somebody's concurrent edit."""
    ALREADY = "already done"
    """By an earlier run of this very plan."""
    QUEUED = "queued"
    """A request that waits for others to end: as many as may be are under way. Run again, or with --wait."""
    CONFLICT = "conflict"
    """Left untouched: somebody's concurrent edit overlaps with ours, or makes it unsafe."""
    FAILED = "failed"
    IN_DOUBT = "in doubt"
    """Sent, and not known to have happened: run again."""
    SKIPPED = "skipped"
    """Not tried: a step that it depends on did not succeed, or the run was interrupted."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """The outcome of one step, with all that a person needs to go on.

    `theirs` are the paths taken over from a concurrent edit, `overlaps` and `findings` why a conflict could not be
    merged; `because` names the step that a skipped one depends on; `exit_code` is what its failure alone exits with.
    `owed` says that it is done but for something that the next apply tries again.
    """

    step: str
    address: Address
    action: Action
    outcome: Outcome
    live_id: str = ""
    latency_ms: int = 0
    summary: str = ""
    detail: str = ""
    hint: str = ""
    where: str = ""
    because: str = ""
    exit_code: int = 0
    owed: bool = False
    theirs: tuple[Path, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.outcome in (Outcome.DONE, Outcome.MERGED, Outcome.ALREADY, Outcome.QUEUED)


@dataclass(frozen=True, slots=True)
class Report:
    """The whole apply, a result for each step of the plan.

    `written` counts the steps that changed the organisation, `archived` the archives that were made; `error` is what
    ended the run early, with its exit code in `error_exit` (0 = it ran to its end); `interrupted` says that somebody
    pressed Ctrl-C.
    """

    seal: str
    results: tuple[StepResult, ...] = ()
    written: int = 0
    archived: int = 0
    interrupted: bool = False
    error: str = ""
    error_exit: int = 0

    def count(self, outcome: Outcome) -> int:
        return sum(result.outcome is outcome for result in self.results)


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step is about to be sent."""

    step: str
    address: Address
    action: Action


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step is over."""

    result: StepResult


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing happens for a while, and why: a rate limit, an effect that may still show, a conflict's backoff."""

    seconds: float
    reason: str


Event: TypeAlias = StepStarted | StepFinished | Waiting
