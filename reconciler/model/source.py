"""Where in the manifests something stands, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from reconciler.model.values import Path


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in a file. Line and column count from 1; `text` is the line itself, for showing."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Document(Protocol):
    """One YAML document that can say where its parts stand."""

    def locate(self, path: Path) -> Source:
        """The place of `path` in the whole document (("spec", "fields", "risk_band")), or of its nearest ancestor
        that exists. An element of a list is named by its index ("0") or by its `name`, `key` or `value`."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file: stable code, constant summary, what, what to do, where."""

    code: str
    summary: str
    detail: str
    hint: str
    where: Source
