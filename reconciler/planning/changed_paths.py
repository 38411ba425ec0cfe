"""A plan as what a person approves of: every changed path, with the verdicts on it, and the manifests that stand.

A change that has no fields has paths all the same, so that nothing is done that nobody approved of:

| change            | paths                                                                       |
|-------------------|-----------------------------------------------------------------------------|
| create, recreate  | `spec`: nothing -> the whole object as the ledger will know it              |
| delete            | `spec`: the whole object -> nothing                                         |
| update, disable   | `spec...`: each field; of what only the ledger learns, what it knew before  |
| order             | `spec`, or each field                                                       |
| adopt, moved      | each field, and `ledger`: nothing -> the live id                            |
| forget            | `ledger`: the live id -> nothing                                            |
| protection        | `lifecycle.protect`                                                         |
| request           | `requests.KEY`: its address -> another one, or nothing                      |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from reconciler.model.address import Address
from reconciler.model.approval import LEDGER, PROTECT, REQUESTS, SPEC, Approval, Changed, Verdict, standing_of
from reconciler.model.finding import Finding
from reconciler.model.hidden import with_digests
from reconciler.model.kind import Kind
from reconciler.model.normal import agrees, ordered, without_local
from reconciler.model.parts import shape_at
from reconciler.model.plan import Action, Cause, Change, FieldChange, Plan
from reconciler.model.shape import Record
from reconciler.model.values import ABSENT, Absent, Json, Path, dotted, same
from reconciler.planning.situation import Situation

BESIDE: Final = frozenset({"RC201", "RC202", "RC205", "RC305", "RC501", "RC502", "RC601", "RC602"})
"""Codes that say nothing of whether a change is right: what is left alone beside it, what is so on the machine that
plans, what a path of its own says (protection lifted)."""


def approval_of(name: str, seal: str, plan: Plan, kinds: Mapping[str, Kind]) -> Approval:
    """What a reviewed plan approves. Raises ValueError for one that no version of ours has written."""
    try:
        paths = changed_paths(plan, kinds)
        fitting = all(_fits(kinds, each, side) for each in paths for side in (each.before, each.after))
    except Exception as error:  # whatever it is that a value in another shape than its kind's makes it stumble over
        raise ValueError(f"a value does not have the shape of its kind ({type(error).__name__})") from None
    if not fitting:
        raise ValueError("a value does not have the shape of its kind")
    return Approval(name, seal, plan, paths)


def _fits(kinds: Mapping[str, Kind], changed: Changed, side: Json | Absent) -> bool:
    if not all(isinstance(name, str) for name in changed.path):
        return False
    if changed.address is None or changed.path[0] != SPEC or side is ABSENT:
        return True
    shape = shape_at(kinds[changed.address.kind].shape, changed.path[1:])
    return shape is None or agrees(shape, side, side)


def changed_paths(plan: Plan, kinds: Mapping[str, Kind]) -> tuple[Changed, ...]:
    """Everything that a plan does, but for what stands by a manifest (`standing`). No change is without a path."""
    steps, findings = _by_address(plan.changes), _by_address(plan.findings)
    return (
        *(
            judged
            for address, changes in steps.items()
            for judged in _judged(tuple(_paths(kinds[address.kind].shape, changes)), findings.get(address, ()))
        ),
        *(
            Changed(address, Action.RECORD, (REQUESTS, key), ABSENT, str(address))
            for key, address in sorted(plan.moved_requests.items())
        ),
        *(Changed(None, Action.FORGET, (REQUESTS, key), key, ABSENT) for key in sorted(plan.forgotten_requests)),
    )


_Part = TypeVar("_Part", Change, Finding)


def _by_address(parts: Iterable[_Part]) -> Mapping[Address, list[_Part]]:
    found: dict[Address, list[_Part]] = defaultdict(list)
    for part in parts:
        if part.address is not None:
            found[part.address].append(part)
    return found


def _paths(shape: Record, steps: Sequence[Change]) -> Iterator[Changed]:
    """Of all the steps on one address together: how a change is split is no matter of approval."""
    first, last = steps[0], steps[-1]
    change = last if last.action.ends else first
    found = [*_content(shape, change, first, last), *_binding(change), *_protection(change)]
    blank = Changed(change.address, change.action, (), ABSENT, ABSENT, live_id=change.live_id)
    for path, before, after, cause in found or [(LEDGER, change.live_id, change.live_id, Cause.RECORD)]:
        sides = (_ordered(shape, path, side) for side in (before, after))
        before, after = sides
        yield replace(blank, path=path, before=before, after=after, recorded_only=cause is Cause.RECORD)


_Found = tuple[Path, Json | Absent, Json | Absent, Cause]


def _content(shape: Record, change: Change, first: Change, last: Change) -> Iterator[_Found]:
    match change.action:
        case Action.CREATE | Action.RECREATE:
            yield (SPEC,), ABSENT, _made(shape, last), Cause.UPDATE
        case Action.DELETE:
            yield (SPEC,), dict(first.before or {}), ABSENT, Cause.UPDATE
        case Action.ORDER if change.before is None:
            yield (SPEC,), ABSENT, _made(shape, change), Cause.UPDATE
        case Action.FORGET:
            return
        case _:
            yield from map(_field, change.fields)


def _made(shape: Record, change: Change) -> Json:
    """A new object as the ledger will know it, members that are never sent included. Raises ValueError where something
    else is sent, which no plan of ours says."""
    declared = with_digests(shape, dict(change.declared or {}), {})
    if not same(without_local(shape, declared), without_local(shape, dict(change.after or {}))):
        raise ValueError(f"{change.address} is not created as it is recorded")
    return declared


def _field(part: FieldChange) -> _Found:
    before = part.base if part.cause is Cause.RECORD else part.before
    return (SPEC, *part.path), before, part.after, part.cause


def _binding(change: Change) -> Iterator[_Found]:
    """What becomes of the row that binds an address to a live object."""
    if change.action is Action.FORGET:
        yield LEDGER, change.live_id, ABSENT, Cause.RECORD
    elif change.action is Action.ADOPT or (change.live_id and not change.revision and not change.action.ends):
        yield LEDGER, ABSENT, change.live_id, Cause.RECORD


def _protection(change: Change) -> Iterator[_Found]:
    ending = change.action.ends or change.action is Action.FORGET
    if not ending and change.protect != change.protected:
        yield PROTECT, change.protected, change.protect, Cause.RECORD


def _ordered(shape: Record, path: Path, side: Json | Absent) -> Json | Absent:
    inner = shape_at(shape, path[1:]) if path[0] == SPEC else None
    return side if inner is None or side is ABSENT else ordered(inner, side)


def _judged(paths: Sequence[Changed], findings: Sequence[Finding]) -> Iterator[Changed]:
    """Each path with the verdicts that touch it. A finding that touches none of them is about all of them."""
    said = [finding for finding in findings if finding.code not in BESIDE]
    loose = [finding for finding in said if not any(_touches(finding, each) for each in paths)]
    for each in paths:
        touching = [finding for finding in said if finding in loose or _touches(finding, each)]
        yield replace(each, verdicts=tuple(sorted({_verdict(finding) for finding in touching})))


def _touches(finding: Finding, changed: Changed) -> bool:
    path = (SPEC, *finding.path)
    shorter = min(len(path), len(changed.path))
    return not finding.path or path[:shorter] == changed.path[:shorter]


def _verdict(finding: Finding) -> Verdict:
    word = "acknowledged" if finding.acknowledged else "blocking" if finding.blocks else finding.severity.value
    return Verdict(finding.code, dotted(finding.path), word)


def standing(situation: Situation) -> dict[Address, str]:
    """What the manifests of requests and standing orders authorise by being there, whether or not there is something
    to do for them now."""
    return {
        address: _standing(situation, address, kind)
        for address in sorted(situation.estate.manifests)
        if (kind := situation.kinds.get(address.kind)) is not None and (kind.asking or kind.archiving)
        if not situation.choices.excludes(address)
    }


def _standing(situation: Situation, address: Address, kind: Kind) -> str:
    manifest = situation.estate.manifests[address]
    return standing_of(
        address,
        ordered(kind.shape, with_digests(kind.shape, manifest.normal, {})),
        manifest.live_id,
        organisation=situation.organisation.live_id,
        environment=situation.project.environment.name,
    )
