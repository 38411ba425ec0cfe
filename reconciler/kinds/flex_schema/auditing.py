"""`auditWebhook`: the webhook that a schema stands for (contract §4).

The seed registers one after the update, which is therefore never told, and another at every run. Ours is there before
the update, and once.
"""

from __future__ import annotations

from typing import Final

from reconciler.kinds.webhook.spec import SCHEMA_UPDATED
from reconciler.model.manifest import Expansion
from reconciler.model.values import Normal

PREFIX: Final = "SchemaAudit_"


def expand(name: str, normal: Normal) -> tuple[Expansion, ...]:
    """The Webhook manifest of the schema of this name."""
    stated = normal.get("auditWebhook")
    if not isinstance(stated, dict):
        return ()
    named = PREFIX + name
    spec = {"name": named, "eventTypes": [SCHEMA_UPDATED], **stated, "filter": {"schema": name}}
    return (Expansion("Webhook", named, spec, ("auditWebhook",)),)
