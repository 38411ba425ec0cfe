"""A colleague's edit as a value: what somebody else does to the organisation behind the client's back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reconciler.sandbox.errors import SandboxError

CollectionName = Literal[
    "purposes",
    "flex_schemas",
    "workitem_schemas",
    "contact_schemas",
    "organization_schemas",
    "external_event_schemas",
    "conversation_schemas",
    "user_schemas",
    "business_rules_schemas",
    "privacy_requests",
    "data_exports",
    "routing_strategies",
    "webhooks",
]


@dataclass(frozen=True, slots=True)
class Edit:
    """`target` is an id or a name; in a fault it may be left out and is then the object that the request addresses.

    `patch` takes a JSON merge patch (RFC 7386) as its body, `create` a position `at` in the list. A data schema's body
    is `{enabled, jsonSchema}` in every base, whatever envelope its routes take. An edit is under the platform's rules
    like anybody's; `force` leaves them out (names twice, fields that no rule would let in).

    `use` says that `user` (a worktype, a decision table) uses the schema from now on, which forbids to delete it;
    `release` that nothing does any more. Neither changes the schema, so neither is an effect.

    `add_version` gives a routing strategy a new head, as the platform makes them but for `body`; `drop_version` takes
    the oldest version that shows all of `body` out of its history, which is no effect.
    """

    operation: Literal["create", "replace", "patch", "delete", "use", "release", "add_version", "drop_version"]
    collection: CollectionName
    target: str | None = None
    body: Mapping[str, Any] | None = None
    at: int | None = None
    force: bool = False
    user: str | None = None

    def __post_init__(self) -> None:
        bodiless = self.operation in ("delete", "use", "release")
        if (self.body is None) != bodiless:
            wants = "takes no body" if bodiless else "needs a body"
            raise SandboxError("An edit does not add up", f"{self.operation} {wants}", where="body")
        if (self.user is not None) != (self.operation == "use"):
            wants = "needs a user" if self.operation == "use" else "takes no user"
            raise SandboxError("An edit does not add up", f"{self.operation} {wants}", where="user")


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386: null removes, mappings merge, everything else (lists too) replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged
