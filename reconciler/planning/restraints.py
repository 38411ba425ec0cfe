"""What holds a whole run back: thresholds, and times in which nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import Change
from reconciler.model.policy import Frozen, Scope, Threshold
from reconciler.model.request import Submission
from reconciler.model.window import instant
from reconciler.planning.situation import Situation


@dataclass(frozen=True, slots=True)
class Restraints:
    """`findings` block now; `frozen` is for apply, which asks again: freezes that are not over, and what they hold."""

    findings: tuple[Finding, ...]
    frozen: tuple[Frozen, ...]


def restrain(
    situation: Situation, changes: Collection[Change], submissions: Collection[Submission], ours: Collection[Address]
) -> Restraints:
    """What the project file's thresholds and freezes say about a run. `ours` are the recorded addresses."""
    written = [change for change in changes if change.writes]
    sent = sorted({change.address for change in written} | {submission.address for submission in submissions})
    frozen = tuple(_frozen(situation, sent))
    findings = (
        *(_is_frozen(each) for each in frozen if each.freeze.holds(situation.as_of)),
        *_over_thresholds(situation, written, ours),
    )
    return Restraints(findings, frozen)


def _frozen(situation: Situation, sent: Collection[Address]) -> Iterator[Frozen]:
    """The freezes that are in force or will be, and hold anything back."""
    for freeze in situation.project.policies.freezes:
        caught = tuple(address for address in sent if _covers(situation, freeze.scope, address))
        if caught and situation.as_of < instant(freeze.until):
            yield Frozen(freeze, caught)


def _covers(situation: Situation, scope: Scope, address: Address) -> bool:
    """What has no manifest any more has no labels that could exempt it."""
    manifest = situation.estate.manifests.get(address)
    return scope.covers(address, manifest.labels if manifest else None)


def _is_frozen(frozen: Frozen) -> Finding:
    hint = f"Wait until {frozen.freeze.until}, or change policies.freezes in the project file."
    where = frozen.freeze.where
    return Finding("RC801", Severity.BLOCK, "Changes are frozen", detail=frozen.text, hint=hint, where=where)


def _over_thresholds(situation: Situation, written: Collection[Change], ours: Collection[Address]) -> Iterator[Finding]:
    thresholds = situation.project.policies.thresholds
    endings = [change for change in written if change.action.ends]
    yield from _exceeded(thresholds.changes, "RC802", "Too many changes in one run", written, ours)
    yield from _exceeded(thresholds.deletions, "RC803", "Too many deletions in one run", endings, ours)


def _exceeded(
    threshold: Threshold, code: str, summary: str, changes: Iterable[Change], ours: Collection[Address]
) -> Iterator[Finding]:
    """New objects count, but are no share of what is there: the first run of all is not a hundred percent."""
    addresses = {change.address for change in changes}
    touched, share = len(addresses & set(ours)), threshold.allowed(len(ours))
    reasons = []
    if threshold.count is not None and len(addresses) > threshold.count:
        reasons.append(f"{len(addresses)} objects, and at most {threshold.count} are allowed.")
    if share is not None and touched > share:
        reasons.append(f"{touched} of our {len(ours)} objects, and {threshold.percent} % of them are {share}.")
    if reasons:
        hint = "Do it in several runs with --exclude, or change policies.thresholds in the project file."
        yield Finding(code, Severity.BLOCK, summary, detail=" ".join(reasons), hint=hint, where=threshold.where)
