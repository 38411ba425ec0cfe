"""Which field names a JSON Schema knows, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.manifest.gate import Violation
from reconciler.manifest.suggest import plain
from reconciler.model.values import Json


def known_here(schema: Mapping[str, Json], root: Mapping[str, Json]) -> list[str]:
    """The names that an object of this schema may have, those of its alternatives included."""
    return list(dict.fromkeys(name for part in _parts(schema, root) for name in part.get("properties", {})))


def place_of(name: str, root: Mapping[str, Json], *, beside: tuple[str | int, ...]) -> tuple[str, ...] | None:
    """Where else in the document a field of this name is known, nearest to `beside`. None if nowhere.

    Case, hyphens and underscores count for nothing, but the very name comes first.
    """
    here = tuple(segment if isinstance(segment, str) else "[]" for segment in beside)
    found = [place for place in _places(root, root, ()) if plain(place[-1]) == plain(name) and place[:-1] != here]
    return min(found, key=lambda place: (place[-1] != name, _distance(place[:-1], here), len(place)), default=None)


def required_names(violation: Violation) -> Iterator[str]:
    """The names that a `required` or `dependentRequired` asks for."""
    if violation.keyword == "required":
        yield from violation.expected
    else:
        for name, needed in violation.expected.items():
            yield from needed if name in violation.value else ()


def described(name: str, schema: Mapping[str, Json]) -> Mapping[str, Json]:
    """The schema of a property, as far as it says anything."""
    part = schema.get("properties", {}).get(name)
    return part if isinstance(part, dict) else {}


def _places(schema: Json, root: Mapping[str, Json], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(path) > 8:
        return
    for part in _parts(schema, root):
        for name, inner in part.get("properties", {}).items():
            yield (*path, name)
            yield from _places(inner, root, (*path, name))
        if "items" in part:
            yield from _places(part["items"], root, (*path, "[]"))


def _parts(schema: Json, root: Mapping[str, Json], depth: int = 0) -> Iterator[Mapping[str, Json]]:
    """The schema, what it refers to, and its alternatives."""
    if not isinstance(schema, dict) or depth > 8:
        return
    yield schema
    reference = schema.get("$ref", "")
    if reference.startswith("#/$defs/"):
        yield from _parts(root.get("$defs", {}).get(reference.removeprefix("#/$defs/")), root, depth + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(keyword, ()):
            yield from _parts(inner, root, depth + 1)
    for keyword in ("if", "then", "else"):
        yield from _parts(schema.get(keyword), root, depth + 1)
    for inner in schema.get("dependentSchemas", {}).values():
        yield from _parts(inner, root, depth + 1)


def _distance(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    shared = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared += 1
    return len(left) + len(right) - 2 * shared
