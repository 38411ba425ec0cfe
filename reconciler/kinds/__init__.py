"""The registry: a kind is a folder here and a line below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.kinds.data_schema import DATA_SCHEMAS
from reconciler.kinds.export_request import DATA_EXPORT, PRIVACY_EXPORT
from reconciler.kinds.flex_schema import FLEX_SCHEMA
from reconciler.kinds.purpose import PURPOSE
from reconciler.kinds.retention_rule import RETENTION_RULE
from reconciler.kinds.webhook import WEBHOOK
from reconciler.model.kind import Kind

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (PURPOSE, FLEX_SCHEMA, WEBHOOK, *DATA_SCHEMAS, PRIVACY_EXPORT, DATA_EXPORT, RETENTION_RULE)
}
