"""Standing orders and archives: not an object that converges but work that is done anew at every apply (contract §7).

An order says which objects' histories are archived at an endpoint of the user's. Each new head of a history makes one
archive, known by its key alone: on whatever machine, and with or without our ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.observed import Observed
from reconciler.model.values import Json, Normal


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object. Times are RFC 3339, UTC, to the millisecond."""

    id: str
    number: int
    created: str
    modified: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The versions of one object, oldest first. `trouble` says why it cannot be used: then there are none.

    `lack` says what is missing for certain. `doubt` says what makes it look like a part of a history; it is believed if
    a second reading says the same.
    """

    live_id: str
    name: str
    versions: tuple[Version, ...] = ()
    trouble: str = ""
    lack: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A standing order, as a manifest states it.

    It is for the objects with these `ids` or `names`, and for all where there are neither. Versions are retained for so
    many `days`, and of those the newest `most`. `credential` and the values of `headers` are names of environment
    variables; `backup` is a folder, relative to the project file, and `notify` an address; both may be empty.
    `revision` is the ledger row's when planning, None where there was none.
    """

    address: Address
    ids: tuple[str, ...]
    names: tuple[str, ...]
    days: int
    most: int
    endpoint: str
    credential: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    backup: str = ""
    notify: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    generation: int = 1
    revision: int | None = None


class Standing(StrEnum):
    """How far the head of one history is."""

    DUE = "due"
    """No receipt says that it is archived: it is sent, and where it was archived all the same, the endpoint says so."""
    ARCHIVED = "archived"
    NOTHING = "nothing retained"
    """No version is within retention, and an empty archive is not made."""
    TROUBLE = "trouble"
    """Its history cannot be read, or is gone: nothing is sent."""


class Notice(StrEnum):
    """How far the notification of one archive is."""

    UNWANTED = "unwanted"
    DUE = "due"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Archive:
    """What becomes of one object's history.

    Counts are of versions: `retained`, outside retention by age (`aged`) and beyond the newest ones (`surplus`); `head`
    is the number of the newest retained one. `versions` are the retained ones, where something is to be made of them.
    `backup` and `notice` say what is still missing of an archive that is there.
    """

    address: Address
    live_id: str
    name: str
    standing: Standing
    key: str = ""
    head: int = 0
    retained: int = 0
    aged: int = 0
    surplus: int = 0
    versions: tuple[Version, ...] = ()
    backup: bool = False
    notice: bool = False
    trouble: str = ""
    remark: str = ""

    @property
    def step(self) -> str:
        """Its name in a report."""
        return f"{self.address}+{self.live_id or self.name}"

    @property
    def works(self) -> bool:
        """Whether apply has something to do or to report about it."""
        return self.standing in (Standing.DUE, Standing.TROUBLE) or self.backup or self.notice

    @property
    def file_name(self) -> str:
        """Of its backup. Both parts are UUIDs, so that it leads nowhere else."""
        return f"{self.live_id}-{self.key}.json"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ledger knows of one archive at one endpoint. `archive_id` is empty where the endpoint only said that it
    has it already; `timestamp` is the one that was sent; `tries` and `trouble` are of the notification."""

    endpoint: str
    key: str
    address: Address
    live_id: str
    archive_id: str
    versions: int
    timestamp: str
    seal: str
    notice: Notice = Notice.UNWANTED
    tries: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Archiving:
    """What makes a kind one of standing orders: how its manifests are read, and what is sent.

    `versions` is the path of the list of versions below an object. `order` reads a normal form; `history` an object and
    its versions as they come, of either no members but `reads`, and never raises; `key` makes the identity of the
    archive of one head for ever; `payload` what is sent, with its `timestamp`, and `notice` what is told afterwards.
    `schema` is the JSON Schema that every payload is held against before it is sent, and `schema_name` names its file.
    """

    versions: str
    order: Callable[[Address, Normal], Order]
    history: Callable[[Observed, Sequence[Mapping[str, Json]]], History]
    key: Callable[[Order, str, Version], str]
    payload: Callable[[Order, Archive, str], dict[str, Json]]
    notice: Callable[[Receipt], dict[str, Json]]
    schema: Mapping[str, Json]
    schema_name: str
    reads: tuple[str, ...]
