"""Approved plans at apply: read, fit for this place, and held against the plan that is made now. Whatever is in doubt
is refused before the first write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconciler.apply.approved import APPROVED
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.planfiles import load_plan
from reconciler.commands.planner import TOOL, Decided
from reconciler.commands.workspace import Workspace
from reconciler.errors import ApprovalRefused, PlanRefused, UsageError
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.approval import Approval, Difference, Gap
from reconciler.model.chain import Link
from reconciler.model.observed import Organisation
from reconciler.model.plan import Plan
from reconciler.model.ports import Api
from reconciler.planning.approvals import Known, differences, to_confirm
from reconciler.planning.changed_paths import approval_of
from reconciler.planning.fitness import unfit
from reconciler.planning.planfile import seal_of
from reconciler.render import differences_text
from reconciler.state import SqlAudit, SqlLedger

BY_HAND: Final = (
    "Plan what is merged, have that plan reviewed, and apply it:\n"
    "reconciler plan --drift keep --out plan.json\n"
    "reconciler apply plan.json --seal sha256:..."
)
_CAME_ABOUT: Final = frozenset({"SUCCESS", "MERGED", "RECORDED"})


def load_approvals(places: Sequence[Path]) -> tuple[Approval, ...]:
    """The plans in files and folders (each `*.json` in one), every plan once. Raises ApprovalRefused."""
    files = [file for place in places for file in (sorted(place.glob("*.json")) if place.is_dir() else [place])]
    if not files:
        detail = f"{', '.join(map(str, places))} holds no plan, and without one nothing is approved."
        raise ApprovalRefused("There is no approved plan", detail=detail, hint=BY_HAND)
    loaded = [_approval(file) for file in files]
    return tuple({each.seal: each for each in reversed(loaded)}.values())[::-1]


def _approval(file: Path) -> Approval:
    try:
        plan = load_plan(file)
        return approval_of(str(file), seal_of(plan), plan, KINDS)
    except PlanRefused as error:
        detail = f"{error.summary}. {error.detail}"
    except ValueError as error:
        detail = f"The file is not a plan: {error}."
    raise ApprovalRefused(_UNUSABLE, detail=detail, hint=BY_HAND, where=str(file))


_UNUSABLE: Final = "An approval cannot be used"


def check_ledger_is_there(workspace: Workspace, organisation: Organisation, approvals: Iterable[Approval]) -> None:
    """Before a ledger is made that the approvals do not know. Raises ApprovalRefused."""
    with read_ledger(workspace, organisation, is_new=True) as ledger:
        if ledger.ledger_id:
            return
    for approval in approvals:
        if approval.plan.ledger_id:
            detail = f"it was made with the ledger {approval.plan.ledger_id}, and here is none"
            raise _not_fit(approval, detail)


def check_fitness(
    workspace: Workspace, organisation: Organisation, ledger: SqlLedger, approvals: Sequence[Approval], *, rebases: bool
) -> None:
    """Raises ApprovalRefused for the first plan that can approve nothing here."""
    environment = workspace.project.environment.name
    # One made by a run that was cut off under these approvals was not there either when they were planned.
    blank = not (ledger.rows() or ledger.requests() or ledger.receipts()) or bool(earlier_runs(ledger, approvals))
    for approval in approvals:
        ledger_id = "" if blank and not approval.plan.ledger_id else ledger.ledger_id
        why = unfit(approval, organisation, environment, tool=TOOL, ledger_id=ledger_id, rebases=rebases)
        if why:
            raise _not_fit(approval, why)


def _not_fit(approval: Approval, why: str) -> ApprovalRefused:
    return ApprovalRefused(_UNUSABLE, detail=f"{why[0].upper()}{why[1:]}.", hint=BY_HAND, where=approval.name)


def check_approved(decided: Decided, ledger: SqlLedger, api: Api, approvals: Sequence[Approval]) -> None:
    """Whether the fresh plan is the approved one. Raises ApprovalRefused with every difference."""
    known = _known(decided, ledger, approvals)
    asked = to_confirm(decided.plan, approvals, known)
    known = replace(known, gone=frozenset(each for each in asked if _is_gone(api, *each)))
    found = tuple(_told(ledger, each) for each in differences(decided.plan, approvals, known))
    if found:
        names = {approval.seal: approval.name for approval in approvals}
        raise ApprovalRefused(
            "What is planned now is not what was approved",
            detail=differences_text(found, names),
            hint=BY_HAND,
            differences=found,
        )


def _is_gone(api: Api, kind: str, live_id: str) -> bool:
    """An id that no object can have is not one that is gone: somebody wrote it into the plan."""
    try:
        return api.get(KINDS[kind], live_id) is None
    except UsageError:
        return False


def _known(decided: Decided, ledger: SqlLedger, approvals: Sequence[Approval]) -> Known:
    rows, ours = ledger.rows(), earlier_runs(ledger, approvals)
    approved = {each.address for approval in approvals for each in approval.paths if each.address is not None}
    absent = sorted(approved - rows.keys()) if ours else ()
    return Known(decided.drafts, rows, ours, dict(_ended(ledger, absent)), standing=standing_in(ledger))


def earlier_runs(ledger: SqlLedger, approvals: Iterable[Approval]) -> Mapping[str, frozenset[str]]:
    """The runs that were approved by some of these and by no others: the approvals of each, by the seal of its plan."""
    given = {approval.seal for approval in approvals}
    noted = (link.entry for link in SqlAudit(ledger).links(actions=(APPROVED,)) if not link.entry.address)
    return {entry.seal: frozenset(entry.summary) for entry in noted if given.issuperset(entry.summary)}


def standing_in(ledger: SqlLedger) -> Mapping[Address, str]:
    """What the ledger has of approved manifests of requests and orders: the last word on each."""
    noted = (link.entry for link in SqlAudit(ledger).links(actions=(APPROVED,)) if link.entry.address)
    return {Address.parse(entry.address): entry.summary[0] for entry in noted if entry.summary}


def newly_standing(plan: Plan, ledger: SqlLedger, agreed: Iterable[Plan]) -> Mapping[Address, str]:
    """Of the manifests that stand, those that somebody agreed to now, by these plans, and that the ledger does not know
    of."""
    if not plan.standing:
        return {}
    known = standing_in(ledger)
    said = {hashed for each in agreed for hashed in each.standing.values()}
    return {at: hashed for at, hashed in plan.standing.items() if hashed in said and known.get(at) != hashed}


def _ended(ledger: SqlLedger, addresses: Iterable[Address]) -> Iterator[tuple[Address, str]]:
    for address in addresses:
        for entry in ledger.audit(address=address, last=1):
            if entry.result in _CAME_ABOUT and entry.action != APPROVED:
                yield address, entry.seal


def _told(ledger: SqlLedger, difference: Difference) -> Difference:
    """With the plan that came between, by the audit."""
    if difference.gap is not Gap.OVERTAKEN:
        return difference
    links = SqlAudit(ledger).links(addresses=(str(difference.shown.address),), last=1)
    return replace(difference, detail="".join(map(_between, links)))


def _between(link: Link) -> str:
    entry = link.entry
    said = [f"applied at {entry.at} by the plan {entry.seal}" if entry.seal else f"{entry.action} at {entry.at}"]
    said += [f"for the commit {link.by.commit}"] if link.by.commit else []
    said += [f"from the pull request {link.by.pull_request}"] if link.by.pull_request else []
    return ", ".join(said)
