"""Everything that a plan is decided from. Equal situations give byte-identical plans."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.archive import History, Receipt
from reconciler.model.kind import Kind
from reconciler.model.manifest import Estate, Removal
from reconciler.model.observed import Intent, Observed, Organisation, Recorded
from reconciler.model.project import Project
from reconciler.model.request import Requested


class Drift(StrEnum):
    """What to do with what was changed behind our back."""

    REVERT = "revert"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user said on the command line. `targets` and `excluded` are selectors as they were written; `left_out`
    is what these leave out (`planning.selection`)."""

    drift: Drift = Drift.REVERT
    allow_delete: bool = False
    excluded: frozenset[str] = frozenset()
    rebase: bool = True
    targets: frozenset[str] = frozenset()
    left_out: frozenset[Address] = frozenset()

    def excludes(self, address: Address) -> bool:
        return address in self.left_out or address.kind in self.excluded or str(address) in self.excluded


@dataclass(frozen=True, slots=True)
class Situation:
    """Desired, recorded and observed, with the moment and the rules.

    `observed` has an entry for each kind that was read, whole; `confirmed` the answers for single ids (None = gone);
    `intents` the creations whose outcome is not known yet; `moved_from` the rows that a `moved:` block makes obsolete,
    by the address that has taken over; `requests` are the ledger's, by key; `disowned` are those (kind, live id) of
    which a person has said that they are none of ours; `unset` the environment variables of secrets that are not set;
    `histories` are those that each standing order is about; `receipts` say what is archived, by endpoint and key, and
    `backups` what there is a copy of, by folder and file.
    """

    estate: Estate
    project: Project
    kinds: Mapping[str, Kind]
    organisation: Organisation
    as_of: datetime.datetime
    tool: str = ""
    ledger_id: str = ""
    recorded: Mapping[Address, Recorded] = field(default_factory=dict)
    observed: Mapping[str, tuple[Observed, ...]] = field(default_factory=dict)
    confirmed: Mapping[tuple[str, str], Observed | None] = field(default_factory=dict)
    intents: tuple[Intent, ...] = ()
    moved_from: Mapping[Address, Recorded] = field(default_factory=dict)
    requests: Mapping[str, Requested] = field(default_factory=dict)
    disowned: frozenset[tuple[str, str]] = frozenset()
    unset: frozenset[str] = frozenset()
    histories: Mapping[Address, tuple[History, ...]] = field(default_factory=dict)
    receipts: Mapping[tuple[str, str], Receipt] = field(default_factory=dict)
    backups: frozenset[tuple[str, str]] = frozenset()
    choices: Choices = Choices()


def word_on(situation: Situation, row: Recorded) -> Removal | None:
    """What the manifests say about the end of a recorded object that none of them describes any more.

    One that another manifest stood for stands and falls with that one: what is said of its owner holds for it, and
    where the owner is there and stands for it no longer, that is the reviewed word.
    """
    stated = situation.estate.removals.get(row.address)
    owner = owner_of(situation, row)
    if stated is not None or owner is None:
        return stated
    if owner in situation.estate.manifests:
        source = situation.estate.manifests[owner].source
        return Removal(row.address, delete=True, source=source, reason=f"{owner} asks for it no longer")
    return situation.estate.removals.get(owner)


def owner_of(situation: Situation, row: Recorded) -> Address | None:
    """The address whose manifest stood for this one when it was last applied."""
    kind = situation.kinds.get(row.address.kind)
    named = row.declared.get(kind.owner) if kind is not None and kind.owner else None
    return Address.parse(named) if isinstance(named, str) else None
