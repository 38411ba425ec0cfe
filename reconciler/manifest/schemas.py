"""The JSON Schemas for editors and continuous integration. Unlike the loader's they admit `${values.x}`."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Final

from reconciler.manifest.envelope import CHANGES, DIALECT, manifest_schema
from reconciler.manifest.placeholders import PATTERN
from reconciler.manifest.project_schema import project_schema_for
from reconciler.model.kind import Kind
from reconciler.model.values import Json

_PLACEHOLDER: Final[Mapping[str, Json]] = {"type": "string", "pattern": PATTERN}
_SCALARS: Final = frozenset({"string", "number", "integer", "boolean"})
_ALL: Final = _SCALARS | {"array", "object"}
_ANNOTATIONS: Final = ("title", "description", "default", "examples", "deprecated")


def all_schemas(kinds: Mapping[str, Kind]) -> dict[str, dict[str, Json]]:
    """File name to schema: one for each kind and for what it archives, one for the project file, and `manifest` for
    files that mix documents."""
    schemas = {_file_name(kind): document_schema(kind) for kind in kinds.values()}
    for kind in kinds.values():
        if kind.archiving is not None:
            schemas[f"{kind.archiving.schema_name}.schema.json"] = {"$schema": DIALECT, **kind.archiving.schema}
    return {**schemas, "manifest.schema.json": _any_document(kinds), "reconciler.schema.json": project_schema(kinds)}


def document_schema(kind: Kind) -> dict[str, Json]:
    """The JSON Schema of a whole manifest of a kind."""
    schema = manifest_schema(kind)
    properties = dict(schema["properties"])
    properties["spec"] = _with_placeholders(_without_filled_in(properties["spec"], kind), instead_of=_SCALARS)
    properties["metadata"] = _with_placeholders_in(properties["metadata"], ("labels", "id"))
    if "$defs" in schema:
        schema["$defs"] = {name: _with_placeholders(part) for name, part in schema["$defs"].items()}
    return {
        "$schema": DIALECT,
        "title": kind.name,
        "description": f"{kind.title}.",
        **schema,
        "properties": properties,
    }


def project_schema(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    """The JSON Schema of the project file."""
    return {"$schema": DIALECT, **project_schema_for(kinds)}


def _any_document(kinds: Mapping[str, Kind]) -> dict[str, Json]:
    return {
        "$schema": DIALECT,
        "title": "Manifest",
        "description": "A manifest of any kind, or removed and moved addresses.",
        "type": "object",
        "if": {"required": ["kind"]},
        "then": {
            "properties": {"kind": {"enum": list(kinds)}},
            "allOf": [
                {"if": {"properties": {"kind": {"const": kind.name}}}, "then": {"$ref": _file_name(kind)}}
                for kind in kinds.values()
            ],
        },
        "else": CHANGES,
    }


def _file_name(kind: Kind) -> str:
    return f"{kind.name.lower()}.schema.json"


def _without_filled_in(spec: Mapping[str, Json], kind: Kind) -> Mapping[str, Json]:
    """The spec's schema; a `name` that it requires may be left out, since the loader fills it in."""
    if kind.shape.member("name") is None or "name" not in spec.get("required", ()):
        return spec
    return {**spec, "required": [name for name in spec["required"] if name != "name"]}


def _with_placeholders(schema: Json, *, instead_of: Set[str] = _ALL) -> Json:
    """A schema that also admits a placeholder wherever it admits a value, and in its own place for these types.
    Annotations stay where editors look."""
    if not isinstance(schema, dict):
        return schema
    inner = {keyword: _inside(keyword, value) for keyword, value in schema.items()}
    if not _admits(schema, instead_of):
        return inner
    annotations = {keyword: inner.pop(keyword) for keyword in _ANNOTATIONS if keyword in inner}
    return {**annotations, "anyOf": [inner, _PLACEHOLDER]}


def _with_placeholders_in(schema: Mapping[str, Json], names: tuple[str, ...]) -> Mapping[str, Json]:
    properties = schema["properties"]
    return {**schema, "properties": {**properties, **{name: _with_placeholders(properties[name]) for name in names}}}


def _inside(keyword: str, value: Json) -> Json:
    match keyword:
        case "properties" | "patternProperties" | "dependentSchemas":
            return {name: _with_placeholders(part) for name, part in value.items()}
        case "items" | "additionalProperties":
            return _with_placeholders(value)
        case "then" | "else":
            return _with_placeholders(value, instead_of=_SCALARS)
        case "allOf":
            return [_with_placeholders(part, instead_of=_SCALARS) for part in value]
        case "anyOf" | "oneOf":  # what stands in the place of any of them is admitted once, beside them
            return [part if _admits(part, _SCALARS) else _with_placeholders(part, instead_of=set()) for part in value]
        case _:
            return value


def _admits(schema: Mapping[str, Json], wanted: Set[str]) -> bool:
    types = schema.get("type", ())
    if ("enum" in schema and wanted) or wanted & ({types} if isinstance(types, str) else {*types}):
        return True
    return any(_admits(part, wanted) for keyword in ("anyOf", "oneOf") for part in schema.get(keyword, ()))
