"""What the server makes of a document: the same schema, in its own order and with members of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.data_schemas.bases import Base
from reconciler.sandbox.data_schemas.core_types import CLASSIC
from reconciler.sandbox.data_schemas.documents import members_of

ADDITIONS = ("type", "additionalProperties", "required", "_disabled")
"""What a server may add where a document leaves it out; `_disabled` to each option, where core types are the classic
ones: the examples of CX as Code state it for workitems, and do not for business rules."""


def settled(base: Base, document: Mapping[str, Any], additions: tuple[str, ...]) -> dict[str, Any]:
    """The document as it is shown: keys sorted, `required` too, members that the base's model lacks left out."""
    members = members_of(base)
    extra: dict[str, Any] = {"type": "object", "additionalProperties": False, "required": []}
    added = {name: value for name, value in extra.items() if name in additions and name in members}
    shown = added | {name: value for name, value in document.items() if name in members}
    if "required" in shown:
        shown["required"] = sorted(shown["required"])
    if "_disabled" in additions and base.core_types is CLASSIC:
        shown["properties"] = {key: _with_disabled(prop) for key, prop in shown["properties"].items()}
    return {key: _in_order(shown[key]) for key in sorted(shown)}


def _with_disabled(prop: dict[str, Any]) -> dict[str, Any]:
    if "_enumProperties" not in prop:
        return prop
    options = {option: {"_disabled": False} | each for option, each in prop["_enumProperties"].items()}
    return {**prop, "_enumProperties": options}


def _in_order(value: Any) -> Any:
    return {key: _in_order(value[key]) for key in sorted(value)} if isinstance(value, dict) else value
