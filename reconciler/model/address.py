"""The identity of a manifest."""

from __future__ import annotations

import re
from typing import NamedTuple

SLUG = re.compile(r"[A-Za-z0-9_.-]{1,128}")
"""What `metadata.name` may look like."""


class Address(NamedTuple):
    """`Kind/name`. Sorts by kind, then name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `Kind/name`. Raises ValueError."""
        kind, slash, name = text.partition("/")
        if not slash or not kind.isalnum() or not SLUG.fullmatch(name):
            raise ValueError(f"{text!r} is not of the form Kind/name")
        return cls(kind, name)
