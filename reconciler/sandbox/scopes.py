"""Which scope (`domain:entity:action`) each kind of access to a collection asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scopes:
    view: str
    add: str
    edit: str
    delete: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.view, self.add, self.edit, self.delete))

    @classmethod
    def read_write(cls, read: str, write: str) -> Scopes:
        """One to read, another for every change."""
        return cls(read, write, write, write)
