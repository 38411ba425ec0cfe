"""JSON values, their canonical bytes and fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

import orjson

Json: TypeAlias = Any
"""A decoded JSON value: None, bool, int, float, str, list or dict of these. Parsed once at the edge, trusted inside."""

Normal: TypeAlias = Mapping[str, Json]
"""An object in normal form: the manifest's vocabulary, defaults filled in, every scalar in its canonical spelling."""

Path: TypeAlias = tuple[str, ...]
"""Where in a normal form: member names, and for an element of a keyed list its key: ("fields", "risk_band", "type")."""


class Absent(Enum):
    """The value that is not there, where None could be one."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT


def canonical(value: Json) -> bytes:
    """The one spelling of a JSON value: UTF-8, keys sorted, no white space. 1 and 1.0 differ, as do 1 and true."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def fingerprint(value: Json) -> str:
    """`sha256:<hex>` of the canonical bytes."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def same(left: Json | Absent, right: Json | Absent) -> bool:
    """Equality of JSON values. Unlike `==` it tells true from 1; absent equals only absent."""
    if left is ABSENT or right is ABSENT:
        return left is right
    return left is right or canonical(left) == canonical(right)


def dotted(path: Path) -> str:
    """A path as users write it in acknowledgements: `fields.risk_band.type`."""
    return ".".join(path)
