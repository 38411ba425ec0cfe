"""The inbox as Prometheus sees it, counted when it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reconciler.errors import ReconcilerError
from reconciler.model.callback import Belief, Fate
from reconciler.model.ports import Inbox


class InboxNumbers(Collector):
    """Every belief and every receiver's every fate has a number, also where it is 0: so that alerts can name them."""

    def __init__(self, inbox: Inbox, receivers: Sequence[str]) -> None:
        self._inbox = inbox
        self._receivers = receivers

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            tally = self._inbox.tally()
        except ReconcilerError:
            return
        believed = GaugeMetricFamily("reconciler_callbacks", "Callbacks by what they are worth.", labels=("belief",))
        for belief in Belief:
            believed.add_metric((belief.value,), tally.get(("callback", belief.value), 0))
        yield believed
        forwarded = GaugeMetricFamily(
            "reconciler_deliveries", "Confirmed callbacks to be forwarded.", labels=("receiver", "fate")
        )
        for receiver in sorted({*self._receivers, *(name for name, _ in tally if name != "callback")}):
            for fate in Fate:
                forwarded.add_metric((receiver, fate.value), tally.get((receiver, fate.value), 0))
        yield forwarded
