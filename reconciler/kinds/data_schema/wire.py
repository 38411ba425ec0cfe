"""Between the platform's JSON Schema documents and the flat object that the shape reads (published-api.md §4.2).

An answer is `{id, name, version, enabled, jsonSchema: {$schema, title, description, required, properties}, ...}`, and a
property `{allOf: [{$ref: "#/definitions/<core type>"}], title, ..., enum, _enumProperties}`. Opened, it is
`{title, description, enabled, fields}`, with a field for each property. What is made here has names with a `$`, so that
it never takes the place of what the platform calls so; everything else of a property stays as it is in its field, of
the document under `$document`, and of the whole under `$whole`: all of it goes back when the schema is replaced. What
says nothing may go or come: an empty list of required fields, items without limits, an option that is not disabled, the
title of an option that is its value, an option that an enum names twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
_THEIRS: Final = "$theirs"
"""What the platform calls by one of those names: it never has, and nothing of it is lost if it does."""


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
    field: dict[str, Json] = {**_aside(stated, _OURS), "$key": key, "$required": required}
    match stated.get("allOf"):
        case [{"$ref": str(reference), **others}] if reference.startswith(_CORE_TYPE) and not others:
            field["$type"] = reference.removeprefix(_CORE_TYPE)
            del field["allOf"]
    if isinstance(items := stated.get("items"), dict):
        field |= {own: items[name] for name, own in _ITEM_LIMITS.items() if name in items}
        field["items"] = {name: value for name, value in items.items() if name not in _ITEM_LIMITS}
    return _with_options(field)


def _aside(stated: Mapping[str, Json], ours: Collection[str]) -> dict[str, Json]:
    """What the platform states. Where it calls something by a name that is made here, that is kept elsewhere."""
    theirs = {name: value for name, value in stated.items() if name in ours or name == _THEIRS}
    rest = {name: value for name, value in stated.items() if name not in theirs}
    return rest | ({_THEIRS: theirs} if theirs else {})


def _with_options(field: dict[str, Json]) -> dict[str, Json]:
    """The field with its options told apart by their strings; what else there is in an enum stays where it is."""
    stated, about = _listed(field.get("enum")), _mapped(field.get("_enumProperties"))
    values = dict.fromkeys(value for value in stated if isinstance(value, str))
    if not values:
        return field
    words = {value: each for value, each in about.items() if value in values and isinstance(each, dict)}
    kept: dict[str, Json] = {
        "enum": [value for value in stated if not isinstance(value, str)],
        "_enumProperties": {value: each for value, each in about.items() if value not in words},
    }
    if not about:
        kept["_enumProperties"] = field.get("_enumProperties")
    rest = {name: value for name, value in field.items() if name not in kept}
    options = [_option(value, words.get(value, {})) for value in values]
    return rest | {name: value for name, value in kept.items() if value} | {"$options": options}


def _option(value: str, said: Mapping[str, Json]) -> dict[str, Json]:
    """An option whose title is its value says no more than one without a title."""
    told = {name: part for name, part in said.items() if name != "title" or part != value}
    return {**_aside(told, ("$value",)), "$value": value}


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
    stated = document.get("required")
    strays = [key for key in _listed(stated) if not isinstance(key, str) or key not in document["properties"]]
    required = [*(field["$key"] for field in fields if field.get("$required")), *strays]
    if isinstance(stated, list):
        del document["required"]
    return document | ({"required": required} if required else {})


def _listed(value: Json) -> Iterable[Json]:
    return value if isinstance(value, list) else ()


def _property(field: Mapping[str, Json]) -> dict[str, Json]:
    stated = {name: value for name, value in field.items() if name not in _OURS and name != _THEIRS}
    stated |= field.get(_THEIRS, {})
    if "$type" in field:
        stated["allOf"] = [{"$ref": _CORE_TYPE + field["$type"]}]
    items = {name: field[own] for name, own in _ITEM_LIMITS.items() if own in field}
    if items:
        stated["items"] = {**_mapped(stated.get("items")), **items}
    elif stated.get("items") == {}:
        del stated["items"]
    if "$options" in field:
        stated["enum"] = [*(option["$value"] for option in field["$options"]), *_listed(stated.get("enum"))]
        stated["_enumProperties"] = _with_words(stated.get("_enumProperties"), field["$options"])
    return stated


def _with_words(theirs: Json, options: Iterable[Mapping[str, Json]]) -> Json:
    """What is said about each option. Odd things that stand there give way only to more than a title of no news."""
    about = {option["$value"]: _about(option) for option in options}
    odd = theirs is not None and not isinstance(theirs, dict)
    news = {value: said for value, said in about.items() if said != {"title": value}}
    if odd and not news:
        return theirs
    return {**about, **_mapped(theirs), **news}


def _mapped(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _about(option: Mapping[str, Json]) -> dict[str, Json]:
    """What is said about an option: its title always; that it is not disabled goes without saying."""
    told = {name: value for name, value in option.items() if name not in ("$value", _THEIRS)} | option.get(_THEIRS, {})
    said = {name: value for name, value in told.items() if not (name == "_disabled" and value is False)}
    return {"title": option["$value"], **said}
