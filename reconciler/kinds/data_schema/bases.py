"""The seven bases of the published data schemas, and what is known to differ between them (published-api.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from reconciler.model.kind import Deletion


class Wrapping(Enum):
    """What a creation's body is (§4.2). Every replacement wraps the document, beside `enabled` and `version`."""

    FULL = "the schema with its name, its state and the document"
    DOCUMENT = "the document alone, wrapped"
    BARE = "the document alone"


class Rule(StrEnum):
    """What a new version may do to the one before (§4.5)."""

    REMOVE_FIELD = "remove a field"
    REQUIRE = "make an optional field required"
    ADD_REQUIRED = "add a field that is required at once"
    NARROW = "narrow a limit"
    REMOVE_OPTION = "remove an option"
    DISABLE_OPTION = "disable an option"


@dataclass(frozen=True, slots=True)
class Documented:
    """Numbers from the documentation, for an organisation that does not say them itself. None = not documented."""

    schemas: int | None = None
    fields: int | None = None
    all_fields: int | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """One base.

    `permissions` are those to view, add, edit and delete. `text` is the core type of a short text. `refused` are the
    changes that the documentation says the platform refuses, and `allowed` those that it says are possible; of all
    others it is silent. `narrowing` are the core types to which a refusal to narrow is limited, empty = all.
    `unique_titles` says that the API declares titles of fields and options unique.
    """

    kind: str
    title: str
    collection: str
    scope: str
    permissions: tuple[str, str, str, str]
    wrapping: Wrapping
    deletion: Deletion
    documented: Documented
    text: str = "string"
    has_limits: bool = True
    unique_while_enabled: bool = False
    unique_titles: bool = True
    refused: frozenset[Rule] = frozenset()
    allowed: frozenset[Rule] = frozenset()
    narrowing: frozenset[str] = frozenset()


def _verbs(entity: str) -> tuple[str, str, str, str]:
    return f"{entity}:view", f"{entity}:add", f"{entity}:edit", f"{entity}:delete"


_CUSTOM_FIELDS = "externalContacts:customFields"
_ATTRIBUTES = "conversation:customAttributes"
_SMALL: Final = Documented(20, 25, 500)
_LARGE: Final = Documented(50, 50, 2500)

BASES: Final = (
    Base(
        kind="WorkitemSchema",
        title="Custom fields of work items",
        collection="taskmanagement/workitems/schemas",
        scope="workitems",
        permissions=_verbs("workitems:workitemSchema"),
        wrapping=Wrapping.FULL,
        deletion=Deletion.DELETE,
        documented=_SMALL,
        text="text",
        unique_titles=False,
    ),
    Base(
        kind="ContactSchema",
        title="Custom fields of external contacts",
        collection="externalcontacts/contacts/schemas",
        scope="external-contacts",
        permissions=(
            f"{_CUSTOM_FIELDS}:view",
            f"{_CUSTOM_FIELDS}:add",
            f"{_CUSTOM_FIELDS}:edit",
            f"{_CUSTOM_FIELDS}:edit",
        ),
        wrapping=Wrapping.FULL,
        deletion=Deletion.DELETE_OR_DISABLE,
        documented=_SMALL,
        text="text",
        unique_titles=False,
        refused=frozenset({Rule.REMOVE_FIELD}),
    ),
    Base(
        kind="OrganizationSchema",
        title="Custom fields of external organizations",
        collection="externalcontacts/organizations/schemas",
        scope="external-contacts",
        permissions=(f"{_CUSTOM_FIELDS}:view", f"{_CUSTOM_FIELDS}:add", f"{_CUSTOM_FIELDS}:edit", ""),
        wrapping=Wrapping.FULL,
        deletion=Deletion.DISABLE,
        documented=_SMALL,
        text="text",
        unique_titles=False,
        refused=frozenset({Rule.REMOVE_FIELD}),
    ),
    Base(
        kind="ExternalEventSchema",
        title="Attributes of events that journeys take in",
        collection="journey/externalevents/schemas",
        scope="journey",
        permissions=_verbs("journey:externalEventsSchema"),
        wrapping=Wrapping.BARE,
        deletion=Deletion.DELETE_OR_DISABLE,
        documented=_LARGE,
        unique_while_enabled=True,
        refused=frozenset({Rule.REQUIRE}),
    ),
    Base(
        kind="ConversationSchema",
        title="Custom attributes of conversations",
        collection="conversations/customattributes/schemas",
        scope="conversations",
        permissions=(f"{_ATTRIBUTES}:schemaView", f"{_ATTRIBUTES}:schemaAdd", f"{_ATTRIBUTES}:schemaEdit", ""),
        wrapping=Wrapping.BARE,
        deletion=Deletion.DISABLE,
        documented=_LARGE,
        unique_while_enabled=True,
        refused=frozenset({Rule.ADD_REQUIRED, Rule.NARROW, Rule.REMOVE_OPTION, Rule.DISABLE_OPTION}),
        allowed=frozenset({Rule.REQUIRE}),
        narrowing=frozenset({"currency"}),
    ),
    Base(
        kind="UserSchema",
        title="Custom attributes of users",
        collection="users/customattributes/schemas",
        scope="users",
        permissions=_verbs("users:customAttributesSchema"),
        wrapping=Wrapping.FULL,
        deletion=Deletion.DELETE_OR_DISABLE,
        documented=Documented(),
    ),
    Base(
        kind="BusinessRulesSchema",
        title="Columns of decision tables",
        collection="businessrules/schemas",
        scope="business-rules",
        permissions=_verbs("businessrules:businessRulesSchema"),
        wrapping=Wrapping.DOCUMENT,
        deletion=Deletion.DELETE_OR_DISABLE,
        documented=_SMALL,
        has_limits=False,
        refused=frozenset({Rule.NARROW, Rule.REMOVE_OPTION}),
        allowed=frozenset({Rule.DISABLE_OPTION}),
    ),
)
"""§4.1 (operations, permissions), §4.2 (wrappings), §4.3 (numbers), §4.4 (unique titles), §4.5 (rules)."""
