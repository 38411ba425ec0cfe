"""Verdicts of checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.manifest import Acknowledgement
from reconciler.model.source import Source
from reconciler.model.values import Json, Path, dotted


class Severity(StrEnum):
    """How much a finding weighs. A `BLOCK` stops the whole apply until it is acknowledged or gone."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class FindingClass(StrEnum):
    """Who objects. What the platform refuses no acknowledgement can lift; a policy's finding can be accepted."""

    POLICY = "policy"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The text of `reconciler explain CODE`: what the code means, why it matters, how to mend it."""

    title: str
    why: str
    mend: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's verdict on one path of one object.

    `facet` says which change is meant ({"change": "string -> number"} or {"removes": ["pending"]}), so that an
    acknowledgement fits this change and no other. `acknowledged` is set when one does.
    """

    code: str
    severity: Severity
    summary: str
    address: Address | None = None
    path: Path = ()
    cls: FindingClass = FindingClass.POLICY
    facet: Mapping[str, Json] = field(default_factory=dict)
    detail: str = ""
    hint: str = ""
    where: Source | None = None
    acknowledged: Acknowledgement | None = None

    @property
    def blocks(self) -> bool:
        """Whether this finding stops an apply."""
        return self.severity is Severity.BLOCK and self.acknowledged is None

    @property
    def acknowledgeable(self) -> bool:
        return self.severity is Severity.BLOCK and self.cls is FindingClass.POLICY and bool(self.facet)

    @property
    def dotted(self) -> str:
        return dotted(self.path)
