"""The seven bases of published API §4 as the tests read them, and schemas with everything that does not matter."""

from __future__ import annotations

from typing import Any, NamedTuple

from .caller import Caller

DRAFT_04 = "http://json-schema.org/draft-04/schema#"


class Base(NamedTuple):
    """`text` is the name of its core type for short texts."""

    collection: str
    path: str
    envelope: str
    text: str = "text"

    def to_create(self, document: Any, **more: Any) -> Any:
        return document if self.envelope == "bare" else {"jsonSchema": document, **more}


WORKITEMS = Base("workitem_schemas", "/api/v2/taskmanagement/workitems/schemas", "whole")
CONTACTS = Base("contact_schemas", "/api/v2/externalcontacts/contacts/schemas", "whole")
ORGANIZATIONS = Base("organization_schemas", "/api/v2/externalcontacts/organizations/schemas", "whole")
EVENTS = Base("external_event_schemas", "/api/v2/journey/externalevents/schemas", "bare", "string")
CONVERSATIONS = Base("conversation_schemas", "/api/v2/conversations/customattributes/schemas", "bare", "string")
USERS = Base("user_schemas", "/api/v2/users/customattributes/schemas", "whole", "string")
RULES = Base("business_rules_schemas", "/api/v2/businessrules/schemas", "wrapped", "string")
BASES = (WORKITEMS, CONTACTS, ORGANIZATIONS, EVENTS, CONVERSATIONS, USERS, RULES)
DELETABLE = (WORKITEMS, CONTACTS, EVENTS, USERS, RULES)


def named(base: Base) -> str:
    return base.collection


def document(title: str = "Ticket", /, *, required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    listed = {} if required is None else {"required": required}
    return {"$schema": DRAFT_04, "title": title, "properties": properties, **listed}


def prop(core_type: str, **members: Any) -> dict[str, Any]:
    """A property without limits; `...` as a value leaves a member out."""
    whole = {"allOf": [{"$ref": f"#/definitions/{core_type}"}], "title": core_type, **members}
    return {name: value for name, value in whole.items() if value is not ...}


def text(base: Base = WORKITEMS, **members: Any) -> dict[str, Any]:
    return prop(base.text, **{"minLength": 0, "maxLength": 50, **members})


def enum(*options: str, **members: Any) -> dict[str, Any]:
    shown = {option: {"title": option.title()} for option in options}
    return prop("enum", **{"enum": list(options), "_enumProperties": shown, **members})


def integer(**members: Any) -> dict[str, Any]:
    return prop("integer", **{"minimum": 1, "maximum": 10, **members})


def tag(core_type: str = "tag", **members: Any) -> dict[str, Any]:
    limits = {"minItems": 0, "maxItems": 5, "items": {"minLength": 1, "maxLength": 50}, "uniqueItems": True}
    return prop(core_type, **{**limits, **members})


class Schemas:
    """One base's routes."""

    def __init__(self, call: Caller, base: Base) -> None:
        self.call = call
        self.base = base

    def post(self, document: Any, **more: Any) -> Any:
        return self.call("POST", self.base.path, self.base.to_create(document, **more))

    def create(self, document: Any) -> dict[str, Any]:
        answer = self.post(document)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def put(self, schema_id: str, version: int | None, document: Any, *, enabled: bool = True, **more: Any) -> Any:
        body = {"enabled": enabled, "jsonSchema": document, **more}
        if version is not None:
            body["version"] = version
        return self.call("PUT", f"{self.base.path}/{schema_id}", body)

    def get(self, rest: str = "", **query: Any) -> Any:
        return self.call("GET", self.base.path + (f"/{rest}" if rest else ""), params=query)

    def delete(self, schema_id: str) -> Any:
        return self.call("DELETE", f"{self.base.path}/{schema_id}")

    def change(self, before: Any, after: Any) -> Any:
        """The answer to an update of a schema that was created from `before`."""
        return self.put(self.create(before)["id"], 1, after)


def code(answer: Any) -> str:
    """What an error says it is, without the prefix that all of the family share; "" for a success."""
    return str(answer.json().get("code", "")).removeprefix("dynamic.schema.")
