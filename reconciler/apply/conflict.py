"""Somebody wrote in between: merge, judge again, or leave it alone (ARCHITECTURE §4.7)."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.apply.run import Run
from reconciler.errors import ApiError, ReconcilerError
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind, Transition
from reconciler.model.merged import Overlap
from reconciler.model.normal import alike
from reconciler.model.observed import Observed
from reconciler.model.plan import Change
from reconciler.model.values import Normal, Path


class Conflict(ReconcilerError):
    """The object is left untouched: an overlapping or newly unsafe concurrent edit, or it is gone."""

    exit_code = 4

    def __init__(
        self,
        summary: str,
        *,
        detail: str = "",
        hint: str = "",
        where: str = "",
        overlaps: tuple[Overlap, ...] = (),
        findings: tuple[Finding, ...] = (),
    ) -> None:
        super().__init__(summary, detail=detail, hint=hint, where=where)
        self.overlaps = overlaps
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is to be written: `ours` on top of `base`, where the organisation shows `version`.

    `theirs` lists the paths taken over from others so far.
    """

    base: Normal
    ours: Normal
    version: int | None
    theirs: tuple[Path, ...] = ()


def gone() -> Conflict:
    """The object was deleted since the plan was made."""
    return Conflict("The object was deleted meanwhile", hint="Plan again:\nreconciler plan")


def rebase(run: Run, kind: Kind, change: Change, attempt: Attempt, entity: Observed) -> Attempt:
    """Our change on top of what is there now.

    Raises Conflict when the edits overlap, when the merged object is unsafe in a way that the plan did not accept, or
    when the user said never to rebase.
    """
    theirs = run.normal(kind, entity)
    merged = run.deciding.merge(kind.shape, base=attempt.base, ours=attempt.ours, theirs=theirs)
    theirs_differ = not alike(kind.shape, attempt.base, theirs) and not alike(kind.shape, attempt.ours, theirs)
    if not run.plan.rebase and theirs_differ:
        raise Conflict(
            "The object was changed meanwhile",
            detail="--on-conflict stop: nothing is merged.",
            hint="Plan again:\nreconciler plan",
        )
    if merged.overlaps:
        raise Conflict(
            "A concurrent edit overlaps with ours",
            detail="Nothing was written to it. Both edits are shown; decide which is right.",
            hint="Put theirs into the manifest, or plan again to override it knowingly:\nreconciler plan",
            overlaps=merged.overlaps,
        )
    unsafe = _newly_unsafe(run, kind, change, theirs, merged.value)
    if unsafe:
        raise Conflict(
            "Merged with a concurrent edit, the change would be unsafe",
            detail="; ".join(f"{finding.code} {finding.summary}: {finding.detail}" for finding in unsafe),
            hint="Plan again:\nreconciler plan",
            findings=unsafe,
        )
    return Attempt(theirs, merged.value, entity.version, (*attempt.theirs, *merged.theirs))


def _newly_unsafe(run: Run, kind: Kind, change: Change, before: Normal, after: Normal) -> tuple[Finding, ...]:
    """The same checks as at planning, with the same evidence and acknowledgements."""
    terms = run.plan.terms.get(kind.name, {})
    row = run.ledger.rows().get(change.address)
    recorded = row.declared if row and not change.adopted else None
    transition = Transition(change.address, before, after, run.plan.project, change.evidence, terms, recorded)
    acknowledgements = run.plan.acknowledgements.get(change.address, ())
    return tuple(
        finding for finding in run.deciding.judge(kind, transition, acknowledgements, run.today()) if finding.blocks
    )


def moved(entity: Observed, attempt: Attempt) -> bool:
    """Whether a new read shows another version than the one that was refused."""
    return entity.version != attempt.version


def unmoved(error: ApiError) -> Conflict:
    """A refusal that is no version conflict, or one whose cause cannot be seen yet."""
    return Conflict(error.summary, detail=error.detail, hint=error.hint, where=error.where)
