"""The audit as Prometheus sees it: the seeds' totals (contract §7), by action, counted when it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from reconciler.errors import ReconcilerError
from reconciler.model.performance import PERCENTS, Performance, Summary


class AuditNumbers(Collector):
    """`summary` remembers what has not changed; where the ledger cannot be read there are no numbers."""

    def __init__(self, summary: Callable[[], Summary]) -> None:
        self._summary = summary

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            summary = self._summary()
        except ReconcilerError:
            return
        entries = CounterMetricFamily("reconciler_audit_entries", "Entries of the audit.", labels=("result",))
        for result, count in summary.by_result.items():
            entries.add_metric((result,), count)
        yield entries
        yield from _updates(summary.by_action)
        if summary.whole.success_rate is not None:
            text = "Writes that succeeded, of those that have an outcome."
            yield GaugeMetricFamily("reconciler_update_success_ratio", text, value=summary.whole.success_rate)


def _updates(by_action: Mapping[str, Performance]) -> Iterator[Metric]:
    total = CounterMetricFamily("reconciler_updates", "Writes that have an outcome.", labels=("action",))
    successful = CounterMetricFamily("reconciler_updates_successful", "Those that succeeded.", labels=("action",))
    seconds = SummaryMetricFamily("reconciler_update_seconds", "How long they took, measured.", labels=("action",))
    quantiles = GaugeMetricFamily(
        "reconciler_update_seconds_quantile", "Percentiles of that.", labels=("action", "quantile")
    )
    for action, each in by_action.items():
        total.add_metric((action,), each.total)
        successful.add_metric((action,), each.successful)
        seconds.add_metric((action,), len(each.latencies), sum(each.latencies) / 1000)
        for percent in PERCENTS if each.latencies else ():
            quantiles.add_metric((action, str(percent / 100)), (each.percentile(percent) or 0) / 1000)
    yield from (total, successful, seconds, quantiles)
