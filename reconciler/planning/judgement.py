"""What is unsafe about a change, and whether a person has accepted it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind, SizeLimit, Transition
from reconciler.model.manifest import Acknowledgement
from reconciler.model.plan import Headroom
from reconciler.model.values import Json, Normal, Path, canonical


def judge(
    kind: Kind, transition: Transition, acknowledgements: Iterable[Acknowledgement], as_of: datetime.date
) -> tuple[Finding, ...]:
    """Every finding about one object's change, acknowledged where one fits. The same at plan and at apply."""
    raised = [*kind.judge(transition), *_over_limits(kind, transition)]
    return tuple(acknowledged(finding, acknowledgements, as_of) for finding in raised)


def acknowledged(finding: Finding, acknowledgements: Iterable[Acknowledgement], as_of: datetime.date) -> Finding:
    """The finding with the acknowledgement that fits it, if one does and has not expired (inclusive, UTC)."""
    if not finding.acknowledgeable:
        return finding
    fitting = [candidate for candidate in acknowledgements if fits(candidate, finding)]
    valid = next((candidate for candidate in fitting if as_of <= candidate.expires), None)
    if valid is not None:
        return replace(finding, acknowledged=valid)
    if fitting:
        text = f"{finding.detail} Its acknowledgement expired on {fitting[0].expires}.".strip()
        return replace(finding, detail=text)
    return finding


def fits(acknowledgement: Acknowledgement, finding: Finding) -> bool:
    """Whether code, path and facet agree. What is removed may be less than what was acknowledged, never more."""
    if (acknowledgement.code, acknowledgement.path) != (finding.code, finding.dotted):
        return False
    if "removes" in finding.facet:
        accepted = {canonical(element) for element in acknowledgement.removes}
        return bool(accepted) and all(canonical(element) in accepted for element in finding.facet["removes"])
    return bool(acknowledgement.change) and acknowledgement.change == finding.facet.get("change")


def _over_limits(kind: Kind, transition: Transition) -> Iterator[Finding]:
    """The limits of one object, counted with foreign elements."""
    for limit in kind.limits(transition.terms):
        before, after = (size(side, limit.path) for side in (transition.before, transition.after))
        if transition.after is not None and after > max(before, limit.maximum) and not limit.across:
            yield exceeded(limit, transition.address, before, after)


def exceeded(limit: SizeLimit, address: Address, before: int, after: int) -> Finding:
    """The finding of a limit that is overstepped."""
    known = "" if limit.cls is FindingClass.PLATFORM else _ONLY_DOCUMENTED
    return Finding(
        limit.code,
        Severity.BLOCK,
        f"Too many {limit.noun}",
        address,
        limit.path or OF_ALL,
        limit.cls,
        facet={"change": f"{after} {limit.noun}, over {limit.maximum}"} if known else {},
        detail=f"{limit.noun} {before} -> {after} of {limit.maximum}, foreign ones included.{known}",
    )


OF_ALL: Path = ("organisation",)
"""The path of a finding about the number of objects itself."""
_ONLY_DOCUMENTED = " The number is the documented one: the organisation does not say which it has."


def headroom(kind: Kind, transition: Transition) -> Iterator[Headroom]:
    """How full each limited list is, before and after."""
    if transition.after is None:
        return
    for limit in kind.limits(transition.terms):
        if not limit.across:
            before, after = (size(side, limit.path) for side in (transition.before, transition.after))
            yield Headroom(transition.address, limit.noun, before, after, limit.maximum)


def size(normal: Normal | None, path: Path) -> int:
    """How many elements the list at a path holds; at the empty path whether the object is there, 1 or 0."""
    if not path:
        return 0 if normal is None else 1
    value: Json = normal
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return len(value) if isinstance(value, list) else 0
