"""The ledger and the reports as Prometheus sees them, computed when it asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from reconciler.errors import ReconcilerError
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Stage
from reconciler.service.catalogue import Export, State
from reconciler.service.library import Library
from reconciler.service.ports import Ports

SUCCEEDED: Final = ("SUCCESS", "RESOLVED")
FAILED: Final = "FAILED"
_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Measures(Collector):
    """Where the ledger cannot be read there is one number that says so, and no others."""

    def __init__(self, library: Library, ports: Ports) -> None:
        self._library = library
        self._ports = ports

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the ledger only to be registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            exports, submissions = self._library.catalogue().exports, self._ports.submissions()
        except ReconcilerError:
            yield _readable(0)
            return
        yield _readable(1)
        yield _requests(exports)
        yield from _files(exports)
        yield from _submissions(submissions)


def _readable(value: int) -> Metric:
    return GaugeMetricFamily("reconciler_ledger_readable", "Whether the ledger can be read.", value=value)


def _requests(exports: Sequence[Export]) -> Metric:
    family = GaugeMetricFamily(
        "reconciler_export_requests", "Export requests in the catalogue.", labels=("kind", "stage")
    )
    counts = Counter((export.kind, export.stage) for export in exports if export.export_id)
    for kind in sorted({kind for kind, _ in counts}):
        for stage in Stage:
            family.add_metric((kind, stage.value), counts[kind, stage])
    return family


def _files(exports: Sequence[Export]) -> Iterator[Metric]:
    size = GaugeMetricFamily("reconciler_export_bytes", "Bytes of files that are here.", labels=("kind",))
    records = GaugeMetricFamily("reconciler_export_records", "Records in them, where counted.", labels=("kind",))
    reports = [(export.kind, export.report) for export in exports if export.report]
    for kind in sorted({kind for kind, _ in reports}):
        size.add_metric((kind,), sum(report.size for each, report in reports if each == kind))
        records.add_metric((kind,), sum(report.total_records or 0 for each, report in reports if each == kind))
    damaged = sum(export.state is State.DAMAGED for export in exports)
    yield from (size, records)
    yield GaugeMetricFamily("reconciler_export_reports_damaged", "Reports that cannot be believed.", value=damaged)


def _submissions(entries: Sequence[AuditEntry]) -> Iterator[Metric]:
    family = CounterMetricFamily(
        "reconciler_export_submissions", "Submissions, by what came of them.", labels=("kind", "result")
    )
    counts = Counter((_kind(entry), entry.result) for entry in entries)
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    yield family
    yield _latency(entries)
    succeeded = sum(count for (_, result), count in counts.items() if result in SUCCEEDED)
    ended = succeeded + sum(count for (_, result), count in counts.items() if result == FAILED)
    if ended:
        help_text = "Submissions that succeeded, of those that have an outcome."
        yield GaugeMetricFamily("reconciler_export_submission_success_ratio", help_text, value=succeeded / ended)


def _latency(entries: Sequence[AuditEntry]) -> Metric:
    """Of what was measured: one without a latency did not take 0 ms (contract §7)."""
    family = HistogramMetricFamily(
        "reconciler_export_submission_seconds", "How long submissions took.", labels=("kind",)
    )
    measured = [(_kind(entry), entry.latency_ms / 1000) for entry in entries if entry.latency_ms > 0]
    for kind in sorted({kind for kind, _ in measured}):
        taken = [seconds for each, seconds in measured if each == kind]
        buckets = [(str(limit), sum(seconds <= limit for seconds in taken)) for limit in _SECONDS]
        family.add_metric((kind,), [*buckets, ("+Inf", len(taken))], sum(taken))
    return family


def _kind(entry: AuditEntry) -> str:
    return entry.address.partition("/")[0]
