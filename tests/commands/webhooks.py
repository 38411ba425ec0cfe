"""Webhooks, their secrets, and what their receiver was told."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import Control

from .project import Json, Project, manifest, schema

UPDATED = "data.flex.schema.updated"
VARIABLE = "RECONCILER_SECRET_COMPLIANCE"
VALUE = "Bearer c0mpl1ance-s3cret"
KEY = {"X-Api-Key": {"fromEnv": VARIABLE}}
HOOK = "Webhook/Compliance"
AUDIT = "Webhook/SchemaAudit_customer"
CUSTOMER = "FlexSchema/customer"


def webhook(
    named: str = "Compliance", /, *, lifecycle: Json | None = None, metadata: Json | None = None, **spec: Any
) -> Json:
    body = {"endpoint": "https://compliance.example.com/hook", "eventTypes": [UPDATED]} | spec
    return manifest("Webhook", named, {key: each for key, each in body.items() if each is not ...}, lifecycle, metadata)


def audited(*fields: Json, endpoint: str = "https://compliance.example.com/hook", **more: Any) -> Json:
    """A schema with an audit webhook."""
    return schema(*fields, auditWebhook={"endpoint": endpoint, **more})


def live(control: Control, name: str = "Compliance") -> Json:
    """As the organisation has it, header values included."""
    return control.find("webhooks", name)


def hooks(control: Control) -> list[str]:
    return sorted(each["name"] for each in control.objects("webhooks"))


def told(control: Control) -> list[Json]:
    """The events that came to the receiver, once none is under way."""
    control.deliveries()
    return [each.body for each in control.user_requests("/events")]


def knows_no_secret(project: Project, *values: str) -> bool:
    """No file of the project holds one."""
    for name, content in project.files().items():
        for value in (VALUE, *values):
            assert value.encode() not in content, name
    return True
