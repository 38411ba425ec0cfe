"""A fresh plan held against the approvals of reviewed ones. Whatever is not certain is a difference.

Every path that is planned must be approved, and every approved one must be planned or have come about. Three things
count as approved though no hash says so, since they end where an approved change ends: that the ledger learns what is
so already; that it forgets what an approved deletion has ended; and what is left of a change that an earlier run under
these same approvals had begun. A fourth stands by the manifest: a variable's new value goes where that variable's value
was sent to before. Reviews never see it, and whoever sets it needs no pull request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.model.address import Address
from reconciler.model.approval import MANIFEST, Approval, Changed, Difference, Gap, hash_of
from reconciler.model.hidden import is_stated
from reconciler.model.observed import Recorded
from reconciler.model.parts import shape_at, value_at
from reconciler.model.plan import Action, Plan
from reconciler.model.values import ABSENT, same
from reconciler.planning.changed_paths import changed_paths
from reconciler.planning.make import Drafts
from reconciler.planning.outcomes import has_come_about, observed_at


@dataclass(frozen=True, slots=True)
class Known:
    """What approvals are held against.

    `rows` are the ledger's, as they are; `ours` are the approvals (seals) of each earlier run that had no others than
    these, by the seal of its plan; `ended` the seals of the plans that did the last thing to an address that has no row
    any more; `gone` the live objects (kind, id) of which the organisation says that they are not there; `standing` what
    the ledger has of approved manifests of requests and orders.
    """

    drafts: Drafts
    rows: Mapping[Address, Recorded]
    ours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ended: Mapping[Address, str] = field(default_factory=dict)
    gone: frozenset[tuple[str, str]] = frozenset()
    standing: Mapping[Address, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Approved:
    """One approved path, and the seals of the plans that have it."""

    changed: Changed
    seals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """Both sides, each path by its hash."""

    known: Known
    planned: Mapping[str, Changed]
    approved: Mapping[str, _Approved]
    by_address: Mapping[Address | None, Sequence[_Approved]]


def differences(plan: Plan, approvals: Sequence[Approval], known: Known) -> tuple[Difference, ...]:
    """Everything in which a fresh plan and its approvals differ, by address. Nothing = it is the approved one."""
    held = _held(plan, approvals, known)
    unapproved = [each for key, each in held.planned.items() if not _is_covered(held, key, each)]
    told = {each.what for each in unapproved}
    found = [
        *(_unapproved(held, each) for each in unapproved),
        *_unapproved_standing(plan, approvals, known),
        *(_unmet(held, each) for each in _missing(held) if each.changed.what not in told and not _is_met(held, each)),
        *(_overtaken(approval, each) for approval in approvals for each in _stale(held, approval)),
    ]
    return tuple(sorted(found, key=lambda each: (str(each.shown.address or ""), each.shown.path, each.gap)))


def to_confirm(plan: Plan, approvals: Sequence[Approval], known: Known) -> tuple[tuple[str, str], ...]:
    """The live objects (kind, id) that approved deletions, not planned now, should have ended: ask for each."""
    ended = (each.changed for each in _missing(_held(plan, approvals, known)) if each.changed.action is Action.DELETE)
    return tuple(sorted({(each.address.kind, each.live_id) for each in ended if each.address is not None}))


def _held(plan: Plan, approvals: Iterable[Approval], known: Known) -> _Held:
    place = {"organisation": plan.organisation.live_id, "environment": plan.environment}
    approved: dict[str, _Approved] = {}
    for approval in approvals:
        for each in approval.paths:
            key = hash_of(each, **place)
            seals = approved[key].seals if key in approved else ()
            approved[key] = _Approved(each, tuple(dict.fromkeys((*seals, approval.seal))))
    by_address: dict[Address | None, list[_Approved]] = {}
    for one in approved.values():
        by_address.setdefault(one.changed.address, []).append(one)
    planned = {hash_of(each, **place): each for each in changed_paths(plan, known.drafts.situation.kinds)}
    return _Held(known, planned, approved, by_address)


def _is_covered(held: _Held, key: str, planned: Changed) -> bool:
    return (
        key in held.approved
        or any(_ends_alike(held, planned, each) for each in _beside(held, planned))
        or _is_rotation(held, planned)
    )


def _is_rotation(held: _Held, planned: Changed) -> bool:
    """Whether a secret is sent again, in place of what is there, from the variable that it came from last time."""
    if planned.verdicts or planned.before is ABSENT or not is_stated(planned.after):
        return False
    recorded = observed_at(held.known.drafts, held.known.rows, replace(planned, recorded_only=True))
    return same(recorded, planned.after)


def _beside(held: _Held, changed: Changed) -> Sequence[_Approved]:
    return held.by_address.get(changed.address, ()) if changed.address is not None else ()


def _ends_alike(held: _Held, planned: Changed, approved: _Approved) -> bool:
    """Whether what is planned is no more than what is left of an approved change."""
    if planned.action is Action.FORGET:
        return approved.changed.action.ends and _is_met(held, approved)
    if planned.action.ends or not {*planned.verdicts} <= {*approved.changed.verdicts}:
        return False
    if not _leads_to(held, planned, approved.changed):
        return False
    return planned.recorded_only or (_begun_by_us(held, approved) and not _is_done(held, planned))


def _is_done(held: _Held, planned: Changed) -> bool:
    """Whether the ledger has it as done. What is planned all the same sets back what somebody did since."""
    recorded = observed_at(held.known.drafts, held.known.rows, replace(planned, recorded_only=True))
    return same(recorded, planned.after)


def _leads_to(held: _Held, planned: Changed, approved: Changed) -> bool:
    """Whether the approved change has the very end that is planned, at its path or around it."""
    inner = planned.path[len(approved.path) :]
    if planned.path[: len(approved.path)] != approved.path or approved.action.ends or planned.address is None:
        return False
    shape = shape_at(held.known.drafts.situation.kinds[planned.address.kind].shape, approved.path[1:])
    return same(value_at(shape, approved.after, inner), planned.after)


def _begun_by_us(held: _Held, approved: _Approved) -> bool:
    """Whether the last thing done to the address was done by a run that this very approval was given to."""
    return not _last_approvals(held, approved.changed.address).isdisjoint(approved.seals)


def _last_approvals(held: _Held, address: Address | None) -> frozenset[str]:
    """The approvals of the run that did the last thing to an address, where it had no others than these."""
    if address is None:
        return frozenset()
    row = held.known.rows.get(address)
    seal = row.seal if row is not None else held.known.ended.get(address, "")
    return held.known.ours.get(seal, frozenset())


def _missing(held: _Held) -> tuple[_Approved, ...]:
    """The approved paths that are not planned now, those that are left out of this run on purpose aside."""
    return tuple(
        each
        for key, each in held.approved.items()
        if key not in held.planned and not _is_left_out(held, each.changed.address)
    )


def _is_left_out(held: _Held, address: Address | None) -> bool:
    return address is not None and held.known.drafts.situation.choices.excludes(address)


def _is_met(held: _Held, approved: _Approved) -> bool:
    if _begun_by_us(held, approved) or _has_come_about(held.known, approved.changed):
        return True
    there = _planned_there(held, approved.changed)
    return there is not None and same(there.after, approved.changed.after)


def _planned_there(held: _Held, changed: Changed) -> Changed | None:
    places = (each for each in held.planned.values() if changed.address is not None)
    return next((each for each in places if (each.address, each.path) == (changed.address, changed.path)), None)


def _has_come_about(known: Known, changed: Changed) -> bool:
    return has_come_about(known.drafts, known.rows, changed, known.gone)


def _unapproved(held: _Held, planned: Changed) -> Difference:
    return Difference(Gap.UNAPPROVED, planned, tuple(_nearest(_beside(held, planned), planned)))


def _nearest(approved: Iterable[_Approved], changed: Changed) -> Iterator[tuple[str, Changed]]:
    """What the approvals say of the same place, or of what is around it or in it."""
    for each in approved:
        path = each.changed.path
        shorter = min(len(path), len(changed.path))
        if path[:shorter] == changed.path[:shorter]:
            yield from ((seal, each.changed) for seal in each.seals)


def _unmet(held: _Held, approved: _Approved) -> Difference:
    """With what is planned in its stead, where something is."""
    observed = observed_at(held.known.drafts, held.known.rows, approved.changed)
    said = tuple((seal, approved.changed) for seal in approved.seals)
    return Difference(Gap.UNMET, _planned_there(held, approved.changed), said, observed)


def _stale(held: _Held, approval: Approval) -> Iterator[Changed]:
    """Approved changes on whose address another plan has done something since they were planned, unless it was that
    which made them come about: a plan may hold what was merged before it and applied since."""
    revisions = {change.address: change.revision for change in reversed(approval.plan.changes)}
    stale = {address for address, revision in revisions.items() if _is_stale(held, address, revision)}
    for each in held.approved.values():
        is_stale = each.changed.address in stale and approval.seal in each.seals
        if is_stale and not _has_come_about(held.known, each.changed):
            yield each.changed


def _is_stale(held: _Held, address: Address, planned: int | None) -> bool:
    """By the ledger's row. What is left out of this run, or was done under these approvals, is not."""
    row = held.known.rows.get(address)
    if _is_left_out(held, address) or _last_approvals(held, address):
        return False
    return (row.revision if row is not None else 0) != (planned or 0)


def _overtaken(approval: Approval, changed: Changed) -> Difference:
    return Difference(Gap.OVERTAKEN, None, ((approval.seal, changed),))


def _unapproved_standing(plan: Plan, approvals: Sequence[Approval], known: Known) -> Iterator[Difference]:
    """Requests and archives whose manifest is not as it was when it was approved."""
    working = {submission.address: Action.SUBMIT for submission in plan.submissions}
    working |= {archive.address: Action.ARCHIVE for archive in plan.archives if archive.works}
    for address, action in sorted(working.items()):
        stated = plan.standing.get(address, "")
        said = tuple((each.seal, each.plan.standing[address]) for each in approvals if address in each.plan.standing)
        if stated not in {known.standing.get(address), *(hashed for _, hashed in said)}:
            planned = Changed(address, action, MANIFEST, ABSENT, stated)
            near = tuple((seal, Changed(address, action, MANIFEST, ABSENT, hashed)) for seal, hashed in said)
            yield Difference(Gap.UNAPPROVED, planned, near)
