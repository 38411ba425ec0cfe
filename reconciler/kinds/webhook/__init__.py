"""`Webhook`: who is told of which changes (contract §4)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds.webhook.checks import check, judge
from reconciler.kinds.webhook.explanations import EXPLANATIONS
from reconciler.kinds.webhook.spec import EXAMPLE, OWNER, SCHEMA, SHAPE, express, resolve
from reconciler.kinds.webhook.wire import ENVELOPE
from reconciler.model.kind import Kind, Origin, Scopes

WEBHOOK: Final = Kind(
    name="Webhook",
    title="Who is told of which changes, and with which credentials",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/api/v2/platform/webhooks",
    shape=SHAPE,
    schema=SCHEMA,
    example=EXAMPLE,
    scopes=Scopes("webhooks:write", "webhooks:write"),
    server_owned=frozenset({"id", "createdDate", "modifiedDate", "version"}),
    envelope=ENVELOPE,
    owner=OWNER,
    resolve=resolve,
    express=express,
    check=check,
    judge=judge,
    explanations=EXPLANATIONS,
)
