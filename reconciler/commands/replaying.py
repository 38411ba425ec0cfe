"""Planning from a snapshot: an organisation and a ledger that answer out of a file, and ask nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from reconciler.commands.recording import BEFORE
from reconciler.errors import ApiError, NotFound, NotInSnapshot, NotOffered
from reconciler.model.address import Address
from reconciler.model.archive import Receipt
from reconciler.model.evidence import Evidence, Question
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed, Recorded
from reconciler.model.ports import RecordPages
from reconciler.model.request import Requested
from reconciler.model.snapshot import Snapshot, Told
from reconciler.model.values import Json

_AGAIN = "Make a snapshot that has it:\nreconciler snapshot FILE --all-kinds"


class SnapshotApi:
    """Fills `model.ports.Reader`. What was not read then is not known: it is never nothing."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._asked: set[str] = {BEFORE}
        self._looked = {(each.kind, each.live_id): each.entity for each in snapshot.looked}
        self._told: dict[tuple[str, str], list[Told]] = {}
        for each in snapshot.told:
            self._told.setdefault((each.kind, each.live_id), []).append(each)

    @property
    def calls(self) -> Mapping[tuple[str, str], int]:
        """What reading the same cost then."""
        return {("GET", what): self._snapshot.costs.get(what, 0) for what in self._asked}

    def list(self, kind: Kind) -> tuple[Observed, ...]:
        self._asked.add(f"list {kind.name}")
        if kind.name in self._snapshot.listed:
            return self._snapshot.listed[kind.name]
        if kind.name in self._snapshot.not_offered:
            raise _unread(kind, "NotOffered", "The organisation does not offer this", f"It had no list of {kind.name}.")
        if kind.asking is not None:
            return ()  # the plan has RC901 for whatever it asks for
        return _lacking(f"the objects of kind {kind.name}")

    def get(self, kind: Kind, live_id: str) -> Observed | None:
        self._asked.add(f"get {kind.name} {live_id}")
        if (kind.name, live_id) in self._looked:
            return self._looked[kind.name, live_id]
        return _lacking(f"{kind.name} {live_id}, which no list shows")

    def terms(self, kind: Kind) -> Mapping[str, Json]:
        self._asked.add(f"terms {kind.name}")
        if not kind.terms:
            return {}
        if kind.name in self._snapshot.terms:
            return self._snapshot.terms[kind.name]
        return _lacking(f"what the organisation says about {kind.name}")

    def history(self, kind: Kind, live_id: str) -> tuple[Mapping[str, Json], ...]:
        self._asked.add(f"history {kind.name} {live_id}")
        told = self._told.get((kind.name, live_id))
        if not told:
            raise _unread(kind, "NotInSnapshot", "The snapshot does not have it", "the snapshot does not have it")
        one = told.pop(0) if len(told) > 1 else told[0]
        if one.error:
            raise _unread(kind, *one.error)
        return one.versions

    def records(self, kind: Kind, live_id: str, *, budget: int) -> RecordPages:
        return _lacking(f"the records of {kind.name} {live_id}")

    def evidence(self, kind: str, live_id: str, questions: tuple[Question, ...]) -> Evidence:
        """What the records said then to just these questions. Where one of them was not asked nothing is known, which
        is not the same as no records."""
        self._asked.add(f"records {kind} {live_id}")
        found = next(
            (each.evidence for each in self._snapshot.asked if (each.kind, each.live_id) == (kind, live_id)), None
        )
        tallies = tuple((question, tally) for question in questions if found and (tally := found.tally(question)))
        if found is None or (found.source != "none" and len(tallies) < len(questions)):
            return Evidence("none", note="the snapshot has no answer of the records to this")
        return replace(found, tallies=tallies)


class SnapshotLedger:
    """Fills `model.ports.Recollection`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @property
    def ledger_id(self) -> str:
        return self._snapshot.ledger_id

    def rows(self) -> Mapping[Address, Recorded]:
        return self._snapshot.recorded

    def intents(self) -> tuple[Intent, ...]:
        return self._snapshot.intents

    def requests(self) -> Mapping[str, Requested]:
        return self._snapshot.requests

    def disowned(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._snapshot.disowned)

    def receipts(self) -> Mapping[tuple[str, str], Receipt]:
        return {(each.endpoint, each.key): each for each in self._snapshot.receipts}


def _lacking(what: str) -> NoReturn:
    raise NotInSnapshot("The snapshot does not have it", detail=f"It was made without {what}.", hint=_AGAIN)


def _unread(kind: Kind, name: str, summary: str, detail: str) -> ApiError:
    """The error of then, as far as anybody tells it from others."""
    cls = {each.__name__: each for each in (NotFound, NotOffered)}.get(name, ApiError)
    return cls(summary, method="GET", path=kind.path, detail=detail)
