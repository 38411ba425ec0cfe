"""What existing records say about a migration."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from reconciler.model.values import Json, Path

MAX_CULPRITS = 5
"""How many failing records are named, by hash."""


class Verdict(StrEnum):
    """What would become of one record's value."""

    LOSSLESS = "lossless"
    LOSSY = "lossy"
    FAILS = "fails"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask of every record of one object: would the value of `field` survive `ask`?

    `ask` is the facet of the change ("string -> number", or "required"); the kind's `classify` understands it.
    """

    path: Path
    field: str
    ask: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers to one question. `culprits` are record ids hashed with the organisation's id: never values."""

    lossless: int = 0
    lossy: int = 0
    fails: int = 0
    empty: int = 0
    culprits: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        return self.lossless + self.lossy + self.fails + self.empty

    def counting(self, verdict: Verdict, culprit: str) -> Tally:
        """This tally with one more record."""
        bad = verdict in (Verdict.FAILS, Verdict.LOSSY) and len(self.culprits) < MAX_CULPRITS
        return replace(
            self,
            **{verdict.value: getattr(self, verdict.value) + 1},
            culprits=(*self.culprits, culprit) if bad else self.culprits,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read about one object.

    `read` records of `total` (None = unknown); `complete` only when every record was seen in one undisturbed reading.
    `source` is "organisation", "file", or "none" with the reason in `note`.
    """

    source: str
    read: int = 0
    total: int | None = None
    complete: bool = False
    note: str = ""
    tallies: tuple[tuple[Question, Tally], ...] = ()

    def tally(self, question: Question) -> Tally | None:
        return next((answers for asked, answers in self.tallies if asked == question), None)

    @property
    def none_exist(self) -> bool:
        """Whether it is certain that there are no records."""
        return self.complete and self.read == 0

    @property
    def some_exist(self) -> bool:
        """Whether it is certain that there are records."""
        return self.read > 0 or bool(self.total)


NO_EVIDENCE = Evidence("none", note="no records were read")


def tally(
    records: Iterable[tuple[str, Mapping[str, Json]]],
    questions: Iterable[Question],
    classify: Callable[[Question, Json], Verdict],
    *,
    salt: str,
) -> tuple[int, tuple[tuple[Question, Tally], ...]]:
    """Count the answers of `records` (id, values) to `questions`. Returns how many were read, and a tally each."""
    tallies = {question: Tally() for question in questions}
    read = 0
    for identity, values in records:
        read += 1
        for question, so_far in tallies.items():
            verdict = classify(question, values.get(question.field))
            tallies[question] = so_far.counting(verdict, _hashed(salt, identity))
    return read, tuple(tallies.items())


def _hashed(salt: str, identity: str) -> str:
    return hashlib.sha256(f"{salt}:{identity}".encode()).hexdigest()[:12]
