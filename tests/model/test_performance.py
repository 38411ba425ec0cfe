"""The seeds' totals (contract §7)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.performance import Performance, summarised
from reconciler.model.ports import AuditEntry


def entry(
    result: str = "SUCCESS", latency: int = 10, *, action: str = "UPDATE", address: str = "Purpose/a"
) -> AuditEntry:
    return AuditEntry("2026-11-01T12:00:00.000Z", action, address, "", result, "", latency)


def test_a_failure_without_a_latency_did_not_take_0_ms() -> None:
    whole = summarised([entry(latency=100), entry("FAILED", 0)]).whole
    assert (whole.total, whole.successful, whole.success_rate, whole.average) == (2, 1, 0.5, 100)


def test_a_failure_that_was_measured_counts() -> None:
    assert summarised([entry(latency=100), entry("FAILED", 300)]).whole.average == 200


def test_what_has_no_outcome_is_no_update() -> None:
    others = ("RECORDED", "RETRIED", "RESOLVED", "REFUSED", "RECEIVED", "IN_DOUBT")
    summary = summarised([entry(result) for result in ("SUCCESS", "MERGED", "CONFLICT", *others)])
    assert (summary.whole.total, summary.whole.successful) == (3, 2)
    assert sum(summary.by_result.values()) == 9


def test_it_is_told_by_action_and_by_kind() -> None:
    summary = summarised([entry(), entry("FAILED", action="CREATE", address="FlexSchema/b"), entry(address="")])
    assert {name: each.total for name, each in summary.by_action.items()} == {"CREATE": 1, "UPDATE": 2}
    assert {name: each.successful for name, each in summary.by_kind.items()} == {"FlexSchema": 0, "Purpose": 1}


def test_of_nothing_nothing_is_said() -> None:
    whole = summarised([]).whole
    assert (whole.total, whole.success_rate, whole.average, whole.percentile(50)) == (0, None, None, None)


@given(st.lists(st.integers(1, 50), min_size=1).map(sorted), st.integers(1, 100))
def test_a_percentile_is_not_exceeded_by_so_many(latencies: list[int], percent: int) -> None:
    found = Performance(0, 0, tuple(latencies)).percentile(percent)
    assert found in latencies
    assert sum(each <= found for each in latencies) * 100 >= percent * len(latencies)
    assert sum(each < found for each in latencies) * 100 < percent * len(latencies)
