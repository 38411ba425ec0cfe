"""The order in which the members of a manifest stand: that of its schema; what no schema names stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.manifest.envelope import CHANGES, manifest_schema
from reconciler.manifest.parts import Part
from reconciler.manifest.project_schema import project_schema_for
from reconciler.model.kind import Kind
from reconciler.model.values import Json

_ALTERNATIVES: Final = ("allOf", "anyOf", "oneOf")
_NOTHING: Final[Mapping[str, Json]] = {}


@dataclass(slots=True)
class MemberOrder:
    """Puts documents in order. Keeps the schemas that it has made."""

    kinds: Mapping[str, Kind]
    _schemas: dict[str, Mapping[str, Json]] = field(default_factory=dict)

    def apply(self, document: Part) -> None:
        """Change the order of the members of maps, of lists never."""
        name = next((plain(each.text) for each in document.members if plain(each.key or "") == "kind"), "")
        if name not in self._schemas:
            self._schemas[name] = self._schema(name)
        schema = self._schemas[name]
        _apply(document, (schema,), schema.get("$defs", {}))

    def _schema(self, name: str) -> Mapping[str, Json]:
        if name in self.kinds:
            return manifest_schema(self.kinds[name])
        if name == "Project":
            return project_schema_for(self.kinds)
        return _NOTHING if name else CHANGES


def plain(spelling: str) -> str:
    """A key or word without its quotes."""
    return spelling.strip("\"'")


def _apply(part: Part, schemas: tuple[Mapping[str, Json], ...], definitions: Mapping[str, Json]) -> None:
    known = _all(schemas, definitions)
    if part.is_list:
        elements = tuple(each["items"] for each in known if isinstance(each.get("items"), Mapping))
        for member in part.members:
            _apply(member, elements, definitions)
        return
    named: dict[str, list[Mapping[str, Json]]] = {}
    for each in known:
        for name, schema in each.get("properties", {}).items():
            named.setdefault(name, []).append(schema)
    rank = {name: place for place, name in enumerate(named)}
    part.members.sort(key=lambda member: rank.get(plain(member.key or ""), len(rank)))
    others = [each["additionalProperties"] for each in known if isinstance(each.get("additionalProperties"), Mapping)]
    for member in part.members:
        _apply(member, tuple(named.get(plain(member.key or ""), others)), definitions)


def _all(schemas: tuple[Mapping[str, Json], ...], definitions: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The schemas, what they refer to, and what they leave a choice of."""
    found: list[Mapping[str, Json]] = []
    left = [*schemas]
    while left and len(found) < 1000:
        schema = left.pop(0)
        found.append(schema)
        reference = schema.get("$ref", "")
        if reference.startswith("#/$defs/"):
            left.append(definitions.get(reference.removeprefix("#/$defs/"), {}))
        for keyword in _ALTERNATIVES:
            left += schema.get(keyword, ())
    return found
