"""Plans whose objects refer to one another."""

from __future__ import annotations

from typing import Any

from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Plan

from .builders import ANALYTICS, CONTRACT, PROFILE, change, field, plan

ORDERS = Address("FlexSchema", "orders")


def schema(*targets: str, **purposes: str) -> dict[str, Any]:
    """A schema with a relationship to each of the targets, and a field kept for each of the purposes."""
    pointing = [
        {"name": f"to_{number}", "type": "relationship", "relationship": {"schema": target, "field": "id"}}
        for number, target in enumerate(targets)
    ]
    return {"fields": [*pointing, *({"name": name, "purpose": purpose} for name, purpose in purposes.items())]}


def created(address: Address, *targets: str, **members: Any) -> Change:
    return change(address, Action.CREATE, after=schema(*targets), **members)


def pointing_plan() -> Plan:
    """One object created, one that points elsewhere now, one deleted."""
    turned = change(
        PROFILE,
        before=schema("old_orders"),
        after=schema("contract"),
        declared=schema("contract", email="Customer_Support_Analytics"),
        fields=(field("fields.to_0.relationship.schema", "old_orders", "contract"),),
    )
    gone = change(ORDERS, Action.DELETE, before=schema("old_orders"), destructive=True)
    return plan(created(CONTRACT), turned, gone, change(ANALYTICS, fields=(field("retention", "90d", "60d"),)))
