"""Manifests of other kinds that name the purposes they stand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.model.address import Address
from reconciler.model.kind import Checkup
from reconciler.model.policy import Objection
from reconciler.model.values import Json

KIND: Final = "Purpose"


def trouble_with(checkup: Checkup, name: str) -> str:
    """Why a purpose does not carry what stands on it, continuing its name; empty where it does."""
    purpose = checkup.others.get(Address(KIND, name))
    if purpose is None:
        return "is not there"
    return "" if purpose.normal["active"] else "is not active"


def unfounded_fields(checkup: Checkup, key: str) -> Iterator[Objection]:
    """Fields that hold personal data and name no active purpose. `key` is the member that tells fields apart.

    A purpose that does not exist is an unknown reference, which is no matter of policy.
    """
    for field in checkup.manifest.normal["fields"]:
        if field.get("personalData"):
            yield from _objections(checkup, ("fields", str(field[key])), field)


def _objections(checkup: Checkup, path: tuple[str, str], field: Mapping[str, Json]) -> Iterator[Objection]:
    name = field.get("purpose")
    if name is None:
        hint = "Write `purpose: NAME`, the name of a Purpose manifest."
        yield Objection(
            (*path, "purpose"), "none", f"Field {path[1]!r} holds personal data and names no purpose.", hint
        )
    elif trouble := trouble_with(checkup, name):
        detail = f"Field {path[1]!r} holds personal data for {name}, which {trouble}."
        hint = f"Name an active purpose, or switch {name} on."
        yield Objection((*path, "purpose"), f"{name} {trouble}", detail, hint)
