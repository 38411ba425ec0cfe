"""Between the platform's JSON Schema documents and the flat object that the shape reads (published-api.md §4.2).

An answer is `{id, name, version, enabled, jsonSchema: {$schema, title, description, required, properties}, ...}`, and a
property `{allOf: [{$ref: "#/definitions/<core type>"}], title, ..., enum, _enumProperties}`. Opened, it is
`{title, description, enabled, fields}`, with a field for each property. What is made here has names with a `$`, so that
it never takes the place of what the platform calls so; everything else of a property stays as it is in its field, of
the document under `$document`, and of the whole under `$whole`: all of it goes back when the schema is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from reconciler.kinds.data_schema.bases import Wrapping
from reconciler.model.kind import Body, Envelope
from reconciler.model.values import Json

DIALECT: Final = "http://json-schema.org/draft-04/schema#"
"""The only one that the platform takes."""
SERVER_OWNED: Final = frozenset(
    {"id", "version", "appliesTo", "createdBy", "dateCreated", "selfUri", "deleted"}
)  # fmt: skip
_CORE_TYPE: Final = "#/definitions/"
_ITEM_LIMITS: Final = {"minLength": "$itemMinLength", "maxLength": "$itemMaxLength"}
_OURS: Final = frozenset({"$key", "$type", "$required", "$options", *_ITEM_LIMITS.values()})


def envelope_of(wrapping: Wrapping) -> Envelope:
    """How a base wraps its schemas."""
    match wrapping:
        case Wrapping.FULL:
            return Envelope(opened, _full, _full)
        case Wrapping.DOCUMENT:
            return Envelope(opened, _wrapped, _update)
        case Wrapping.BARE:
            return Envelope(opened, _document, _update)


def opened(body: Body) -> Body:
    """An answer as the shape reads it. One that is no schema gets fields that the shape refuses."""
    document = body.get("jsonSchema")
    whole = {name: value for name, value in body.items() if name not in SERVER_OWNED | {"jsonSchema", "enabled"}}
    if not isinstance(document, dict):
        return {"fields": False, "$whole": whole}
    rest = {name: value for name, value in document.items() if name not in ("title", "description", "properties")}
    if whole.get("name") == document.get("title"):
        whole.pop("name", None)
    flat = {name: document[name] for name in ("title", "description") if name in document}
    flat["enabled"] = body.get("enabled")
    flat["fields"] = _fields(document.get("properties"), _taken_required(rest, document.get("properties")))
    return flat | ({"$document": rest} if rest else {}) | ({"$whole": whole} if whole else {})


def _taken_required(rest: dict[str, Json], properties: Json) -> frozenset[str]:
    """The required keys that are fields', taken out of what is left of the document."""
    stated = rest.get("required")
    if not isinstance(stated, list) or not isinstance(properties, dict):
        return frozenset()
    stray = [key for key in stated if not isinstance(key, str) or key not in properties]
    rest.pop("required")
    if stray:
        rest["required"] = stray
    return frozenset(key for key in stated if isinstance(key, str)) & properties.keys()


def _fields(properties: Json, required: frozenset[str]) -> Json:
    """The fields, or what the shape refuses where one of the properties is none."""
    if properties is None:
        return []
    if not isinstance(properties, dict) or not all(isinstance(each, dict) for each in properties.values()):
        return False
    return [_field(key, stated, key in required) for key, stated in properties.items()]


def _field(key: str, stated: Mapping[str, Json], required: bool) -> dict[str, Json]:
    field: dict[str, Json] = {**stated, "$key": key, "$required": required}
    match stated.get("allOf"):
        case [{"$ref": str(reference), **others}] if reference.startswith(_CORE_TYPE) and not others:
            field["$type"] = reference.removeprefix(_CORE_TYPE)
            del field["allOf"]
    if isinstance(items := stated.get("items"), dict):
        field |= {own: items[name] for name, own in _ITEM_LIMITS.items() if name in items}
        field["items"] = {name: value for name, value in items.items() if name not in _ITEM_LIMITS}
    if (options := _options(stated)) is not None:
        field["$options"] = options
        del field["enum"]
        field.pop("_enumProperties", None)
    return field


def _options(stated: Mapping[str, Json]) -> Json:
    """The options of an enum; None where they are not told apart by strings, or are not what they should be."""
    values, about = stated.get("enum"), stated.get("_enumProperties", {})
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values) or not values:
        return None
    if not isinstance(about, dict) or len(set(values)) < len(values) or not about.keys() <= set(values):
        return None
    if not all(isinstance(each, dict) for each in about.values()):
        return None
    return [{"$value": value, **about.get(value, {})} for value in values]


def _full(flat: Body) -> dict[str, Json]:
    return {"name": flat.get("title"), **_of_whole(flat), **_update(flat)}


def _of_whole(flat: Body) -> Mapping[str, Json]:
    whole: Mapping[str, Json] = flat.get("$whole", {})
    return whole


def _update(flat: Body) -> dict[str, Json]:
    return {"enabled": flat.get("enabled", True), **_wrapped(flat)}


def _wrapped(flat: Body) -> dict[str, Json]:
    return {"jsonSchema": _document(flat)}


def _document(flat: Body) -> dict[str, Json]:
    fields: Iterable[Mapping[str, Json]] = flat.get("fields", ())
    document: dict[str, Json] = {"$schema": DIALECT, **flat.get("$document", {})}
    document |= {name: flat[name] for name in ("title", "description") if name in flat}
    document["properties"] = {field["$key"]: _property(field) for field in fields}
    required = [*(field["$key"] for field in fields if field.get("$required")), *_listed(document.get("required"))]
    return document | ({"required": required} if required else {})


def _listed(value: Json) -> Iterable[Json]:
    return value if isinstance(value, list) else ()


def _property(field: Mapping[str, Json]) -> dict[str, Json]:
    stated = {name: value for name, value in field.items() if name not in _OURS}
    if "$type" in field:
        stated["allOf"] = [{"$ref": _CORE_TYPE + field["$type"]}]
    items = {name: field[own] for name, own in _ITEM_LIMITS.items() if own in field}
    if items:
        stated["items"] = {**stated.get("items", {}), **items}
    elif stated.get("items") == {}:
        del stated["items"]
    if "$options" in field:
        stated["enum"] = [option["$value"] for option in field["$options"]]
        about = {option["$value"]: _about(option) for option in field["$options"]}
        if any(about.values()):
            stated["_enumProperties"] = {value: said for value, said in about.items() if said}
    return stated


def _about(option: Mapping[str, Json]) -> dict[str, Json]:
    """What is said about an option. That it is not disabled goes without saying."""
    return {
        name: value
        for name, value in option.items()
        if name != "$value" and not (name == "_disabled" and value is False)
    }
