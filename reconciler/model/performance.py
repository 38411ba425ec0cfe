"""The seeds' totals over the audit (contract §7): how many writes, how many of them succeeded, how long they took."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.ports import AuditEntry

SUCCEEDED: Final = frozenset({"SUCCESS", "MERGED", "ALREADY"})
FAILED: Final = frozenset({"FAILED", "CONFLICT"})
PERCENTS: Final = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Performance:
    """Of writes that have an outcome: what was only recorded, is in doubt or was sent again is none.

    `latencies` are those that were measured, in milliseconds, shortest first: a failure without one did not take 0 ms.
    """

    total: int
    successful: int
    latencies: tuple[int, ...]

    @property
    def success_rate(self) -> float | None:
        """From 0 to 1; None where nothing was written."""
        return self.successful / self.total if self.total else None

    @property
    def average(self) -> float | None:
        return sum(self.latencies) / len(self.latencies) if self.latencies else None

    def percentile(self, percent: int) -> int | None:
        """The nearest rank: the latency that so many of a hundred did not exceed."""
        rank = math.ceil(len(self.latencies) * percent / 100)
        return self.latencies[rank - 1] if self.latencies else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Of everything, by action and by kind; and how many entries there are by result."""

    whole: Performance
    by_action: Mapping[str, Performance]
    by_kind: Mapping[str, Performance]
    by_result: Mapping[str, int]


def summarised(entries: Iterable[AuditEntry]) -> Summary:
    held = tuple(entries)
    ended = [entry for entry in held if entry.result in SUCCEEDED | FAILED]
    return Summary(
        whole=_performance(ended),
        by_action=_grouped(ended, lambda entry: entry.action),
        by_kind=_grouped(ended, kind_of),
        by_result=dict(sorted(Counter(entry.result for entry in held).items())),
    )


def kind_of(entry: AuditEntry) -> str:
    """Empty for what is about no single object."""
    return entry.address.partition("/")[0]


def _grouped(entries: Sequence[AuditEntry], key: Callable[[AuditEntry], str]) -> dict[str, Performance]:
    groups: dict[str, list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return {name: _performance(groups[name]) for name in sorted(groups) if name}


def _performance(entries: Sequence[AuditEntry]) -> Performance:
    successful = sum(entry.result in SUCCEEDED for entry in entries)
    return Performance(len(entries), successful, tuple(sorted(e.latency_ms for e in entries if e.latency_ms > 0)))
