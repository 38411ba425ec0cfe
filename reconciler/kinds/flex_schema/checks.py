"""What is wrong with a flex schema that its JSON Schema cannot say."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from reconciler.model.address import Address
from reconciler.model.kind import Checkup
from reconciler.model.source import Problem
from reconciler.model.values import Json


def check(checkup: Checkup) -> Iterator[Problem]:
    """The 422s of contract §3, found before the first call."""
    seen: set[str] = set()
    for index, field in enumerate(checkup.manifest.normal["fields"]):
        if field["name"] in seen:
            yield Problem(
                "FS001",
                "Duplicate field name",
                f"The schema has more than one field {field['name']!r}.",
                "Remove one of them; field names are unique within a schema.",
                checkup.manifest.locate(("fields", str(index), "name")),
            )
        seen.add(field["name"])
        if field["type"] == "relationship" or "relationship" in field:
            yield from _check_relationship(checkup, index, field)


def _check_relationship(checkup: Checkup, index: int, field: Mapping[str, Json]) -> Iterator[Problem]:
    path = ("fields", str(index))
    if field["type"] != "relationship":
        yield Problem(
            "FS002",
            "Relationship on a field of another type",
            f"Field {field['name']!r} is of type {field['type']} and has a relationship.",
            "Write `type: relationship`, or remove the relationship.",
            checkup.manifest.locate((*path, "relationship")),
        )
    elif "relationship" not in field:
        yield Problem(
            "FS003",
            "Relationship without a target",
            f"Field {field['name']!r} is of type relationship and does not say what it points at.",
            "Add `relationship: {schema: NAME, field: FIELD}`.",
            checkup.manifest.locate((*path, "type")),
        )
    else:
        yield from _check_target(checkup, path, field["relationship"])


def _check_target(checkup: Checkup, path: tuple[str, ...], relationship: Mapping[str, Json]) -> Iterator[Problem]:
    """The target field, where the target is a manifest; a missing manifest is reported as a reference."""
    schema, wanted = relationship["schema"], relationship["field"]
    target = checkup.others.get(Address(checkup.manifest.address.kind, schema)) if isinstance(schema, str) else None
    if target is None:
        return
    names = [field["name"] for field in target.normal["fields"]]
    if wanted not in names:
        near = difflib.get_close_matches(wanted, names, 1)
        yield Problem(
            "FS004",
            "Relationship to a field that does not exist",
            f"{target.address} declares no field {wanted!r}.",
            f"Did you mean `{near[0]}`?" if near else f"Declare the field in {target.address} first.",
            checkup.manifest.locate((*path, "relationship", "field")),
        )
