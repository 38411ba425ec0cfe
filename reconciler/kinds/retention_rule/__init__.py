"""`RetentionRule`: how long versions of routing strategies are retained, and where they are archived (contract §7)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds.retention_rule import spec
from reconciler.kinds.retention_rule.checks import check, judge
from reconciler.kinds.retention_rule.explanations import EXPLANATIONS
from reconciler.kinds.retention_rule.history import READS, read_history
from reconciler.kinds.retention_rule.payload import SCHEMA, key_of, notice_of, payload_of
from reconciler.model.archive import Archiving
from reconciler.model.kind import Deletion, Kind, Lock, Origin, Scopes

RETENTION_RULE: Final = Kind(
    name="RetentionRule",
    title="How long strategies' versions are retained, and where archived",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/api/v2/routing/strategies",
    shape=spec.SHAPE,
    schema=spec.SCHEMA,
    scopes=Scopes("routing:strategy:read", ""),
    example=spec.EXAMPLE,
    natural_key=(),
    lock=Lock.COMPARE,
    deletion=Deletion.IMPOSSIBLE,
    archiving=Archiving(
        versions="/versions",
        order=spec.order_of,
        history=read_history,
        reads=READS,
        key=key_of,
        payload=payload_of,
        notice=notice_of,
        schema=SCHEMA,
        schema_name="archive",
    ),
    check=check,
    judge=judge,
    explanations=EXPLANATIONS,
)
