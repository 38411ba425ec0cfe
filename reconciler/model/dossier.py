"""What is handed to a data protection officer: what is kept and why, what changed, who accepted what, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.chain import Link, Verified
from reconciler.model.manifest import Acknowledgement
from reconciler.model.observed import Organisation
from reconciler.model.register import KeptField, Processing
from reconciler.model.request import Requested
from reconciler.model.values import Json


@dataclass(frozen=True, slots=True)
class Placed:
    """A field in its schema. `applied` = the ledger has recorded it; otherwise only a manifest states it."""

    address: Address
    field: KeptField
    applied: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """One purpose with the fields that are kept for it: as it was last applied, and as the manifests state it now."""

    address: Address
    applied: Processing | None
    stated: Processing | None
    fields: tuple[Placed, ...] = ()

    @property
    def in_force(self) -> Processing:
        """As applied; what never was, as stated."""
        found = self.applied or self.stated
        if found is None:
            raise ValueError(f"{self.address} is neither applied nor stated")
        return found

    @property
    def status(self) -> str:
        """How the two compare, in words."""
        if self.applied is None:
            return "not applied yet"
        if self.stated is None:
            return "applied, no manifest"
        return "applied" if self.applied == self.stated else "applied, the manifest says otherwise"


@dataclass(frozen=True, slots=True)
class Exemption:
    """An acknowledgement that is still in force."""

    address: Address
    said: Acknowledgement


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One change, with what had to be accepted for it, and the entry that names the reviewed plans behind it."""

    link: Link
    accepted: tuple[Link, ...] = ()
    approved: Link | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything in a bundle, in the order in which it is shown.

    `since` and `until` bound the period, RFC 3339, empty = unbounded; `as_of` is the instant that expiry is judged by:
    the end of the period, or the last entry of the audit. `unassigned` are fields of personal data without a purpose
    that is managed here. `links` are the entries of the period, without a gap between the first and the last.
    `receipts` are those of archived histories, `titles` what the codes of findings mean.
    """

    organisation: Organisation
    ledger_id: str
    since: str
    until: str
    as_of: str
    verified: Verified
    register: tuple[Kept, ...] = ()
    unassigned: tuple[Placed, ...] = ()
    changes: tuple[Occurrence, ...] = ()
    refusals: tuple[Link, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    requests: tuple[Requested, ...] = ()
    receipts: tuple[Mapping[str, Json], ...] = ()
    links: tuple[Link, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
