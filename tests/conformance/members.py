"""Whether JSON is what a model of the SDK says it is: nothing unknown, nothing of another type, nothing missing.

The SDK itself is lenient both ways, as generated clients are: it passes over what it does not know, and makes None of
what is not there. So the check is made here, against the tables that its models carry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Member: TypeAlias = tuple[str, str]
"""A model's name and a member of it, as on the wire."""


def _is_instant(content: Any) -> bool:
    """Date, time and offset: the SDK's own parser would also take a year for an instant."""
    if not isinstance(content, str) or "T" not in content:
        return False
    try:
        return datetime.fromisoformat(content).tzinfo is not None
    except ValueError:
        return False


PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "str": lambda content: isinstance(content, str),
    "int": lambda content: type(content) is int,
    "float": lambda content: type(content) in (int, float),
    "bool": lambda content: isinstance(content, bool),
    "datetime": _is_instant,
    "object": lambda content: content is not None,
}


@dataclass(frozen=True, slots=True)
class Leeway:
    """What differs for a reason: `extra` are members no model has, `optional` are members that need not be there."""

    extra: Mapping[Member, str] = field(default_factory=dict)
    optional: Mapping[Member, str] = field(default_factory=dict)


class Models:
    """The SDK's models by name."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def types(self, name: str) -> Mapping[str, str]:
        """Member on the wire -> its type, in the generator's own words."""
        model = getattr(self._module, name)()
        return {wire: model.swagger_types[attribute] for attribute, wire in model.attribute_map.items()}

    def differences(self, content: Any, type_name: str, leeway: Leeway, where: str = "$") -> list[str]:
        """Every way in which an answer is not of this type; empty if it is."""
        return list(self._differences(content, type_name, where, leeway, whole=True))

    def unknown(self, content: Any, type_name: str, where: str = "$") -> list[str]:
        """The same of a request's body: a model does not say which of its members a request must have."""
        return list(self._differences(content, type_name, where, Leeway(), whole=False))

    def known(self, content: Any, type_name: str) -> Any:
        """The part of some content that this type has a place for."""
        return self._known(content, type_name, lambda instant: instant)

    def parsed(self, content: Any, type_name: str) -> Any:
        """The same with instants as values, however they are spelt."""
        return self._known(content, type_name, datetime.fromisoformat)

    def _known(self, content: Any, kind: str, instant: Callable[[str], Any]) -> Any:
        if kind == "datetime":
            return instant(content)
        if isinstance(content, list) and (item := item_of(kind)):
            return [self._known(each, item, instant) for each in content]
        if isinstance(content, dict) and (value := value_of(kind)):
            return {name: self._known(each, value, instant) for name, each in content.items()}
        if isinstance(content, dict) and kind != "object":
            types = self.types(kind)
            return {name: self._known(each, types[name], instant) for name, each in content.items() if name in types}
        return content

    def _differences(self, content: Any, kind: str, where: str, leeway: Leeway, *, whole: bool) -> Iterator[str]:
        if not _is(content, kind):
            yield f"{where}: null, where a {kind} belongs" if content is None else f"{where}: {content!r} is no {kind}"
        elif item := item_of(kind):
            for position, each in enumerate(content):
                yield from self._differences(each, item, f"{where}[{position}]", leeway, whole=whole)
        elif value := value_of(kind):
            for name, each in content.items():
                yield from self._differences(each, value, f"{where}.{name}", leeway, whole=whole)
        elif kind not in PLAIN:
            yield from self._members(content, kind, where, leeway, whole=whole)

    def _members(self, content: Any, model: str, where: str, leeway: Leeway, *, whole: bool) -> Iterator[str]:
        types = self.types(model)
        for name, each in content.items():
            if name in types:
                yield from self._differences(each, types[name], f"{where}.{name}", leeway, whole=whole)
            elif (model, name) not in leeway.extra:
                yield f"{where}.{name}: unknown to {model}"
        if whole:
            missing = [name for name in types if name not in content and (model, name) not in leeway.optional]
            yield from (f"{where}.{name}: missing" for name in missing)


def item_of(type_name: str) -> str | None:
    found = re.fullmatch(r"list\[(.+)\]", type_name)
    return found.group(1) if found else None


def value_of(type_name: str) -> str | None:
    found = re.fullmatch(r"dict\(str, (.+)\)", type_name)
    return found.group(1) if found else None


def _is(content: Any, kind: str) -> bool:
    if kind in PLAIN:
        return PLAIN[kind](content)
    return isinstance(content, list if item_of(kind) else dict)
