"""Export requests: `PrivacyExport` and `DataExport`, submitted once and then followed (contract §5, §6)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds.export_request import spec
from reconciler.kinds.export_request.checks import check_data, check_privacy
from reconciler.kinds.export_request.explanations import EXPLANATIONS
from reconciler.kinds.export_request.policies import POLICIES
from reconciler.model.kind import Deletion, Kind, Lock, Origin, Scopes

PRIVACY_EXPORT: Final = Kind(
    name="PrivacyExport",
    title="Personal data, asked for once",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/api/v2/data/privacy/requests",
    shape=spec.PRIVACY_SHAPE,
    schema=spec.PRIVACY_SCHEMA,
    scopes=Scopes("data:privacy:view", "data:privacy:write", also="data:privacy:export"),
    example=spec.PRIVACY_EXAMPLE,
    natural_key=(),
    identity="requestId",
    lock=Lock.COMPARE,
    deletion=Deletion.IMPOSSIBLE,
    asking=spec.PRIVACY_ASKING,
    check=check_privacy(spec.PRIVACY_ASKING),
    policies=POLICIES,
    explanations=EXPLANATIONS,
)
DATA_EXPORT: Final = Kind(
    name="DataExport",
    title="Interactions in bulk, asked for once",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/api/v2/dataexports",
    shape=spec.DATA_SHAPE,
    schema=spec.DATA_SCHEMA,
    scopes=Scopes("dataexports:read", "dataexports:read"),
    example=spec.DATA_EXAMPLE,
    natural_key=(),
    lock=Lock.COMPARE,
    deletion=Deletion.IMPOSSIBLE,
    asking=spec.DATA_ASKING,
    check=check_data(spec.DATA_ASKING),
    policies=POLICIES,
    explanations=EXPLANATIONS,
)
