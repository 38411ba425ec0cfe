"""Core types (published API §4.2): what a property can be, and between which bounds its author sets its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Bounds = Mapping[str, tuple[int, int]]
"""A limit's name, and the least and the greatest value that a schema's author may give it."""

LARGEST = 9_007_199_254_740_991
INTRODUCED = "2019-05-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class CoreType:
    """`limits` are mandatory in a property of this type, `item_limits` in its `items`, `options` is the longest enum.

    What a property may have besides is `title`, `description`, `allOf`, and `may_have`.
    """

    name: str
    primitive: str
    limits: Bounds = field(default_factory=dict)
    item_limits: Bounds = field(default_factory=dict)
    options: int = 0
    pattern: str | None = None
    may_have: frozenset[str] = frozenset()

    @property
    def members(self) -> frozenset[str]:
        """Every member that a property of this type may have."""
        items = {"items"} if self.item_limits and not self.options else set()
        options = {"enum", "_enumProperties"} if self.options else set()
        return frozenset({"allOf", "title", "description", *self.limits, *items, *options}) | self.may_have

    def to_json(self, path: str) -> dict[str, Any]:
        """The published `Coretype`; an enum's number of options is told by its `maxItems`."""
        limits = {"minItems": (1, 1), "maxItems": (1, self.options)} if self.options else self.limits
        schema: dict[str, Any] = {"title": self.name, "description": f"A {self.name} field", "type": [self.primitive]}
        if self.item_limits:
            schema["items"] = {"type": "string"}
        if self.pattern is not None:
            schema["pattern"] = self.pattern
        content = {
            "id": f"{self.name}_v1",
            "name": self.name,
            "version": 1,
            "dateCreated": INTRODUCED,
            "schema": schema,
            "current": True,
            "validationFields": list(self.limits),
            "itemValidationFields": [] if self.options else list(self.item_limits),
            "selfUri": f"{path}/coretypes/{self.name}",
        }
        if limits:
            content["validationLimits"] = _bounds(limits)
        if self.item_limits:
            content["itemValidationLimits"] = _bounds(self.item_limits)
        return content


def _bounds(limits: Bounds) -> dict[str, Any]:
    return {name: {"min": least, "max": greatest} for name, (least, greatest) in limits.items()}


def _text(name: str, longest: int) -> CoreType:
    return CoreType(name, "string", {"minLength": (0, longest), "maxLength": (1, longest)})


def _amount(name: str) -> CoreType:
    return CoreType(name, name, {"minimum": (-LARGEST, LARGEST), "maximum": (-LARGEST, LARGEST)})


def _list(name: str) -> CoreType:
    limits = {"minItems": (0, 10), "maxItems": (1, 10)}
    items = {"minLength": (0, 100), "maxLength": (1, 100)}
    return CoreType(name, "array", limits, items, may_have=frozenset({"uniqueItems"}))


_ENUM = CoreType("enum", "string", item_limits={"minLength": (1, 100), "maxLength": (1, 100)}, options=50)
_DATE = CoreType("date", "string", pattern=r"^\d{4}-\d{2}-\d{2}$")
_DATETIME = CoreType("datetime", "string", pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$")


def _by_name(*types: CoreType) -> Mapping[str, CoreType]:
    return {each.name: each for each in types}


CLASSIC = _by_name(
    _text("text", 100),
    _text("longtext", 1000),
    _text("url", 200),
    _text("identifier", 100),
    _ENUM,
    _DATE,
    _DATETIME,
    _amount("integer"),
    _amount("number"),
    CoreType("checkbox", "boolean"),
    _list("tag"),
)
"""External contacts and workitems: the eleven of §4.2 with the help pages' lengths. Numbers' bounds are [U]."""

RECENT = _by_name(
    CoreType("boolean", "boolean"),
    _DATE,
    _DATETIME,
    _ENUM,
    _amount("integer"),
    _amount("number"),
    _text("string", 100),
    _list("stringList"),
)
"""External events and users [U]: what business rules and conversations have in common. A string's 100 is [U] too."""

RULES = {**RECENT, **_by_name(CoreType("businessRulesQueue", "string"))}
"""Business rules [C]."""

CONVERSATIONS = {**RECENT, **_by_name(_text("currency", 17))}
"""Nine [H]; which nine is [U] but for six. A currency is a string: amounts are kept as they are written [H]."""
