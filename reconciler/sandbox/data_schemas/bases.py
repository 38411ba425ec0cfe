"""The seven bases (published API §4): everything in which one differs from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from reconciler.sandbox.data_schemas import core_types
from reconciler.sandbox.data_schemas.core_types import CoreType
from reconciler.sandbox.scopes import Scopes

Limits = Mapping[str, int]

LENGTHS: Limits = {
    "minFieldNameCharacters": 1,
    "maxFieldNameCharacters": 100,
    "minFieldTitleCharacters": 1,
    "maxFieldTitleCharacters": 100,
    "minFieldDescriptionCharacters": 0,
    "maxFieldDescriptionCharacters": 200,
    "minSchemaNameCharacters": 1,
    "maxSchemaNameCharacters": 50,
    "minSchemaDescriptionCharacters": 0,
    "maxSchemaDescriptionCharacters": 200,
}
SCHEMAS, FIELDS, ALL_FIELDS = "maxNumberOfSchemasPerOrg", "maxNumberOfFieldsPerSchema", "maxNumberOfFieldsPerOrg"


class Envelope(Enum):
    """What a create body is: a whole DataSchema, `{jsonSchema}`, or the JSON schema itself."""

    WHOLE = "whole"
    WRAPPED = "wrapped"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Base:
    """`applies_to` None: the models of this base have neither `appliesTo` nor `name`.

    `titles` says among which schemas a title is unique; `distinct_titles` goes for properties and enum options.
    `tombstones`: GET by id goes on answering after a DELETE, and says `deleted`. `by_cursor`: lists have no total, and
    versions come page by page. `kin` share this base's quotas. `later_required`: an optional field may become
    required. `namespace` is that of the limits of the whole organisation.
    """

    collection: str
    path: str
    scopes: Scopes
    namespace: str
    core_types: Mapping[str, CoreType]
    limits: Limits
    applies_to: str | None = None
    envelope: Envelope = Envelope.WHOLE
    deletable: bool = True
    in_use: str = "request.conflict"
    tombstones: bool = False
    by_cursor: bool = False
    shows_limits: bool = True
    titles: Literal["free", "unique among enabled", "unique"] = "free"
    distinct_titles: bool = False
    later_required: bool = False
    options_stay_enabled: bool = False
    too_large: str = "payload.too.large"
    kin: tuple[str, ...] = ()


def _limits(schemas: int, fields: int, all_fields: int) -> Limits:
    return {**LENGTHS, SCHEMAS: schemas, FIELDS: fields, ALL_FIELDS: all_fields}


def _scopes(entity: str) -> Scopes:
    return Scopes(f"{entity}:view", f"{entity}:add", f"{entity}:edit", f"{entity}:delete")


CUSTOM_FIELDS = "externalContacts:customFields"
_CONTACTS = Scopes(f"{CUSTOM_FIELDS}:view", f"{CUSTOM_FIELDS}:add", f"{CUSTOM_FIELDS}:edit", f"{CUSTOM_FIELDS}:edit")
_ATTRIBUTES = "conversation:customAttributes"
_CONVERSATIONS = Scopes(
    f"{_ATTRIBUTES}:schemaView", f"{_ATTRIBUTES}:schemaAdd", f"{_ATTRIBUTES}:schemaEdit", f"{_ATTRIBUTES}:schemaEdit"
)

WORKITEMS = Base(
    collection="workitem_schemas",
    path="/api/v2/taskmanagement/workitems/schemas",
    scopes=_scopes("workitems:workitemSchema"),
    namespace="task.management",
    core_types=core_types.CLASSIC,
    limits=_limits(100, 50, 500),  # [U]: the help page's first two against the error text's 20 and 25
    applies_to="WORKITEM",
    in_use="workitem.schema.cannot.be.deleted",
    tombstones=True,
)
CONTACTS = Base(
    collection="contact_schemas",
    path="/api/v2/externalcontacts/contacts/schemas",
    scopes=_CONTACTS,
    namespace="external.contacts",
    core_types=core_types.CLASSIC,
    limits=_limits(20, 25, 500),
    applies_to="CONTACT",
    kin=("contact_schemas", "organization_schemas"),
)
ORGANIZATIONS = Base(
    collection="organization_schemas",
    path="/api/v2/externalcontacts/organizations/schemas",
    scopes=_CONTACTS,
    namespace="external.contacts",
    core_types=core_types.CLASSIC,
    limits=_limits(20, 25, 500),
    applies_to="EXTERNAL_ORGANIZATION",
    deletable=False,
    kin=("contact_schemas", "organization_schemas"),
)
EXTERNAL_EVENTS = Base(
    collection="external_event_schemas",
    path="/api/v2/journey/externalevents/schemas",
    scopes=_scopes("journey:externalEventsSchema"),
    namespace="journey",
    core_types=core_types.RECENT,
    limits=_limits(50, 50, 2500),
    envelope=Envelope.BARE,
    titles="unique among enabled",
    distinct_titles=True,
)
CONVERSATIONS = Base(
    collection="conversation_schemas",
    path="/api/v2/conversations/customattributes/schemas",
    scopes=_CONVERSATIONS,
    namespace="conversation",
    core_types=core_types.CONVERSATIONS,
    limits=_limits(50, 50, 2500),
    envelope=Envelope.BARE,
    deletable=False,
    titles="unique among enabled",
    distinct_titles=True,
    later_required=True,
    options_stay_enabled=True,
)
USERS = Base(
    collection="user_schemas",
    path="/api/v2/users/customattributes/schemas",
    scopes=_scopes("users:customAttributesSchema"),
    namespace="users",
    core_types=core_types.RECENT,
    limits=_limits(20, 25, 500),  # [U]: not stated anywhere
    applies_to="USER_CUSTOM_ATTRIBUTES",
    titles="unique",  # [U]: declared, but not among which
    distinct_titles=True,
    too_large="request.body.size.limit.exceeded",
)
BUSINESS_RULES = Base(
    collection="business_rules_schemas",
    path="/api/v2/businessrules/schemas",
    scopes=_scopes("businessrules:businessRulesSchema"),
    namespace="business.rules",
    core_types=core_types.RULES,
    limits=_limits(20, 25, 500),
    applies_to="DECISION_TABLE",
    envelope=Envelope.WRAPPED,
    in_use="businessrules.schema.used.cannot.be.deleted",
    tombstones=True,
    by_cursor=True,
    shows_limits=False,
    titles="unique",  # [U], as above
    distinct_titles=True,
)

BASES: Mapping[str, Base] = {
    each.collection: each
    for each in (WORKITEMS, CONTACTS, ORGANIZATIONS, EXTERNAL_EVENTS, CONVERSATIONS, USERS, BUSINESS_RULES)
}
