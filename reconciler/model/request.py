"""Requests: objects that are submitted once and then followed, never converged (ARCHITECTURE §1, §4.9)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from reconciler.model.address import Address
from reconciler.model.callback import NOWHERE, Callback
from reconciler.model.project import Project
from reconciler.model.values import Json, Normal, Path, canonical
from reconciler.model.window import Window, instant

_NAMESPACE: Final = uuid.UUID("2c6a3b0e-6f0d-5f0a-9c57-0d8c2f1d4b11")
_SCHEME: Final = "key/v1"


def key_of(
    organisation: str, original: Address, fields: Mapping[str, Json], window: Window, part: Window, generation: int
) -> str:
    """The identity of one request for ever: a UUIDv5 over what makes its data different, and over nothing else.

    `original` is the address under which it was asked for first, and `fields` are the members of the manifest that the
    kind names for this. Callbacks, our own options and the program's version are not in it, so that no release, rename
    or new default asks again; `generation` is how one asks again on purpose.
    """
    stated = [_SCHEME, organisation.lower(), str(original), dict(fields), str(window), str(part), generation]
    return str(uuid.uuid5(_NAMESPACE, canonical(stated).decode()))


@dataclass(frozen=True, slots=True)
class Asking:
    """How objects of a kind are asked for.

    `fields` are the members of the normal form that make the data different; `body` makes what is sent of the normal
    form and of one part of its window; `longest` is how long a window may be, None = any length. `own_id` is the wire
    member by which we name a request ourselves; empty where the organisation gives it an id. `status` and `reason` are
    the members of an answer that say how far it is and why it failed; `files` is the path of the list of files below a
    request, empty where `download` names the member of the answer that holds the one file's address. `callback` is the
    wire member that says where to tell of its end; empty where nothing is told. `starts` and `ends` are where a body
    says which window it asks for.
    """

    fields: tuple[str, ...]
    body: Callable[[Normal, Window], Mapping[str, Json]]
    longest: Callable[[Project], timedelta | None]
    own_id: str = ""
    status: str = "status"
    reason: str = "statusReason"
    files: str = ""
    download: str = ""
    callback: str = ""
    starts: Path = ()
    ends: Path = ()

    def window_in(self, body: Mapping[str, Json]) -> Window | None:
        """The window that a body asks for; None where it says none."""
        try:
            return Window(instant(_at(body, self.starts)), instant(_at(body, self.ends)))
        except (LookupError, TypeError, ValueError):
            return None


def _at(body: Json, path: Path) -> Json:
    for name in path:
        body = body[name]
    return body


class Stage(StrEnum):
    """How far a request is. What the organisation calls it is in `Requested.status`."""

    UNDER_WAY = "under way"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Requested:
    """One request as the ledger has it.

    `address` is the manifest's as it is now, `original` the one that the key was made with; `body` is what was sent,
    less the callback. Times are seconds since the epoch: `asked` by the organisation's clock before it was sent, `seen`
    and `ended` by ours. `forgotten` requests have no manifest any more: they stay as history and are not followed.
    """

    key: str
    address: Address
    original: Address
    live_id: str
    status: str
    body: Mapping[str, Json] = field(default_factory=dict)
    part: int = 1
    parts: int = 1
    reason: str = ""
    asked: float = 0.0
    seen: float = 0.0
    ended: float | None = None
    seal: str = ""
    forgotten: bool = False

    @property
    def stage(self) -> Stage:
        """COMPLETED and FAILED end it; any other status means that it goes on (contract §5)."""
        match self.status.upper():
            case "COMPLETED":
                return Stage.COMPLETED
            case "FAILED":
                return Stage.FAILED
            case _:
                return Stage.UNDER_WAY


@dataclass(frozen=True, slots=True)
class Submission:
    """One request that a plan is going to make. `taken` is the id of an equal one that is there and is nobody's.

    `known` are the keys that the ledger had for the address when this was planned: with another one, the plan is stale.
    `callback` is no part of `body`: it makes no other request, and what is sent of it holds a secret.
    """

    key: str
    address: Address
    original: Address
    body: Mapping[str, Json]
    window: str
    part: int = 1
    parts: int = 1
    reason: str = ""
    taken: str = ""
    callback: Callback = NOWHERE
    generation: int = 1
    known: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """Its name in a report."""
        return f"{self.address}+{self.part}/{self.parts}" if self.parts > 1 else str(self.address)
