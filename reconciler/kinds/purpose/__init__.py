"""`Purpose`: why personal data is kept, on which legal basis and for how long (contract §2)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds.purpose.checks import check, judge
from reconciler.kinds.purpose.explanations import EXPLANATIONS
from reconciler.kinds.purpose.policies import POLICIES, SETTINGS
from reconciler.kinds.purpose.spec import EXAMPLE, SCHEMA, SHAPE, origins, processing, resolve
from reconciler.model.kind import Kind, Origin, Scopes

PURPOSE: Final = Kind(
    name="Purpose",
    title="Why personal data is kept: legal basis and retention",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/api/v2/privacy/purposes",
    shape=SHAPE,
    schema=SCHEMA,
    example=EXAMPLE,
    scopes=Scopes("privacy:purpose:read", "privacy:purpose:write", ("Privacy Admin", "Super Administrator")),
    server_owned=frozenset({"id", "diversionIds", "createdDate", "modifiedDate", "version"}),
    resolve=resolve,
    origins=origins,
    check=check,
    policies=POLICIES,
    settings=SETTINGS,
    judge=judge,
    explanations=EXPLANATIONS,
    processing=processing,
)
