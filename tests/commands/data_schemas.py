"""The seven bases of the published data schemas as a user meets them: manifests, and what colleagues do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest

from .project import SECRET, Json, Project, manifest

ROBOT: Json = {"id": "robot", "secret": SECRET}
"""With every permission."""


class Base(NamedTuple):
    """`text` is the core type of a short text; `ending` what removing a schema comes to."""

    kind: str
    collection: str
    path: str
    text: str
    ending: str

    @property
    def address(self) -> str:
        return f"{self.kind}/claim"


WORKITEMS = Base("WorkitemSchema", "workitem_schemas", "/api/v2/taskmanagement/workitems/schemas", "text", "delete")
CONTACTS = Base("ContactSchema", "contact_schemas", "/api/v2/externalcontacts/contacts/schemas", "text", "either")
ORGANIZATIONS = Base(
    "OrganizationSchema", "organization_schemas", "/api/v2/externalcontacts/organizations/schemas", "text", "disable"
)
EVENTS = Base(
    "ExternalEventSchema", "external_event_schemas", "/api/v2/journey/externalevents/schemas", "string", "either"
)
CONVERSATIONS = Base(
    "ConversationSchema", "conversation_schemas", "/api/v2/conversations/customattributes/schemas", "string", "disable"
)
USERS = Base("UserSchema", "user_schemas", "/api/v2/users/customattributes/schemas", "string", "either")
RULES = Base("BusinessRulesSchema", "business_rules_schemas", "/api/v2/businessrules/schemas", "string", "either")
BASES = (WORKITEMS, CONTACTS, ORGANIZATIONS, EVENTS, CONVERSATIONS, USERS, RULES)
DAILY = (WORKITEMS, EVENTS, RULES)
"""One of each envelope: the rest of them, which share the code, are among the long tests."""


def named(base: Base) -> str:
    return base.kind


every_base = pytest.mark.parametrize(
    "base", [each if each in DAILY else pytest.param(each, marks=pytest.mark.long) for each in BASES], ids=named
)


# Manifests.


def claim(base: Base, *fields: Json, at: str = "claim", lifecycle: Json | None = None, **spec: Any) -> Json:
    """By default with one text."""
    return manifest(base.kind, at, {"fields": list(fields) or [text(base, "number")], **spec}, lifecycle)


def text(base: Base, key: str, **members: Any) -> Json:
    return {"key": key, "type": base.text, "minLength": 0, "maxLength": 40, **members}


def integer(key: str, **members: Any) -> Json:
    return {"key": key, "type": "integer", "minimum": 0, "maximum": 100, **members}


def enum(key: str, *options: Any, **members: Any) -> Json:
    return {"key": key, "type": "enum", "options": list(options), **members}


# On the wire.


def prop(base: Base, title: str, **members: Any) -> Json:
    """A text, as a colleague adds one."""
    reference = {"$ref": f"#/definitions/{base.text}"}
    return {"allOf": [reference], "title": title, "minLength": 0, "maxLength": 10, **members}


def edit(base: Base, target: str = "claim", /, *, force: bool = False, **document: Any) -> Json:
    """A colleague's edit of the document, as a fault takes it."""
    body = {"jsonSchema": document}
    return {"operation": "patch", "collection": base.collection, "target": target, "body": body, "force": force}


def properties(project: Project, base: Base, target: str = "claim") -> Json:
    found: Json = project.control.find(base.collection, target)["jsonSchema"]["properties"]
    return found


def change(project: Project, base: Base, target: str = "claim", /, *, force: bool = False, **document: Any) -> Json:
    """What a colleague does to the document at once."""
    return project.control.edit(base.collection, target, {"jsonSchema": document}, force=force)


def toggle(project: Project, base: Base, *, to: bool) -> None:
    project.control.edit(base.collection, "claim", {"enabled": to})


def calls(project: Project, base: Base) -> list[str]:
    """The requests below the base's path, as `GET /coretypes`; an id is `/{id}`."""
    ids = {each["id"] for each in project.control.objects(base.collection)}
    ids |= {effect.id for effect in project.control.effects(base.collection)}
    return list(_below(project, base, ids))


def _below(project: Project, base: Base, ids: Iterable[str]) -> Iterable[str]:
    for request in project.control.requests():
        if request.path.startswith(base.path):
            rest = request.path.removeprefix(base.path)
            yield f"{request.method} {'/{id}' if rest.strip('/') in ids else rest}".strip()
