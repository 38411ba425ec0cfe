"""What the manifests state."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.source import Document, Source
from reconciler.model.values import Json, Normal, Path


class ForeignElements(StrEnum):
    """What to do with list elements that others put into our object."""

    KEEP = "keep"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A person's acceptance of one finding. Binds to code + path + facet; `expires` is inclusive, UTC."""

    code: str
    path: str
    reason: str
    by: str
    expires: datetime.date
    change: str = ""
    removes: tuple[Json, ...] = ()
    where: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How a manifest's object may be treated. `adopt` None = not said."""

    protect: bool = False
    adopt: bool = False
    foreign: ForeignElements = ForeignElements.KEEP
    acknowledge: tuple[Acknowledgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One YAML document, valid by itself. `spec` is as stated; `normal` its normal form; `live_id` is `metadata.id`."""

    address: Address
    spec: Mapping[str, Json]
    normal: Normal
    document: Document
    source: Source
    labels: Mapping[str, str] = field(default_factory=dict)
    live_id: str = ""
    lifecycle: Lifecycle = Lifecycle()

    def locate(self, path: tuple[str, ...]) -> Source:
        """Where a path of the normal form stands in the file, or its nearest stated ancestor."""
        return self.document.locate(("spec", *path))


@dataclass(frozen=True, slots=True)
class Expansion:
    """Another manifest that one manifest stands for: its kind, name and valid spec, and where in the spec it is asked
    for."""

    kind: str
    name: str
    spec: Mapping[str, Json]
    path: Path

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Removal:
    """A `removed:` block: a reviewed word that an address is no longer ours, or is to be deleted."""

    address: Address
    delete: bool
    source: Source
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A `moved:` block: the same object under another address."""

    before: Address
    after: Address
    source: Source


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything that the manifests of one project state."""

    manifests: Mapping[Address, Manifest]
    removals: Mapping[Address, Removal] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
