"""Whether a reviewed plan can approve anything here at all, whatever is in it."""

from __future__ import annotations

from reconciler.model.approval import STANDING, Approval
from reconciler.model.observed import Organisation


def unfit(
    approval: Approval, organisation: Organisation, environment: str, *, tool: str, ledger_id: str, rebases: bool
) -> str:
    """Why not, or nothing. `ledger_id` is empty where there is no ledger, or one with nothing in it."""
    plan = approval.plan
    if plan.organisation.live_id != organisation.live_id:
        return f"it is for the organisation {plan.organisation.live_id}, and this is {organisation.live_id}"
    if plan.environment != environment:
        return f"it is for the environment {plan.environment}, and this is {environment}"
    if plan.tool != tool:
        return f"it was made by {plan.tool or 'nobody knows which version'}, and this is {tool}"
    if plan.ledger_id != ledger_id:
        return _another_ledger(plan.ledger_id, ledger_id)
    if any(said.partition(" ")[0] != STANDING for said in plan.standing.values()):
        return f"it holds approvals by another recipe than {STANDING}"
    if plan.blocked:
        return "it is blocked by findings, and approves nothing"
    if rebases and not plan.rebase:
        return "it was made with --on-conflict stop, and this run would merge"
    return ""


def _another_ledger(planned: str, present: str) -> str:
    if not present:
        return f"it was made with the ledger {planned}, and here is none, or one with nothing in it"
    if not planned:
        return "it was made before there was a ledger, and there is one now"
    return f"it was made with the ledger {planned}, and this one is {present}"
