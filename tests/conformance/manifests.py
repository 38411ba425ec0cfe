"""A manifest that says all that one can say, so that everything our client ever writes stands in a body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.model.kind import Kind
from reconciler.model.shape import Keyed, Member, Record

from . import specimens

Json = dict[str, Any]

NAME = "conformance"


def manifest(kind: Kind, core_types: Sequence[Json]) -> Json:
    """Of a data schema: a field of every core type that the organisation has."""
    fields = [_field(specimens.prop(each, f"Of type {each['name']}"), each["name"]) for each in core_types]
    fields[0]["required"] = True
    spec = {"name": "Conformance", "description": "What", "enabled": True, "fields": fields}
    assert (forgotten := set(members(kind.shape)) - set(_names(spec))) == set(), forgotten
    return {"apiVersion": "reconciler/v1", "kind": kind.name, "metadata": {"name": NAME}, "spec": spec}


def members(shape: Record) -> Iterator[str]:
    """What the organisation is told, however deep."""
    for member in shape.members:
        if not member.local:
            yield member.name
            yield from _below(member)


def _below(member: Member) -> Iterator[str]:
    match member.shape:
        case Keyed(element=record) | (Record() as record):
            yield from members(record)


def _names(spec: Any) -> Iterator[str]:
    for each in spec if isinstance(spec, list) else ():
        yield from _names(each)
    for name, each in spec.items() if isinstance(spec, dict) else ():
        yield name
        yield from _names(each)


def _field(prop: Json, core_type: str) -> Json:
    field = {"key": core_type, "type": core_type, "title": prop["title"], "description": prop["description"]}
    field |= {name: value for name, value in prop.items() if name.startswith(("min", "max"))}
    if "items" in prop:
        field |= {f"item{name[0].upper()}{name[1:]}": value for name, value in prop["items"].items()}
        field["uniqueItems"] = True
    if "enum" in prop:
        titles = prop["_enumProperties"]
        field["options"] = [{"value": each, "title": titles[each]["title"], "disabled": False} for each in prop["enum"]]
    return field
