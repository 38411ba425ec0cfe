"""Bodies in the SDK's own terms: a schema with a property of every core type that the organisation says it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .official import models

Json = dict[str, Any]

DIALECT = "http://json-schema.org/draft-04/schema#"
OPTIONS = ("low", "high")
ENVELOPED = "jsonSchema"


def creation(model: str, title: str, core_types: Iterable[Json]) -> Json:
    """The body with which the SDK's model creates a schema: with the document in it, or the document itself.

    Of the document it has what this model has a place for. `definitions` some bases take, and no answer shows.
    """
    properties = {each["name"]: prop(each, f"Of type {each['name']}") for each in core_types}
    document = {"$schema": DIALECT, "title": title, "description": "What", "properties": properties}
    document["definitions"] = {"own": {"name": "own", "title": "Own", "type": ["string"]}}
    whole = {"name": title, "enabled": True, ENVELOPED: document}
    return dict(models().known(whole if ENVELOPED in models().types(model) else document, model))


def update(model: str, seen: Json, core_type: Json, **changes: Any) -> Json:
    """What was read, with one property more."""
    added = {"added": prop(core_type, "Added")}
    document = seen[ENVELOPED] | {"properties": seen[ENVELOPED]["properties"] | added}
    return dict(models().known(seen | {ENVELOPED: document} | changes, model))


def prop(core_type: Json, title: str) -> Json:
    """A property of a core type with every limit that its author has to set, each as wide as it goes."""
    made: Json = {"allOf": [{"$ref": f"#/definitions/{core_type['name']}"}], "title": title, "description": "What"}
    made |= _widest(core_type.get("validationLimits", {}), core_type["validationFields"])
    if core_type["schema"]["type"] == ["array"]:
        made["items"] = _widest(core_type["itemValidationLimits"], core_type["itemValidationFields"])
    if core_type["name"] == "enum":
        made |= {"enum": list(OPTIONS), "_enumProperties": {each: {"title": each.title()} for each in OPTIONS}}
    return made


def _widest(limits: Mapping[str, Json], names: Iterable[str]) -> Json:
    return {name: limits[name]["min" if name.startswith("min") else "max"] for name in names}
