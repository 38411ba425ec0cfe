"""The record of processing that the manifests amount to (GDPR Art. 30): purposes, and the fields kept for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.model.values import Json, Normal


@dataclass(frozen=True, slots=True)
class Processing:
    """Why personal data is kept, on which legal basis and for how long, as one object states it."""

    name: str
    description: str
    legal_basis: str
    retention: str
    active: bool


@dataclass(frozen=True, slots=True)
class KeptField:
    """A field that is declared to be personal data, or to be kept for a purpose. `purpose` is a manifest's name; empty
    where none is named, or one that is not managed here."""

    name: str
    type: str
    personal: bool
    purpose: str


KeptFields: TypeAlias = Callable[[Normal], Iterable[KeptField]]


def kept_fields_in(member: str, *, key: str) -> KeptFields:
    """Reads them out of a list of a normal form whose elements are told apart by `key`."""

    def read(normal: Normal) -> Iterable[KeptField]:
        for element in normal.get(member) or ():
            purpose = element.get("purpose")
            if element.get("personalData") or purpose:
                name = purpose if isinstance(purpose, str) else ""
                yield KeptField(
                    _text(element.get(key)), _text(element.get("type")), element.get("personalData") is True, name
                )

    return read


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
