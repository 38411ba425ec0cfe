"""Reading a saved plan from disk."""

from __future__ import annotations

from pathlib import Path

from reconciler.errors import PlanUnreadable
from reconciler.kinds import KINDS
from reconciler.model.plan import Plan
from reconciler.planning.planfile import read_plan


def load_plan(path: Path, seal: str = "") -> Plan:
    """The plan in a file. Raises PlanUnreadable, PlanRefused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanUnreadable(
            "The plan file cannot be read",
            detail=error.strerror or str(error),
            hint="Make one:\nreconciler plan --out FILE",
            where=str(path),
        ) from None
    plan = read_plan(content, seal=seal)
    unknown = sorted({change.address.kind for change in plan.changes} - KINDS.keys())
    if unknown:
        raise PlanUnreadable("The plan has kinds that this version does not know", detail=", ".join(unknown))
    _check_steps(plan)
    return plan


def _check_steps(plan: Plan) -> None:
    """What follows a step that is none would never be done. Raises PlanUnreadable."""
    steps = {change.step for change in plan.changes}
    if len(steps) < len(plan.changes) or any(set(change.depends_on) - steps for change in plan.changes):
        raise PlanUnreadable(
            "The file is not a plan",
            detail="Its steps do not fit together: one is there twice, or another follows what is no step.",
            hint="Make it again:\nreconciler plan --out FILE",
        )
