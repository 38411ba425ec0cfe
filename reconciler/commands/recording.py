"""The organisation while a snapshot is made: it answers, and what it answers is kept. No secret and no record is."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.errors import ApiError, NotOffered
from reconciler.model.hidden import seen
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.ports import Reader, RecordPages
from reconciler.model.shape import Hidden, Keyed, Record, Shape
from reconciler.model.snapshot import Looked, Told
from reconciler.model.values import Json

BEFORE = "before"
"""The cost of what comes before all reading: who we are."""
REDACTED = "shown by the organisation, and redacted"


@dataclass(slots=True)
class RecordingApi:
    """Fills `model.ports.Reader`. Safe to share between threads, which take turns: `costs` says of
    each reading how many calls it took, and `begun` how many there were before."""

    api: Reader
    begun: int
    costs: dict[str, int] = field(default_factory=dict)
    listed: dict[str, tuple[Observed, ...]] = field(default_factory=dict)
    not_offered: set[str] = field(default_factory=set)
    looked: dict[tuple[str, str], Looked] = field(default_factory=dict)
    said: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    _turn: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.costs[BEFORE] = self.begun

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        return self.api.calls

    def list(self, kind: Kind) -> tuple[Observed, ...]:
        if kind.name in self.listed:
            return self.listed[kind.name]
        try:
            with self._counting(f"list {kind.name}"):
                found = tuple(redacted(kind, entity) for entity in self.api.list(kind))
        except NotOffered:
            self.not_offered.add(kind.name)
            raise
        self.listed[kind.name] = found
        return found

    def get(self, kind: Kind, live_id: str) -> Observed | None:
        with self._counting(f"get {kind.name} {live_id}"):
            found = self.api.get(kind, live_id)
            entity = redacted(kind, found) if found is not None else None
            self.looked[kind.name, live_id] = Looked(kind.name, live_id, entity)
        return entity

    def terms(self, kind: Kind) -> Mapping[str, Json]:
        with self._counting(f"terms {kind.name}"):
            self.said[kind.name] = self.api.terms(kind)
        return self.said[kind.name]

    def history(self, kind: Kind, live_id: str) -> tuple[Mapping[str, Json], ...]:
        with self._counting(f"history {kind.name} {live_id}"):
            try:
                versions = self.api.history(kind, live_id)
            except ApiError as error:
                said = (type(error).__name__, error.summary, error.detail)
                self.told.append(Told(kind.name, live_id, error=said))
                raise
            self.told.append(Told(kind.name, live_id, versions))
            return versions

    def records(self, kind: Kind, live_id: str, *, budget: int) -> RecordPages:
        with self._counting(f"records {kind.name} {live_id}"):
            return self.api.records(kind, live_id, budget=budget)

    @contextmanager
    def _counting(self, what: str) -> Iterator[None]:
        """One at a time, or nobody knows whose a call was."""
        with self._turn:
            before = sum(self.api.calls.values())
            try:
                yield
            finally:
                self.costs[what] = sum(self.api.calls.values()) - before


def redacted(kind: Kind, entity: Observed) -> Observed:
    """The object less what it shows of secrets: a mask stays a mask."""
    if not kind.shape.hiding:
        return entity
    return Observed(entity.kind, entity.live_id, _without(kind.shape, entity.body), entity.version)


def _without(shape: Shape, value: Json) -> Json:
    match shape:
        case Hidden():
            return value if not isinstance(value, str) or isinstance(seen(value), str) else REDACTED
        case Record() if isinstance(value, dict):
            hiding = {member.wire_name: member.shape for member in shape.hiding}
            return {name: _without(hiding[name], part) if name in hiding else part for name, part in value.items()}
        case Keyed() if isinstance(value, list):
            return [_without(shape.element, element) for element in value]
        case _:
            return value
