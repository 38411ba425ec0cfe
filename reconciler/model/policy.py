"""What an organisation wants to hold for its manifests and for every run: rules, thresholds, freezes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.finding import Severity
from reconciler.model.source import Source
from reconciler.model.values import Json, Path
from reconciler.model.window import instant


@dataclass(frozen=True, slots=True)
class Scope:
    """Which manifests are meant: those of one of the kinds, with all of the labels. Without either, all of them."""

    kinds: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def covers(self, address: Address, labels: Mapping[str, str] | None) -> bool:
        """Whether an address is meant. Labels that nobody knows any more (None) are taken for those that are meant."""
        if self.kinds and address.kind not in self.kinds:
            return False
        return labels is None or all(labels.get(name) == value for name, value in self.labels.items())


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Policy:
    """The organisation's own: a JSON Schema that the spec of the manifests in its scope satisfies, in normal form."""

    code: str
    severity: Severity
    message: str
    schema: Mapping[str, Json]
    scope: Scope = EVERYTHING
    explain: str = ""
    where: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Objection:
    """What a policy objects to in one manifest. `change` is what an acknowledgement must repeat."""

    path: Path
    change: str
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """How much one run may do. None = any number; `percent` is a share of the objects that are ours."""

    count: int | None = None
    percent: int | None = None
    where: Source | None = field(default=None, compare=False)

    def allowed(self, ours: int) -> int | None:
        """How many of `ours` objects a run may touch: a percentage always allows one. None = any number."""
        return None if self.percent is None else max(1, ours * self.percent // 100)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What one run may do, over all kinds. A limit of deletions per kind is `model.project.DeletionLimit`."""

    changes: Threshold = Threshold()
    deletions: Threshold = Threshold()


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing of its scope is sent to the organisation. RFC 3339; the end does not count."""

    start: str
    until: str
    reason: str
    scope: Scope = EVERYTHING
    where: Source | None = field(default=None, compare=False)

    def holds(self, moment: datetime.datetime) -> bool:
        """Whether the moment is within it."""
        return instant(self.start) <= moment < instant(self.until)


@dataclass(frozen=True, slots=True)
class Policies:
    """The section `policies` of the project file.

    `own` are the organisation's policies; `defaults` says whether those that kinds bring along are in force at all;
    `severities` are other severities of some of these, None = not in force; `settings` are what they are adjusted with,
    by section.
    """

    own: tuple[Policy, ...] = ()
    defaults: bool = True
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    freezes: tuple[Freeze, ...] = ()

    def severity(self, code: str, otherwise: Severity) -> Severity | None:
        """How much a policy that a kind brings along weighs here. None = it is not in force."""
        return self.severities.get(code, otherwise) if self.defaults else None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze, with what of a plan it would hold back: apply asks again whether it is in force."""

    freeze: Freeze
    addresses: tuple[Address, ...]

    @property
    def text(self) -> str:
        """What is held back, why and how long, for people."""
        names = [str(address) for address in self.addresses]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        return f"{shown}: frozen from {self.freeze.start} until {self.freeze.until}. {self.freeze.reason}"
