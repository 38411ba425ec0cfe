"""What a plan from a snapshot cannot know, said in the plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import Plan


def with_doubts(plan: Plan, asked_for: Collection[str]) -> Plan:
    """Of the lists of requests a snapshot has no more than the keys that its own manifests `asked_for`."""
    unknown = {each.address for each in plan.submissions if each.key not in asked_for}
    doubts = tuple(
        Finding(
            "RC901",
            Severity.WARN,
            "Not looked for in the organisation",
            address,
            detail="The snapshot does not say whether somebody has asked for the same already; apply looks.",
        )
        for address in sorted(unknown)
    )
    return replace(plan, findings=(*plan.findings, *doubts)) if doubts else plan
