"""A colleague's edit as a value: what somebody else does to the organisation behind the client's back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reconciler.sandbox.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Edit:
    """`target` is an id or a name; in a fault it may be left out and is then the object that the request addresses.

    `patch` takes a JSON merge patch (RFC 7386) as its body, `create` a position `at` in the list. An edit is under the
    platform's rules like anybody's; `force` leaves them out (names twice, fields that no rule would let in).
    """

    operation: Literal["create", "replace", "patch", "delete"]
    collection: Literal["purposes", "flex_schemas"]
    target: str | None = None
    body: Mapping[str, Any] | None = None
    at: int | None = None
    force: bool = False

    def __post_init__(self) -> None:
        if (self.body is None) != (self.operation == "delete"):
            wants = "takes no body" if self.operation == "delete" else "needs a body"
            raise SandboxError("An edit does not add up", f"{self.operation} {wants}", where="body")


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
