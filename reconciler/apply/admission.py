"""Whether a plan may be applied now: the last look before the first write. It only reads."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping

from reconciler.apply.callbacks import check_key
from reconciler.apply.run import Run
from reconciler.errors import Blocked, PlanRefused
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.hidden import with_digests
from reconciler.model.observed import Organisation, Recorded
from reconciler.model.plan import Action, Change
from reconciler.model.request import Submission
from reconciler.model.values import Normal, canonical
from reconciler.model.window import instant

_AGAIN = "Plan again:\nreconciler plan"


def admit(run: Run, organisation: Organisation, rows: Mapping[Address, Recorded]) -> frozenset[str]:
    """The steps that an earlier run of this plan has done already.

    Raises PlanRefused when the plan is for another organisation or ledger, or stale; Blocked when findings stop it;
    UsageError where a callback's token cannot be made.
    """
    _check_identity(run, organisation)
    _check_findings(run)
    _check_freezes(run)
    _check_requests(run)
    _check_orders(run, rows)
    return frozenset(step for changes in _by_address(run).values() for step in _done(run, changes, rows))


def _check_identity(run: Run, organisation: Organisation) -> None:
    planned = run.plan.organisation
    if planned.live_id != organisation.live_id:
        raise PlanRefused(
            "The plan is for another organisation",
            detail=f"It was made for {planned.name} ({planned.live_id}); "
            f"the credentials belong to {organisation.name} ({organisation.live_id}).",
            hint=_AGAIN,
        )
    if run.plan.ledger_id and run.plan.ledger_id != run.ledger.ledger_id:
        raise PlanRefused(
            "The plan was made with another ledger",
            detail=f"It names ledger {run.plan.ledger_id}; this one is {run.ledger.ledger_id}.",
            hint=_AGAIN,
        )


def _check_findings(run: Run) -> None:
    today = run.today()
    blocking = [finding for finding in run.plan.findings if finding.blocks]
    expired = [finding for finding in run.plan.findings if _expired(finding, today.isoformat())]
    if blocking or expired:
        detail = "\n".join(
            [f"{finding.code} {finding.address or ''}: {finding.summary}" for finding in blocking]
            + [f"{finding.code} {finding.address}: its acknowledgement has expired" for finding in expired]
        )
        raise Blocked(
            f"The plan is blocked by {len(blocking) + len(expired)} finding(s)",
            detail=detail,
            hint="Mend them, or acknowledge those that can be:\nreconciler explain CODE",
        )


def _check_freezes(run: Run) -> None:
    """By the clock, whatever time the plan was made as of."""
    now = datetime.datetime.fromtimestamp(run.clock.now(), datetime.UTC)
    held = [frozen for frozen in run.plan.frozen if frozen.freeze.holds(now)]
    if held:
        raise Blocked(
            "Changes are frozen",
            detail="\n".join(frozen.text for frozen in held),
            hint="Wait until it is over, or plan again with another project file:\nreconciler explain RC801",
        )


def _check_requests(run: Run) -> None:
    """Whether what is to be asked for still is. Raises PlanRefused, Blocked, UsageError."""
    known = run.ledger.requests()
    owners = {(each.address.kind, each.live_id): each for each in known.values()}
    ours = {submission.key for submission in run.plan.submissions}
    for submission in run.plan.submissions:
        since = {key for key, each in known.items() if each.address == submission.address} - ours
        if not since <= {*submission.known}:
            raise _stale(submission.address, "another plan has asked for something else since")
        owner = owners.get((submission.address.kind, submission.taken))
        if owner is not None and owner.key not in ours:
            raise _stale(submission.address, f"{submission.taken} has become {owner.address}'s since")
        if not submission.taken and submission.key not in known:
            _check_over(run, submission)
        check_key(run, submission)


def _check_orders(run: Run, rows: Mapping[Address, Recorded]) -> None:
    """Whether the standing orders are still those that the plan was made from. Raises PlanRefused."""
    changed = {change.address for change in run.plan.changes}
    for order in run.plan.orders:
        row = rows.get(order.address)
        if order.address not in changed and (row.revision if row else None) != order.revision:
            raise _stale(order.address, "another plan has been applied to it since")


def _check_over(run: Run, submission: Submission) -> None:
    """By the organisation's clock, whatever time the plan was made as of."""
    end = instant(submission.window.partition("/")[2])
    if end.timestamp() > run.api.server_time():
        raise Blocked(
            "The window is not over yet",
            detail=f"{submission.address}: {submission.window}. Data of a time that is not over would be incomplete.",
            hint="Wait until it is over, or choose an earlier end.",
        )


def _expired(finding: Finding, today: str) -> bool:
    return finding.acknowledged is not None and finding.acknowledged.expires.isoformat() < today


def _by_address(run: Run) -> Mapping[Address, list[Change]]:
    changes: dict[Address, list[Change]] = defaultdict(list)
    for change in run.plan.changes:
        changes[change.address].append(change)
    return changes


def _done(run: Run, changes: list[Change], rows: Mapping[Address, Recorded]) -> list[str]:
    """The steps on one address that are done already. Raises PlanRefused when another plan has been there."""
    address, planned = changes[0].address, changes[0].revision
    row = rows.get(address)
    if row is None:
        if (changes[-1].action.ends or changes[-1].action is Action.FORGET) and _is_ours(run, address):
            return [change.step for change in changes]
        if planned:
            raise _stale(address, "the ledger has forgotten it since")
        return []
    if row.seal == run.seal:
        return _done_by_this_plan(run, changes, row)
    if row.revision != (planned or 0):
        raise _stale(address, "another plan has been applied to it since")
    return []


def _is_ours(run: Run, address: Address) -> bool:
    """Whether it was this plan that did the last thing to an address."""
    return any(entry.seal == run.seal for entry in run.ledger.audit(address=address, last=1))


def _done_by_this_plan(run: Run, changes: list[Change], row: Recorded) -> list[str]:
    """Everything up to the step that left the row as it is."""
    run.known.ids[row.address] = row.live_id
    run.known.names[row.address.kind, row.live_id] = row.address.name
    run.known.versions[row.address] = row.version
    left = [
        index
        for index, change in enumerate(changes)
        if not change.action.ends
        and change.declared is not None
        and _undigested(run, change.declared, row.address) == _undigested(run, row.declared, row.address)
    ]
    return [change.step for change in changes[: left[-1] + 1]] if left else []


def _undigested(run: Run, declared: Normal, address: Address) -> bytes:
    """What was declared, but for the digests of secrets: a plan made where they are not set has none."""
    return canonical(with_digests(run.kinds[address.kind].shape, declared, {}))


def taken_over(run: Run, found: Iterable[Recorded]) -> frozenset[str]:
    """The steps that turn out to be done, now that an interrupted run's creations have been found.

    Raises PlanRefused when this plan would create what exists already, differently.
    """
    done: list[str] = []
    by_address = _by_address(run)
    for row in found:
        steps = by_address.get(row.address, [])
        finished = _done_by_this_plan(run, steps, row)
        if steps and not finished and steps[0].action in (Action.CREATE, Action.RECREATE):
            raise _stale(row.address, "an interrupted run had created it, from another manifest")
        done += finished
    return frozenset(done)


def _stale(address: Address, why: str) -> PlanRefused:
    return PlanRefused("The plan is stale", detail=f"{address}: {why}.", hint=_AGAIN)
